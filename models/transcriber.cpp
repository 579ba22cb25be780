#include "models/transcriber.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "models/segment_words.h"

namespace wick {
namespace {

constexpr double kSecondsOfFrame = static_cast<double>(kHop) / kSampleRate;
constexpr double kFastest = 30;          // letters a second
constexpr double kHotTemperature = 0.5;  // what was drawn above it is no good prompt

/// Of speech while it comes: a shorter silence ends it, so that its text can settle.
constexpr SpeechOptions kLiveSpeech = {
    .threshold = 0.5, .least_speech = 0.1, .least_silence = 0.8, .before = 0.6, .after = 0.3};
constexpr double kSecondsOfDraft = 0.7;  // of sound from one to the next
constexpr Index kSilence = 100;          // frames at a window's end that are not heard; in fewer a word may begin
constexpr Index kAroundCut = 10;         // frames before and after the end of a word
constexpr Index kPause = 110;            // frames after the padding of speech: with it longer than within a sentence
constexpr Index kNearlyFull = 400;       // frames

Index frame_at(double seconds) { return static_cast<Index>(std::lround(seconds / kSecondsOfFrame)); }

bool ends_sentence(std::string_view text) {
  constexpr std::string_view kEnds[] = {".", "?", "!", "…", "。", "？", "！", "।", "؟"};
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](std::string_view end) { return text.ends_with(end); });
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

/// Whether a text ends with one timestamp: what comes after it in the window is no speech.
bool ends_alone(std::span<const TokenId> tokens, const WhisperIds& ids) {
  const std::size_t count = tokens.size();
  return count > 0 && ids.is_timestamp(tokens[count - 1]) && (count < 2 || !ids.is_timestamp(tokens[count - 2]));
}

/// Seconds; none where no times of words are known.
std::optional<double> end_of_words(std::span<const Segment> segments) {
  const auto last = std::find_if(segments.rbegin(), segments.rend(), [](const Segment& s) { return !s.words.empty(); });
  return last == segments.rend() ? std::nullopt : std::optional(last->words.back().end);
}

}  // namespace

Transcriber::Transcriber(std::shared_ptr<const Whisper> model, std::shared_ptr<const WhisperTokenizer> tokenizer,
                         TranscribeOptions options)
    : model_(std::move(model)),
      tokenizer_(std::move(tokenizer)),
      options_(std::move(options)),
      recording_(model_->config().mels, model_->device()) {
  const WhisperIds& ids = tokenizer_->ids();
  if (options_.language >= ids.languages) {
    throw Error("[transcribe] the model does not know {}",
                whisper_languages()[static_cast<std::size_t>(options_.language)].name);
  }
  if (!ids.multilingual && options_.language > 0) {
    throw Error("[transcribe] an English-only model cannot hear {}",
                whisper_languages()[static_cast<std::size_t>(options_.language)].name);
  }
  if (options_.temperatures.empty()) throw Error("[transcribe] no temperature to decode at");
}

void Transcriber::start() {
  recording_ = MelRecording(model_->config().mels, model_->device());
  voice_.reset();
  if (options_.voice) voice_.emplace(options_.voice);
  speech_.clear();
  segments_.clear();
  decoding_.reset();
  seek_ = 0;
  last_speech_ = 0;
  language_ = tokenizer_->ids().multilingual ? options_.language : 0;
  said_ = options_.initial_prompt.empty() ? std::vector<TokenId>() : tokenizer_->encode(" " + options_.initial_prompt);
  prompt_from_ = 0;
  hotwords_ = options_.hotwords.empty() ? std::vector<TokenId>() : tokenizer_->encode(" " + options_.hotwords);
  heard_ = {};
  preview_.clear();
  draft_ = false;
  drafted_ = 0;
  draft_seconds_ = 0;
  state_ = State::listening;
}

void Transcriber::push(std::span<const float> samples) {
  recording_.push(samples);
  if (voice_) voice_->push(samples);
}

void Transcriber::finish() {
  if (recording_.finished()) return;
  recording_.finish();
  if (voice_) voice_->finish();
}

