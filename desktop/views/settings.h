#pragma once
// What the window remembers from one start to the next.
#include <string>
#include <vector>

#include "core/text/sampler.h"
#include "models/task.h"

namespace wick::views {

enum class ThemeChoice { system, light, dark };
enum class Page { chat, transcribe, segment, models, bench, settings };

/// A model's file or folder, and what it is for.
struct OwnModel {
  std::string path;
  Task task = Task::chat;

  bool operator==(const OwnModel&) const = default;
};

/// Of the transcribe page.
struct SpeechSettings {
  std::string language = "auto";  // or a code
  bool translate = false;         // into English
  int beam = 5;                   // of a file; a microphone's words are followed by one
  bool words = true;              // times and probabilities of every word
  bool skip_silence = true;       // where the voice detector hears nobody
  std::string hotwords;           // names and terms to expect
  bool tint = true;               // what the model is unsure of
  bool follow = true;             // scroll along while it plays
  std::string microphone;         // its name; "": the system's choice

  bool operator==(const SpeechSettings&) const = default;
};
inline constexpr int kMostBeams = 10;

struct Settings {
  ThemeChoice theme = ThemeChoice::system;
  float scale = 0;  // of everything drawn; 0: the screen's own
  Page page = Page::chat;
  int window_width = 1280, window_height = 800;  // in units of the design
  float list_width = 252, side_width = 275;      // of a page's panels, likewise
  bool list_shown = true, side_shown = true;

  int threads = 0;              // 0: the physical cores
  std::string instruction_set;  // "": the best of this machine
  std::string cache_type = "f16";
  std::string models_folder;         // "": the user's own
  double bytes_a_second = 0;         // of weights that the last answer read; 0: none yet
  double read_gbs = 0;               // of memory, measured once; 0: not yet
  std::vector<OwnModel> own_models;  // files outside the catalogue, the last opened first

  std::string chat_model, speech_model, segment_model;  // catalogue names or paths; "": the first that is here

  std::string picture;        // that the segment page showed last: its id
  bool mask_previews = true;  // on hover

  std::string system_prompt;
  SamplingOptions sampling{.temperature = 0.7F, .top_k = 40, .top_p = 0.9F, .min_p = 0.05F, .repeat_penalty = 1.1F};
  int seed = -1;  // -1: a new one for each answer
  int max_tokens = 1024;
  bool probabilities = true;
  bool thinking = true;
  bool fold_thinking = true;

  SpeechSettings speech;

  std::string& model(Task task);
  bool operator==(const Settings&) const = default;
};

/// From JSON. What is missing, of another type or out of range takes its default; never throws.
Settings parse_settings(const std::string& json);
std::string to_json(const Settings& settings);

/// The same of a file; defaults where there is none. One that is no JSON is kept beside as PATH.broken, for a person to
/// look at; `problem` says so.
Settings load_settings(const std::string& path, std::string& problem);
/// Throws Error (io) if it cannot be written.
void save_settings(const Settings& settings, const std::string& path);

}  // namespace wick::views
