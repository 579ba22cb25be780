#include "views/settings.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "core/formats/atomic_file.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 3> kThemes = {"system", "light", "dark"};
constexpr std::array<const char*, 3> kTaskNames = {"chat", "transcribe", "segment"};
constexpr std::array<const char*, 6> kPages = {"chat", "transcribe", "segment", "models", "bench", "settings"};

/// Takes over what a file says, as far as it makes sense.
class Reader {
 public:
  explicit Reader(Json json) : json_(std::move(json)) {}

  template <class Number>
  void number(const char* name, Number& value, Number least, Number most) const {
    const Json* const found = find(name);
    if (!found || !found->is_number()) return;
    const auto read = found->get<double>();
    if (read >= static_cast<double>(least) && read <= static_cast<double>(most)) value = static_cast<Number>(read);
  }
  void flag(const char* name, bool& value) const {
    if (const Json* const found = find(name); found && found->is_boolean()) value = found->get<bool>();
  }
  void text(const char* name, std::string& value) const {
    if (const Json* const found = find(name); found && found->is_string()) value = found->get<std::string>();
  }
  template <class Choice, std::size_t count>
  void choice(const char* name, Choice& value, const std::array<const char*, count>& names) const {
    std::string read;
    text(name, read);
    for (std::size_t i = 0; i < count; ++i)
      if (read == names[i]) value = static_cast<Choice>(i);
  }
  /// What stands under a name, to be read likewise.
  Reader part(const char* name) const {
    const Json* const found = find(name);
    return Reader(found ? *found : Json());
  }

  void own_models(std::vector<OwnModel>& value) const {
    const Json* const found = find("own_models");
    if (!found || !found->is_array()) return;
    for (const Json& each : *found) {
      const Reader read(each);
      OwnModel model;
      read.text("path", model.path);
      read.choice("task", model.task, kTaskNames);
      if (!model.path.empty()) value.push_back(std::move(model));
    }
  }

 private:
  const Json* find(const char* name) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }
  Json json_;
};

SpeechSettings parse_speech(const Reader& read) {
  SpeechSettings s;
  read.text("language", s.language);
  read.flag("translate", s.translate);
  read.number("beam", s.beam, 1, kMostBeams);
  read.flag("words", s.words);
  read.flag("skip_silence", s.skip_silence);
  read.text("hotwords", s.hotwords);
  read.flag("tint", s.tint);
  read.flag("follow", s.follow);
  read.text("microphone", s.microphone);
  return s;
}

Json written(const SpeechSettings& s) {
  return {{"language", s.language},         {"translate", s.translate}, {"beam", s.beam}, {"words", s.words},
          {"skip_silence", s.skip_silence}, {"hotwords", s.hotwords},   {"tint", s.tint}, {"follow", s.follow},
          {"microphone", s.microphone}};
}

}  // namespace

std::string& Settings::model(Task task) {
  switch (task) {
    case Task::speech:
      return speech_model;
    case Task::segment:
      return segment_model;
    case Task::chat:
      break;
  }
  return chat_model;
}