void Transcriber::start(std::span<const float> samples) {
  start();
  push(samples);
  finish();
}

double Transcriber::seconds() const { return static_cast<double>(recording_.samples()) / kSampleRate; }

double Transcriber::seconds_done() const {
  if (state_ == State::done) return seconds();  // with the samples that make no whole frame
  return std::min(static_cast<double>(seek_) * kSecondsOfFrame, seconds());
}

TranscribeStep Transcriber::step() {
  TranscribeStep result;
  if (state_ == State::listening) {
    result = listen();
  } else if (state_ == State::encoding) {
    encode();
    if (draft_) result.preview = preview_;
  } else if (state_ == State::decoding) {
    result = decode();
  }
  result.done = state_ == State::done;
  return result;
}

/// The whole recording's frames come first: its loudest one is needed for every window. A live one has what has come.
TranscribeStep Transcriber::listen() {
  TranscribeStep step;
  step.preview = preview_;
  const bool heard = voice_ && voice_->advance();
  if (recording_.advance() || heard) return step;
  draft_ = options_.live && !recording_.finished();
  if (draft_ ? !is_draft_due() : !recording_.finished()) {
    step.waiting = true;
    return step;
  }
  speech_ = voice_ ? speech_spans(voice_->probabilities(), draft_ ? kLiveSpeech : SpeechOptions())
                   : std::vector<TimeSpan>{{0, seconds()}};
  if (find_window()) {
    state_ = State::encoding;
  } else if (draft_) {
    recording_.forget_before(seek_);  // an hour of silence is no more to be kept than one of speech
    step.waiting = true;
  } else {
    state_ = State::done;
  }
  return step;
}

/// Often enough to follow speech, and no more often than this machine can.
bool Transcriber::is_draft_due() {
  const double seconds = std::max(kSecondsOfDraft, 1.5 * draft_seconds_);
  if (static_cast<double>(recording_.frames() - drafted_) * kSecondsOfFrame < seconds) return false;
  drafted_ = recording_.frames();
  draft_began_ms_ = options_.clock();
  return true;
}

/// Moves `seek_` to where somebody speaks, and ends the window where nobody does any more; false at the end.
bool Transcriber::find_window() {
  const auto next =
      std::find_if(speech_.begin(), speech_.end(), [&](const TimeSpan& span) { return frame_at(span.end) > seek_; });
  if (next == speech_.end()) {
    seek_ = std::max(seek_, recording_.frames() - (draft_ ? frame_at(kLiveSpeech.before) : 0));
    return false;
  }
  seek_ = std::max(seek_, frame_at(next->begin));
  Index end = std::min(seek_ + model_->config().frames(), recording_.frames());
  if (end <= seek_) return false;  // the voice detector may be some samples ahead
  const auto after =
      std::find_if(next, speech_.end(), [&](const TimeSpan& span) { return frame_at(span.begin) >= end; });
  const Index quiet = std::min(end, frame_at(std::prev(after)->end));
  if (draft_ || end - quiet > kSilence) end = quiet;
  window_frames_ = end - seek_;
  return window_frames_ > 0;
}

void Transcriber::encode() {
  const Index frames = model_->config().frames();
  recording_.forget_before(seek_);
  const Tensor mel = recording_.window(seek_, frames, seek_ + window_frames_);
  audio_ = model_->remember(model_->encode(mel));
  if (language_ < 0) {
    const std::vector<float> languages = language_probabilities(*model_, *tokenizer_, audio_);
    language_ = std::max_element(languages.begin(), languages.end()) - languages.begin();
  }
  attempt_ = 0;
  first_.reset();
  begin_decoding();
  state_ = State::decoding;
}

