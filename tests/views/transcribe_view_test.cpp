// What the transcribe page does, without a window: recordings from file to text and back, whatever goes wrong.
#include "views/transcribe_view.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "audio/wav_writer.h"
#include "core/error.h"
#include "core/text/jinja_text.h"
#include "models/tiny_transcriber.h"
#include "views/recordings.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

/// A tone that comes and goes.
std::vector<float> sound_of(double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * 16000));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = 0.3F * std::sin(static_cast<float>(i) * 0.1F) * std::sin(static_cast<float>(i) * 0.0005F);
  }
  return samples;
}

/// A microphone that hears what the test says into it.
struct SpokenTo {
  std::deque<std::vector<float>> words;
  std::mutex mutex;
  std::atomic<bool> gone{false};

  void say(std::vector<float> samples) {
    const std::lock_guard lock(mutex);
    words.push_back(std::move(samples));
  }
  std::unique_ptr<SoundInput> open() {
    struct Input final : SoundInput {
      explicit Input(SpokenTo& of) : to(of) {}
      std::vector<float> read(bool last) override {
        const std::lock_guard lock(to.mutex);
        std::vector<float> heard;
        while (!to.words.empty()) {
          heard.insert(heard.end(), to.words.front().begin(), to.words.front().end());
          to.words.pop_front();
          if (!last) break;
        }
        return heard;
      }
      bool is_listening() const override { return !to.gone; }
      double lost_seconds() const override { return 0; }
      SpokenTo& to;
    };
    return std::make_unique<Input>(*this);
  }
};

/// A window's views, without the window.
struct Desk {
  explicit Desk(std::string at = {}) : folder(std::move(at)) {
    if (folder.empty()) {
      folder = (fs::temp_directory_path() / "wick-transcribe-XXXXXX").string();
      REQUIRE(mkdtemp(folder.data()));
    }
    open();
  }
  ~Desk() {
    view.reset();
    fs::remove_all(folder);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void open() {
    SoundDevices devices{.speaker = [](FillSound) -> std::unique_ptr<SoundOutput> { throw Error("no speaker"); },
                         .microphone = [this](const std::string&) -> std::unique_ptr<SoundInput> {
                           if (no_microphone) throw Error("no microphone: connect one");
                           return microphone.open();
                         },
                         .microphones = [] { return std::vector<InputDevice>(); }};
    view = std::make_unique<TranscribeView>(engine, models, settings, folder + "/kept", [] {}, std::move(devices));
    view->say = [this](std::string words, std::function<void()> way_back) {
      said = std::move(words);
      undo = std::move(way_back);
    };
  }
  /// The window is closed and opened again.
  void reopen() {
    view.reset();
    open();
    settle();
  }

  /// A tiny model, as if its file had been loaded.
  void load_tiny() {
    const test::TinySpeech tiny = test::tiny_speech();
    auto speech = std::make_shared<SpeechModel>();
    speech->name = "tiny";
    speech->whisper = tiny.model;
    speech->tokenizer = tiny.tokenizer;
    models.take("tiny", speech);
    settings.speech.skip_silence = false;  // a tone is no voice
  }

  void turn() {
    engine.deliver();
    view->deliver();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  void until(const std::function<bool()>& done) {
    while (!done()) turn();
  }
  void settle() {
    until([&] { return !view->job() && view->opening().empty() && !view->taking() && !view->keeping(); });
  }

  std::string file(const std::string& name, double seconds = 1) {
    const std::string path = folder + "/" + name;
    WavWriter wav(path);
    wav.write(sound_of(seconds));
    wav.flush();
    return path;
  }

  std::string folder;
  Settings settings;
  Worker engine{[] {}};
  ModelHost models{engine};
  SpokenTo microphone;
  bool no_microphone = false;
  std::string said;
  std::function<void()> undo;
  std::unique_ptr<TranscribeView> view;
};

TEST_CASE("transcribe view: a file becomes a text, which the next program finds") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("my_talk.wav", 2)});
  desk.settle();
  const Recording* recording = desk.view->recording();
  REQUIRE(recording);
  CHECK(recording->title == "my talk");
  CHECK(recording->sound == "mono 16 kHz");
  CHECK(recording->complete);
  CHECK(recording->seconds == Approx(2));
  CHECK(recording->done == recording->seconds);
  CHECK(recording->peaks.size() == 100);
  CHECK(recording->problem.empty());
  CHECK(recording->language == "en");
  CHECK_FALSE(recording->segments.empty());
  CHECK(desk.view->has_sound());
  const std::string id = recording->id, text = text_of(recording->segments);
  desk.reopen();
  CHECK_FALSE(desk.view->recording());
  REQUIRE(desk.view->heads().size() == 1);
  desk.view->open(id);
  desk.until([&] { return desk.view->recording() != nullptr; });
  CHECK(text_of(desk.view->recording()->segments) == text);
}

