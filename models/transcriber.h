#pragma once
// Speech to text, window by window, as whisper/transcribe.py goes through a recording.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/audio/mel_recording.h"
#include "core/clock.h"
#include "models/repetition.h"
#include "models/segment.h"
#include "models/voice.h"
#include "models/whisper_decoding.h"

namespace wick {

struct TranscribeOptions {
  Index language = -1;  // its place in whisper_languages(); -1: what the first window sounds like
  bool translate = false;
  Index beam = 1;
  double patience = 1, length_penalty = 0;
  Index best_of = 5;
  /// Tried one after another while a window's text fails the two tests below.
  std::vector<double> temperatures = {0, 0.2, 0.4, 0.6, 0.8, 1.0};
  double most_compression = 2.4;      // a text that repeats itself compresses better
  double least_avg_logprob = -1;      // of a token
  double most_no_speech = 0.6;        // a window of silence, where its text is also unlikely
  bool condition_on_previous = true;  // the text so far is the next window's prompt; never where it is live
  bool timestamps = true;
  bool live = false;                           // transcribes while the recording comes
  bool words = false;                          // times of words, by one more pass over a window's text
  std::shared_ptr<const VoiceDetector> voice;  // where it hears nobody, nothing is transcribed
  std::string initial_prompt;                  // as if it had been said before: the first window's prompt
  std::string hotwords;                        // names and words that occur, told to every window
  std::function<double()> clock = now_ms;      // milliseconds; a draft's decide when the next one is due
};

struct TranscribeStep {
  std::vector<Segment> segments;  // that are settled with this step
  std::string preview;            // the text after them so far, which may change
  bool waiting = false;           // for push() or finish(): there is nothing to do
  bool done = false;
};

/// Bytes of a text for each byte that it compresses to.
double compression_ratio(const std::string& text);

/// One recording after another. Each step is some tens of milliseconds of work, but for the encoder's.
class Transcriber {
 public:
  /// Throws Error for a language that the model does not know.
  Transcriber(std::shared_ptr<const Whisper> model, std::shared_ptr<const WhisperTokenizer> tokenizer,
              TranscribeOptions options);

  /// Begins a recording that comes in pieces, and forgets the one before.
  void start();
  /// The next samples, 16 kHz mono. Throws Error, and takes none of them, if some are no numbers.
  void push(std::span<const float> samples);
  /// No more will come.
  void finish();
  /// A whole recording at once.
  void start(std::span<const float> samples);
  TranscribeStep step();

  double seconds() const;                       // of the recording so far
  double seconds_done() const;                  // of it, transcribed
  Index language() const { return language_; }  // -1 until it is known
  std::span<const Segment> segments() const { return segments_; }

 private:
  enum class State { listening, encoding, decoding, done };
  TranscribeStep listen();
  bool is_draft_due();
  bool find_window();
  void encode();
  TranscribeStep decode();
  bool is_paused() const;
  bool is_full() const;
  bool settles_whole() const;
  std::size_t count_settled(std::span<const Segment> segments) const;
  Index cut_after(Segment& before) const;
  Index quietest(Index first, Index last) const;
  bool is_prompted() const { return prompt_from_ < said_.size(); }
  void settle(TranscribeStep& step, const DecodingResult& result, std::vector<Segment> segments);
  void settle_draft(TranscribeStep& step, const DecodingResult& result, double ratio);
  void begin_decoding();
  bool falls_back(const DecodingResult& result, double ratio);
  double letters_a_second(const DecodingResult& result) const;
  bool skips(const DecodingResult& result) const;
  bool fails(const DecodingResult& result, double ratio) const;
  bool is_silent(const DecodingResult& result) const;
  struct Cut {
    std::vector<Segment> segments;
    Index next;  // frame where the next window begins
  };
  Cut cut(const DecodingResult& result, double ratio) const;
  Segment segment(const DecodingResult& result, double ratio, Index first, Index last, double start, double end) const;
  void add_words(std::vector<Segment>& segments);

  std::shared_ptr<const Whisper> model_;
  std::shared_ptr<const WhisperTokenizer> tokenizer_;
  TranscribeOptions options_;
  State state_ = State::done;
  MelRecording recording_;
  std::optional<VoiceStream> voice_;
  std::vector<TimeSpan> speech_;
  Index seek_ = 0;           // frame where the window begins
  Index window_frames_ = 0;  // of it, that are in the recording
  AudioMemory audio_;
  std::size_t attempt_ = 0;  // which temperature
  std::unique_ptr<WindowDecoding> decoding_;
  std::optional<DecodingResult> first_;            // at the first temperature, where that failed
  bool draft_ = false;                             // of a window that is still growing
  Index drafted_ = 0;                              // frames there were at the last one
  double draft_began_ms_ = 0, draft_seconds_ = 0;  // by the clock
  std::string preview_;
  std::vector<TokenId> said_;    // so far
  std::size_t prompt_from_ = 0;  // where in it the next prompt begins
  std::vector<TokenId> hotwords_;
  RepeatedText heard_;
  double last_speech_ = 0;  // seconds: where the last word ended
  Index language_ = -1;
  std::vector<Segment> segments_;
};

}  // namespace wick