void Transcriber::begin_decoding() {
  DecodingOptions o;
  o.language = language_;
  o.translate = options_.translate;
  o.temperature = options_.temperatures[attempt_];
  o.beam = draft_ && !settles_whole() ? 1 : options_.beam;
  o.patience = options_.patience;
  o.length_penalty = options_.length_penalty;
  o.best_of = options_.best_of;
  o.timestamps = options_.timestamps;
  o.prompt.assign(said_.begin() + static_cast<std::ptrdiff_t>(prompt_from_), said_.end());
  o.hotwords = hotwords_;
  o.seed = static_cast<std::uint64_t>(seek_) * 16 + attempt_;
  decoding_ = std::make_unique<WindowDecoding>(*model_, *tokenizer_, audio_, std::move(o));
}

bool Transcriber::fails(const DecodingResult& result, double ratio) const {
  const bool unlikely = result.avg_logprob < options_.least_avg_logprob;
  if (unlikely && result.no_speech_prob > options_.most_no_speech) return false;  // there is nothing to be heard
  return unlikely || ratio > options_.most_compression;
}

TranscribeStep Transcriber::decode() {
  TranscribeStep step;
  if (decoding_->step()) {
    step.preview = draft_ ? preview_ : tokenizer_->decode(decoding_->so_far());
    return step;
  }
  DecodingResult result = decoding_->result();
  double ratio = compression_ratio(tokenizer_->decode(result.tokens));
  if (falls_back(result, ratio)) {
    begin_decoding();
    return step;
  }
  decoding_.reset();
  // What repeats itself no faster than people speak may have been said, as a refrain is: then the likeliest is kept.
  if (ratio > options_.most_compression) {
    if (first_ && letters_a_second(*first_) < kFastest * 2 / 3) {
      result = *std::move(first_);
      ratio = compression_ratio(tokenizer_->decode(result.tokens));
    } else {
      result.tokens = without_loops(result.tokens);
    }
  }
  if (draft_) {
    settle_draft(step, result, ratio);
    draft_seconds_ = (options_.clock() - draft_began_ms_) / 1e3;
    state_ = State::listening;
    return step;
  }
  preview_.clear();
  if (is_silent(result)) {
    seek_ += window_frames_;
  } else {
    auto [segments, next] = cut(result, ratio);
    if (options_.words) add_words(segments);
    // Where the text may have been cut, the next window begins after the last word.
    const std::optional<double> end = end_of_words(segments);
    const bool cut_off = !ends_alone(result.tokens, tokenizer_->ids());
    seek_ = cut_off && end && frame_at(*end) > seek_ ? frame_at(*end) : next;
    settle(step, result, std::move(segments));
  }
  state_ = find_window() ? State::encoding : State::done;
  return step;
}

/// Whether a text is too short for the speech in its window, as where a model takes what it hears for what its prompt
/// says already.
bool Transcriber::skips(const DecodingResult& result) const {
  constexpr double kSlowest = 6;  // bytes a second: half of what people speak, in any script
  const double begin = static_cast<double>(seek_) * kSecondsOfFrame;
  const double end = begin + static_cast<double>(window_frames_) * kSecondsOfFrame;
  double spoken = 0;
  for (const TimeSpan& span : speech_) spoken += std::max(0.0, std::min(end, span.end) - std::max(begin, span.begin));
  return static_cast<double>(tokenizer_->decode(result.tokens).size()) < kSlowest * spoken;
}

/// Where a text can be had better, makes ready to: without the prompt where it says over and over what has been said or
/// skips what is new, or else at the next temperature. A draft is only taken so seriously where it settles.
bool Transcriber::falls_back(const DecodingResult& result, double ratio) {
  if (draft_ && !settles_whole()) return false;
  if (is_prompted()) {
    RepeatedText heard = heard_;
    const std::vector<Segment> segments = cut(result, ratio).segments;
    if (skips(result) ||
        std::any_of(segments.begin(), segments.end(), [&](const Segment& s) { return heard.add(s.text); })) {
      prompt_from_ = said_.size();
      attempt_ = 0;
      first_.reset();
      return true;
    }
  }
  if (!fails(result, ratio) || attempt_ + 1 == options_.temperatures.size()) return false;
  if (attempt_ == 0) first_ = result;
  ++attempt_;
  return true;
}