Settings parse_settings(const std::string& text) {
  const Reader read(Json::parse(text, nullptr, false));
  Settings s;
  read.choice("theme", s.theme, kThemes);
  read.choice("page", s.page, kPages);
  read.number("scale", s.scale, 0.0F, 4.0F);
  if (s.scale < 0.5F) s.scale = 0;
  read.number("window_width", s.window_width, 480, 16'384);
  read.number("window_height", s.window_height, 360, 16'384);
  read.number("list_width", s.list_width, 160.0F, 600.0F);
  read.number("side_width", s.side_width, 200.0F, 600.0F);
  read.flag("list_shown", s.list_shown);
  read.flag("side_shown", s.side_shown);
  read.number("threads", s.threads, 0, 1024);
  read.text("instruction_set", s.instruction_set);
  read.text("cache_type", s.cache_type);
  if (s.cache_type != "f32" && s.cache_type != "q8_0") s.cache_type = "f16";
  read.text("models_folder", s.models_folder);
  read.number("bytes_a_second", s.bytes_a_second, 0.0, 1e15);
  read.number("read_gbs", s.read_gbs, 0.0, 1e6);
  read.own_models(s.own_models);
  read.text("chat_model", s.chat_model);
  read.text("speech_model", s.speech_model);
  read.text("segment_model", s.segment_model);
  read.text("picture", s.picture);
  read.flag("mask_previews", s.mask_previews);
  read.text("system_prompt", s.system_prompt);
  read.number("temperature", s.sampling.temperature, 0.0F, 2.0F);
  read.number("top_k", s.sampling.top_k, 0, 1000);
  read.number("top_p", s.sampling.top_p, 0.0F, 1.0F);
  read.number("min_p", s.sampling.min_p, 0.0F, 1.0F);
  read.number("typical_p", s.sampling.typical_p, 0.0F, 1.0F);
  read.number("repeat_penalty", s.sampling.repeat_penalty, 0.5F, 2.0F);
  read.number("presence_penalty", s.sampling.presence_penalty, -2.0F, 2.0F);
  read.number("frequency_penalty", s.sampling.frequency_penalty, -2.0F, 2.0F);
  read.number("repeat_last_n", s.sampling.repeat_last_n, -1, 1 << 20);
  read.number("seed", s.seed, -1, 2'147'483'647);
  read.number("max_tokens", s.max_tokens, 1, 1 << 24);
  read.flag("probabilities", s.probabilities);
  read.flag("thinking", s.thinking);
  read.flag("fold_thinking", s.fold_thinking);
  s.speech = parse_speech(read.part("speech"));
  return s;
}

std::string to_json(const Settings& s) {
  Json own = Json::array();
  for (const OwnModel& model : s.own_models)
    own.push_back({{"path", model.path}, {"task", kTaskNames[static_cast<std::size_t>(model.task)]}});
  const Json json{{"theme", kThemes[static_cast<std::size_t>(s.theme)]},
                  {"page", kPages[static_cast<std::size_t>(s.page)]},
                  {"scale", s.scale},
                  {"window_width", s.window_width},
                  {"window_height", s.window_height},
                  {"list_width", s.list_width},
                  {"side_width", s.side_width},
                  {"list_shown", s.list_shown},
                  {"side_shown", s.side_shown},
                  {"threads", s.threads},
                  {"instruction_set", s.instruction_set},
                  {"cache_type", s.cache_type},
                  {"models_folder", s.models_folder},
                  {"bytes_a_second", s.bytes_a_second},
                  {"read_gbs", s.read_gbs},
                  {"own_models", own},
                  {"chat_model", s.chat_model},
                  {"speech_model", s.speech_model},
                  {"segment_model", s.segment_model},
                  {"picture", s.picture},
                  {"mask_previews", s.mask_previews},
                  {"system_prompt", s.system_prompt},
                  {"temperature", s.sampling.temperature},
                  {"top_k", s.sampling.top_k},
                  {"top_p", s.sampling.top_p},
                  {"min_p", s.sampling.min_p},
                  {"typical_p", s.sampling.typical_p},
                  {"repeat_penalty", s.sampling.repeat_penalty},
                  {"presence_penalty", s.sampling.presence_penalty},
                  {"frequency_penalty", s.sampling.frequency_penalty},
                  {"repeat_last_n", s.sampling.repeat_last_n},
                  {"seed", s.seed},
                  {"max_tokens", s.max_tokens},
                  {"probabilities", s.probabilities},
                  {"thinking", s.thinking},
                  {"fold_thinking", s.fold_thinking},
                  {"speech", written(s.speech)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Settings load_settings(const std::string& path, std::string& problem) {
  std::ifstream file(path);
  if (!file) return {};
  std::ostringstream text;
  text << file.rdbuf();
  if (!Json::accept(text.str())) {
    std::error_code failed;
    std::filesystem::rename(path, path + ".broken", failed);
    problem = fmt::format("{} was damaged: these are the defaults. What it held is kept in {}.broken.", path, path);
  }
  return parse_settings(text.str());
}

void save_settings(const Settings& settings, const std::string& path) {
  const std::string text = to_json(settings);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace wick::views