TEST_CASE("transcribe view: several files wait for their turn, a bad one is told and the others come") {
  Desk desk;
  desk.load_tiny();
  std::ofstream(desk.folder + "/bad.wav") << "no sound at all";
  fs::create_directory(desk.folder + "/talks");
  desk.view->open_files({desk.file("one.wav"), desk.folder + "/bad.wav", desk.file("two.wav"), desk.folder + "/talks"});
  CHECK(desk.view->waiting().size() == 2);
  desk.settle();
  CHECK(desk.view->recording()->title == "one");
  CHECK(desk.view->heads().size() == 2);
  CHECK(desk.view->problem().find("bad.wav: not a recording that can be read") != std::string::npos);
  CHECK(desk.view->problem().find("talks: there is no recording in this folder") != std::string::npos);
  CHECK(std::count(desk.view->problem().begin(), desk.view->problem().end(), '\n') == 1);
}

TEST_CASE("transcribe view: of a folder the recordings are taken, by name, and nothing else") {
  Desk desk;
  fs::create_directories(desk.folder + "/talks/deeper.wav");
  desk.file("talks/b.WAV");
  desk.file("talks/a.wav");
  std::ofstream(desk.folder + "/talks/notes.txt") << "no sound at all";
  desk.view->open_files({desk.folder + "/talks", desk.file("last.wav")});
  desk.settle();
  CHECK(desk.view->recording()->title == "a");
  REQUIRE(desk.view->waiting().size() == 2);
  CHECK(fs::path(desk.view->waiting()[0]).filename() == "b.WAV");
  CHECK(desk.view->problem().empty());
}

TEST_CASE("transcribe view: without a model the waveform is kept, and goes on once there is one") {
  Desk desk;
  desk.view->open_files({desk.file("one.wav"), desk.file("two.wav")});
  desk.settle();
  CHECK(desk.view->recording()->problem == "There is no model for transcribing yet.");
  CHECK(desk.view->recording()->peaks.size() == 50);
  CHECK_FALSE(desk.view->recording()->complete);
  CHECK(desk.view->waiting().size() == 1);  // would fail likewise
  desk.load_tiny();
  desk.view->model_chosen();
  desk.settle();
  CHECK(desk.view->recording()->complete);
  CHECK(desk.view->recording()->problem.empty());
  CHECK(desk.view->recording()->peaks.size() == 50);
  desk.view->open_files({});
  desk.settle();
  CHECK(desk.view->heads().size() == 2);
}

TEST_CASE("transcribe view: what was stopped is kept and can go on") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("long.wav", 60)});
  desk.until([&] { return desk.view->recording() && desk.view->recording()->segments.size() >= 3; });
  desk.view->stop();
  desk.settle();
  const Recording* recording = desk.view->recording();
  const std::size_t kept = recording->segments.size();
  CHECK(kept >= 3);
  CHECK_FALSE(recording->complete);
  CHECK(recording->done < 60);
  CHECK(recording->problem.empty());
  const double done = recording->done;
  desk.view->go_on();
  desk.until([&] { return desk.view->job() != nullptr; });
  CHECK(desk.view->recording()->segments.size() == kept);
  desk.until([&] { return desk.view->recording()->segments.size() > kept; });
  CHECK(desk.view->recording()->segments[kept].start >= done - 0.01);
  desk.view->stop();
  desk.settle();
}