bool Transcriber::is_silent(const DecodingResult& result) const {
  return result.no_speech_prob > options_.most_no_speech && result.avg_logprob <= options_.least_avg_logprob;
}

double Transcriber::letters_a_second(const DecodingResult& result) const {
  const std::string text = tokenizer_->decode(result.tokens);
  const auto letters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return static_cast<double>(letters) / (kSecondsOfFrame * static_cast<double>(window_frames_));
}

/// Drops what was written where nobody speaks, and what is said once more in a text that is unlikely or faster than
/// anybody speaks: a refrain stays.
void Transcriber::settle(TranscribeStep& step, const DecodingResult& result, std::vector<Segment> segments) {
  const bool rushed = letters_a_second(result) > kFastest;
  const bool doubtful =
      rushed || result.avg_logprob < options_.least_avg_logprob || result.no_speech_prob > options_.most_no_speech;
  bool loops = false;
  std::erase_if(segments, [&](const Segment& s) {
    if (s.start == s.end || is_blank(s.text)) return true;
    if (voice_ && !is_speech_between(speech_, s.start, s.end)) return true;
    const bool again = heard_.add(s.text);
    loops = loops || again;
    return again && doubtful;
  });
  last_speech_ = end_of_words(segments).value_or(last_speech_);
  for (Segment& s : segments) {
    if (!options_.words) s.words.clear();
    said_.insert(said_.end(), s.tokens.begin(), s.tokens.end());
  }
  // A live text settles amid sentences, and a model told "ask not what your country can do for you" takes the "ask what
  // you can do" that follows for said.
  const bool conditions = options_.condition_on_previous && !options_.live;
  if (loops || !conditions || result.temperature > kHotTemperature) prompt_from_ = said_.size();
  segments_.insert(segments_.end(), segments.begin(), segments.end());
  step.segments = std::move(segments);
}

bool Transcriber::is_paused() const { return voice_ && drafted_ - (seek_ + window_frames_) >= kPause; }

bool Transcriber::is_full() const { return window_frames_ >= model_->config().frames() - kNearlyFull; }

/// Whether all of a draft's text will stay: the speaker pauses, or the window is nearly full.
bool Transcriber::settles_whole() const { return is_paused() || is_full(); }

/// Where to cut sound in these frames: between two words rather than within one. `last` where they are few.
Index Transcriber::quietest(Index first, Index last) const {
  constexpr Index kHalf = 2;  // of the sound that is compared
  if (last - first <= 2 * kHalf) return last;
  const std::vector<float> loudness = sum(recording_.window(first, last - first, last), 1).to_vector<float>();
  Index best = last;
  float least = std::numeric_limits<float>::max();
  for (Index at = kHalf; at + kHalf < last - first; ++at) {
    const auto around = loudness.begin() + at;
    const float loud = std::accumulate(around - kHalf, around + kHalf + 1, 0.0F);
    if (loud < least) best = first + at, least = loud;
  }
  return best;
}

/// How many of a draft's segments will stay: all of them where the speaker pauses, all but the last in a full window,
/// else those before the last that end a sentence, since what is cut amid one is hard to hear.
std::size_t Transcriber::count_settled(std::span<const Segment> segments) const {
  if (is_paused() || segments.empty()) return segments.size();
  std::size_t count = segments.size() - 1;
  if (is_full()) return std::max<std::size_t>(count, 1);
  while (count > 0 && !ends_sentence(segments[count - 1].text)) --count;
  return count;
}

/// The frame where the window after `before` begins: where it is quiet near the end of its last word. Where the next
/// word begins is less sure, an unstressed "a" or "the" is taken for silence. Nothing of `before` ends later.
Index Transcriber::cut_after(Segment& before) const {
  const Index end = frame_at(before.words.empty() ? before.end : before.words.back().end);
  const Index first = std::max(end - kAroundCut, seek_), last = std::min(end + kAroundCut, drafted_);
  const Index frame = first < last ? quietest(first, last) : std::max(last, seek_);
  before.end = std::min(before.end, static_cast<double>(frame) * kSecondsOfFrame);
  return frame;
}