TEST_CASE("transcribe view: a microphone is transcribed while it hears, and its sound is kept") {
  Desk desk;
  desk.load_tiny();
  desk.view->record();
  CHECK(desk.view->opening_microphone());
  desk.until([&] { return desk.view->shows_work(); });
  CHECK_FALSE(desk.view->opening_microphone());
  CHECK(desk.view->job()->hearing);
  CHECK_FALSE(desk.view->has_sound());
  for (int i = 0; i < 8; ++i) desk.microphone.say(sound_of(0.25));
  desk.until([&] { return desk.view->recording()->seconds >= 2; });
  CHECK(desk.view->level().peak > kQuietDb);
  desk.view->stop();
  desk.settle();
  const Recording* recording = desk.view->recording();
  CHECK(recording->complete);
  CHECK(recording->title.starts_with("Recording, "));
  CHECK(recording->seconds == Approx(2));
  CHECK(desk.view->has_sound());
  CHECK(AudioFile(open_file(recording->path)).seconds() == Approx(2));
  CHECK(desk.view->level().now == kQuietDb);
  const std::string id = recording->id, path = recording->path;
  desk.view->remove(id);
  desk.settle();
  CHECK_FALSE(desk.view->recording());
  CHECK(desk.view->heads().empty());
  CHECK_FALSE(fs::exists(path));
  CHECK(desk.said.starts_with("Deleted “Recording, "));
  desk.undo();
  desk.until([&] { return desk.view->recording() != nullptr; });
  CHECK(desk.view->recording()->id == id);
  CHECK(desk.view->has_sound());
}

TEST_CASE("transcribe view: no microphone is told, one that goes away keeps what it heard") {
  Desk desk;
  desk.load_tiny();
  desk.no_microphone = true;
  desk.view->record();
  desk.until([&] { return !desk.view->hearing(); });
  CHECK(desk.view->problem() == "No microphone: connect one.");
  CHECK_FALSE(desk.view->recording());
  desk.no_microphone = false;
  desk.view->record();
  desk.microphone.say(sound_of(0.5));
  desk.until([&] { return desk.view->recording() && desk.view->recording()->seconds >= 0.5; });
  desk.microphone.gone = true;
  desk.settle();
  CHECK(desk.view->problem() == "The microphone was taken away; what it heard is kept.");
  CHECK(desk.view->recording()->complete);
}

TEST_CASE("transcribe view: a line can be changed, removed and brought back, step by step") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("one.wav", 2)});
  desk.settle();
  TranscribeView& view = *desk.view;
  const std::vector<Segment> before = view.recording()->segments;
  REQUIRE(before.size() >= 2);
  view.text.begin_edit(0);
  CHECK(view.text.look.editing == 0);
  view.text.look.edit = "What was said";
  view.text.end_edit();
  CHECK(text_of(std::span(view.recording()->segments).first(1)) == "What was said");
  CHECK(view.recording()->segments[0].start == before[0].start);
  view.text.begin_edit(1);
  view.text.look.edit = "  ";
  view.text.end_edit();
  CHECK(view.recording()->segments.size() == before.size() - 1);
  CHECK(desk.said == "Removed a line of the transcript");
  desk.undo();
  CHECK(view.recording()->segments.size() == before.size());
  view.text.undo();
  CHECK(view.recording()->segments[0].text == before[0].text);
  CHECK_FALSE(view.text.can_undo());
  view.text.redo();
  CHECK(view.recording()->segments[0].text != before[0].text);
  view.text.find("WHAT was");
  CHECK(view.text.look.hits.size() == 1);
  view.rename("  A title ");
  desk.settle();
  const std::string id = view.recording()->id;
  desk.reopen();
  CHECK(desk.view->heads()[0].title == "A title");
  desk.view->open(id);
  desk.until([&] { return desk.view->recording() != nullptr; });
  CHECK(desk.view->recording()->segments[0].text.find("What was said") != std::string::npos);
}

TEST_CASE("transcribe view: the line that was pressed is edited, though that ends an edit that removes one above it") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("one.wav", 4)});
  desk.settle();
  TranscriptEditor& text = desk.view->text;
  const std::vector<Segment>& lines = desk.view->recording()->segments;
  REQUIRE(lines.size() >= 5);
  const std::vector<Segment> before = lines;
  text.begin_edit(1);
  text.look.edit.clear();
  text.press(3);    // the mouse goes down elsewhere,
  text.end_edit();  // so the field has lost the keyboard,
  REQUIRE(lines.size() == before.size() - 1);
  text.begin_edit(text.pressed_line());  // and it goes down again
  CHECK(text.look.editing == 2);
  CHECK(text.look.edit == jinja::strip(before[3].text, true, true));

  text.look.edit.clear();
  text.begin_edit(3);  // at once, as by a key: the edit ends there
  CHECK(text.look.editing == 2);
  CHECK(lines[2].start == before[4].start);
  text.cancel_edit();
  desk.undo();
  CHECK(lines[2].start == before[3].start);
  text.begin_edit(0);
  text.look.edit = "Mine";
  text.end_edit();
  CHECK(text.look.segment == 0);
}

TEST_CASE("transcribe view: a line that was removed comes back among later edits, and in its own text only") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("one.wav", 2), desk.file("two.wav", 2)});
  desk.settle();
  TranscriptEditor& text = desk.view->text;
  const std::vector<Segment> before = desk.view->recording()->segments;
  text.begin_edit(1);
  text.look.edit.clear();
  text.end_edit();
  const auto undo_removal = desk.undo;
  text.begin_edit(0);
  text.look.edit = "Mine";
  text.end_edit();
  undo_removal();
  REQUIRE(desk.view->recording()->segments.size() == before.size());
  CHECK(desk.view->recording()->segments[1].text == before[1].text);
  CHECK(desk.view->recording()->segments[0].text.find("Mine") != std::string::npos);
  text.undo();
  CHECK(desk.view->recording()->segments.size() == before.size() - 1);
  const std::string shown = desk.view->recording()->id;
  for (const RecordingHead& head : desk.view->heads())
    if (head.id != shown) desk.view->open(head.id);
  desk.until([&] { return desk.view->recording()->id != shown; });
  const std::size_t lines = desk.view->recording()->segments.size();
  undo_removal();
  CHECK(desk.view->recording()->segments.size() == lines);
}

TEST_CASE("transcribe view: transcribing again replaces the text, Undo brings it back") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("one.wav", 2)});
  desk.settle();
  desk.view->text.begin_edit(0);
  desk.view->text.look.edit = "Mine";
  desk.view->text.end_edit();
  desk.settle();
  desk.view->again();
  desk.until([&] { return desk.view->job() != nullptr; });
  desk.settle();
  CHECK(text_of(desk.view->recording()->segments).find("Mine") == std::string::npos);
  desk.view->text.begin_edit(0);
  desk.view->text.look.edit = "Another";
  desk.view->text.end_edit();
  desk.undo();
  CHECK(text_of(desk.view->recording()->segments).find("Mine") != std::string::npos);
  CHECK_FALSE(desk.view->text.can_undo());  // what was edited meanwhile is no longer there
}

TEST_CASE("transcribe view: without a speaker everything but the sound works, and says so") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("one.wav", 2)});
  desk.settle();
  desk.view->text.play_from(1, 0.5);
  desk.until([&] { return !desk.view->player().problem().empty(); });
  CHECK(desk.view->player().problem() == "no speaker");
  CHECK(desk.view->player().time() == 0.5);
  desk.turn();
  CHECK(desk.view->text.look.now);
  desk.view->text.step_segment(1);
  CHECK(desk.view->text.look.segment == 2);
}

TEST_CASE("transcribe view: a recording whose sound has moved says so, and takes the file where it is now") {
  Desk desk;
  desk.load_tiny();
  const std::string path = desk.file("one.wav");
  desk.view->open_files({path});
  desk.settle();
  const std::string id = desk.view->recording()->id;
  fs::create_directory(desk.folder + "/other");
  fs::rename(path, desk.folder + "/other/one.wav");
  desk.reopen();
  desk.view->open(id);
  desk.until([&] { return desk.view->recording() != nullptr; });
  CHECK_FALSE(desk.view->has_sound());
  desk.view->open_files({desk.folder + "/other/one.wav"});
  desk.settle();
  CHECK(desk.view->has_sound());
  CHECK(desk.view->heads().size() == 1);
}