/// What a growing window's text is sure of.
void Transcriber::settle_draft(TranscribeStep& step, const DecodingResult& result, double ratio) {
  const Index end = seek_ + window_frames_;
  const bool whole = settles_whole();
  preview_.clear();
  if (is_silent(result) || (!whole && fails(result, ratio))) {
    if (whole) seek_ = end;
    return;
  }
  std::vector<Segment> segments = cut(result, ratio).segments;
  const std::size_t settled = count_settled(segments);
  const bool cuts = settled > 0 && settled < segments.size();
  if (options_.words || cuts) add_words(segments);
  for (std::size_t i = settled; i < segments.size(); ++i) preview_ += segments[i].text;
  if (settled == segments.size()) {
    seek_ = end;
  } else if (cuts) {
    seek_ = cut_after(segments[settled - 1]);
  }
  segments.resize(settled);
  settle(step, result, std::move(segments));
  step.preview = preview_;
}

Segment Transcriber::segment(const DecodingResult& result, double ratio, Index first, Index last, double start,
                             double end) const {
  if (start < seconds()) end = std::min(end, seconds());  // of a window that goes on in silence
  Segment s{start, end, {}, {}, result.avg_logprob, result.no_speech_prob, ratio, result.temperature, {}};
  s.tokens.assign(result.tokens.begin() + first, result.tokens.begin() + last);
  s.text = tokenizer_->decode(s.tokens);
  return s;
}

/// Segments between pairs of timestamps; the next window begins where the last complete one ends.
Transcriber::Cut Transcriber::cut(const DecodingResult& result, double ratio) const {
  const WhisperIds& ids = tokenizer_->ids();
  const std::vector<TokenId>& tokens = result.tokens;
  const auto count = static_cast<Index>(tokens.size());
  const auto is_time = [&](Index i) {
    return i >= 0 && i < count && ids.is_timestamp(tokens[static_cast<std::size_t>(i)]);
  };
  const auto steps_at = [&](Index i) { return Index{tokens[static_cast<std::size_t>(i)] - ids.timestamp_begin}; };
  const double offset = static_cast<double>(seek_) * kSecondsOfFrame;
  const bool alone = ends_alone(tokens, ids);
  std::vector<Index> cuts;
  for (Index i = 1; i < count; ++i) {
    if (is_time(i - 1) && is_time(i)) cuts.push_back(i);
  }
  std::vector<Segment> found;
  Index next = seek_ + window_frames_;
  if (!cuts.empty()) {
    if (alone) cuts.push_back(count);
    Index first = 0;
    for (const Index last : cuts) {
      found.push_back(segment(result, ratio, first, last,
                              offset + static_cast<double>(steps_at(first)) * kSecondsOfToken,
                              offset + static_cast<double>(steps_at(last - 1)) * kSecondsOfToken));
      first = last;
    }
    if (!alone) next = seek_ + steps_at(first - 1) * kFramesOfToken;
  } else {
    double duration = static_cast<double>(window_frames_) * kSecondsOfFrame;
    Index latest = count - 1;
    while (latest >= 0 && !is_time(latest)) --latest;
    if (latest >= 0 && steps_at(latest) > 0) duration = static_cast<double>(steps_at(latest)) * kSecondsOfToken;
    found.push_back(segment(result, ratio, 0, count, offset, offset + duration));
  }
  return {std::move(found), next};
}

void Transcriber::add_words(std::vector<Segment>& segments) {
  const WhisperIds& ids = tokenizer_->ids();
  std::vector<TokenId> text;
  for (const Segment& s : segments) {
    std::copy_if(s.tokens.begin(), s.tokens.end(), std::back_inserter(text), [&](TokenId id) { return id < ids.eot; });
  }
  assign_words(segments, align_words(*model_, *tokenizer_, audio_, text, language_, options_.translate, window_frames_),
               ids.eot, static_cast<double>(seek_) * kSecondsOfFrame, last_speech_);
}

}  // namespace wick