TEST_CASE(
    "transcribe view: what cannot be kept stays, is listed and opened as all others, and is kept once it can be") {
  Desk desk;
  desk.load_tiny();
  const std::string kept = desk.folder + "/kept";
  fs::remove_all(kept);
  std::ofstream(kept) << "in the way";
  desk.view->open_files({desk.file("one.wav")});
  desk.settle();
  CHECK(desk.view->unkept().find("cannot make the folder") != std::string::npos);
  CHECK(desk.view->recording()->complete);
  const std::string one = desk.view->recording()->id;
  desk.view->text.begin_edit(0);
  desk.view->text.look.edit = "Mine";
  desk.view->text.end_edit();
  desk.view->open_files({desk.file("two.wav")});
  desk.settle();
  CHECK(desk.view->recording()->title == "two");
  REQUIRE(desk.view->heads().size() == 2);
  CHECK(desk.view->heads()[1].words.starts_with("Mine"));
  desk.view->open(one);
  desk.until([&] { return desk.view->recording()->id == one; });
  CHECK(text_of(desk.view->recording()->segments).starts_with("Mine"));
  CHECK(desk.view->can_keep_again());
  desk.view->remove(one);
  desk.settle();
  CHECK(desk.view->heads().size() == 1);
  desk.undo();
  desk.until([&] { return desk.view->recording() != nullptr; });
  desk.settle();
  CHECK(text_of(desk.view->recording()->segments).starts_with("Mine"));
  CHECK(desk.view->heads().size() == 2);

  fs::remove(kept);
  desk.view->keep_again();
  desk.settle();
  CHECK(desk.view->unkept().empty());
  CHECK_FALSE(desk.view->can_keep_again());
  desk.reopen();
  CHECK(desk.view->heads().size() == 2);
}

TEST_CASE("transcribe view: an export says how it went, and what to do where it failed") {
  Desk desk;
  desk.load_tiny();
  desk.view->open_files({desk.file("one.wav")});
  desk.settle();
  desk.view->export_to(desk.folder + "/nowhere/out.txt", "words");
  desk.until([&] { return !desk.view->export_problem().empty(); });
  CHECK(desk.view->export_problem().starts_with("Not exported: " + desk.folder + "/nowhere/out.txt: "));
  CHECK(desk.view->export_problem().find("then export again") != std::string::npos);
  desk.view->export_to(desk.folder + "/out.txt", "words");
  CHECK(desk.view->export_problem().empty());
  desk.until([&] { return desk.said == "Exported to " + desk.folder + "/out.txt"; });
}

TEST_CASE("transcribe view: closed while it records, all that was heard is there afterwards") {
  Desk desk;
  desk.view->record();
  desk.until([&] { return desk.view->shows_work(); });
  for (int i = 0; i < 5; ++i) desk.microphone.say(sound_of(0.25));
  desk.until([&] { return desk.view->recording()->seconds >= 0.25; });
  const std::string id = desk.view->recording()->id;
  desk.reopen();
  desk.view->open(id);
  desk.until([&] { return desk.view->recording() != nullptr; });
  CHECK(desk.view->recording()->seconds == Approx(1.25));
  CHECK(AudioFile(open_file(desk.view->recording()->path)).seconds() == Approx(1.25));
}

TEST_CASE("transcribe view: the sample, by a real model") {
  const std::string path = std::string(WICK_MODELS_DIR) + "/whisper-tiny.en.model.bin";
  if (!fs::exists(path)) {
    WARN("skipped: " << path << " is not there");
    return;
  }
  Desk desk;
  desk.view->need_model = [&] { desk.models.use(Task::speech, "whisper-tiny.en", path, desk.settings); };
  desk.view->open_sample();
  desk.until([&] { return desk.view->job() != nullptr; });
  desk.settle();
  const Recording& recording = *desk.view->recording();
  CHECK(recording.title == "Inaugural address, 20 January 1961");
  CHECK(recording.model == "Whisper tiny, English");
  CHECK(text_of(recording.segments).find("ask not what your country can do for you") != std::string::npos);
  CHECK(figures_of(recording.segments).words == 22);
  CHECK(word_at(recording.segments, 5.5));
}

}  // namespace
}  // namespace wick::views
