#include "views/settings.h"

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

#include "core/formats/atomic_file.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 3> kThemes = {"system", "light", "dark"};
constexpr std::array<const char*, 3> kTaskNames = {"chat", "transcribe", "segment"};
constexpr std::array<const char*, 6> kPages = {"chat", "transcribe", "segment", "models", "bench", "settings"};

// What there is to keep, under its names: `fields` is a Reader, and what it reads into can be changed, or a Writer.

template <class Fields, class Model>
  requires std::same_as<std::remove_const_t<Model>, OwnModel>
void each_field(const Fields& fields, Model& model) {
  fields.text("path", model.path);
  fields.choice("task", model.task, kTaskNames);
}

template <class Fields, class Speech>
  requires std::same_as<std::remove_const_t<Speech>, SpeechSettings>
void each_field(const Fields& fields, Speech& s) {
  fields.text("language", s.language);
  fields.flag("translate", s.translate);
  fields.number("beam", s.beam, 1, kMostBeams);
  fields.flag("words", s.words);
  fields.flag("skip_silence", s.skip_silence);
  fields.text("hotwords", s.hotwords);
  fields.flag("tint", s.tint);
  fields.flag("follow", s.follow);
  fields.text("microphone", s.microphone);
}

template <class Fields, class All>
  requires std::same_as<std::remove_const_t<All>, Settings>
void each_field(const Fields& fields, All& s) {
  fields.choice("theme", s.theme, kThemes);
  fields.choice("page", s.page, kPages);
  fields.number("scale", s.scale, 0.0F, 4.0F);
  fields.number("window_width", s.window_width, 480, 16'384);
  fields.number("window_height", s.window_height, 360, 16'384);
  fields.number("list_width", s.list_width, 160.0F, 600.0F);
  fields.number("side_width", s.side_width, 260.0F, 600.0F);
  fields.flag("list_shown", s.list_shown);
  fields.flag("side_shown", s.side_shown);
  fields.number("threads", s.threads, 0, 1024);
  fields.text("instruction_set", s.instruction_set);
  fields.text("cache_type", s.cache_type);
  fields.text("models_folder", s.models_folder);
  fields.number("bytes_a_second", s.bytes_a_second, 0.0, 1e15);
  fields.number("read_gbs", s.read_gbs, 0.0, 1e6);
  fields.list("own_models", s.own_models);
  fields.text("chat_model", s.chat_model);
  fields.text("speech_model", s.speech_model);
  fields.text("segment_model", s.segment_model);
  fields.text("picture", s.picture);
  fields.flag("mask_previews", s.mask_previews);
  fields.text("system_prompt", s.system_prompt);
  fields.number("temperature", s.sampling.temperature, 0.0F, 2.0F);
  fields.number("top_k", s.sampling.top_k, 0, 1000);
  fields.number("top_p", s.sampling.top_p, 0.0F, 1.0F);
  fields.number("min_p", s.sampling.min_p, 0.0F, 1.0F);
  fields.number("typical_p", s.sampling.typical_p, 0.0F, 1.0F);
  fields.number("repeat_penalty", s.sampling.repeat_penalty, 0.5F, 2.0F);
  fields.number("presence_penalty", s.sampling.presence_penalty, -2.0F, 2.0F);
  fields.number("frequency_penalty", s.sampling.frequency_penalty, -2.0F, 2.0F);
  fields.number("repeat_last_n", s.sampling.repeat_last_n, -1, 1 << 20);
  fields.number("seed", s.seed, -1, 2'147'483'647);
  fields.number("max_tokens", s.max_tokens, 1, 1 << 24);
  fields.flag("probabilities", s.probabilities);
  fields.flag("thinking", s.thinking);
  fields.flag("fold_thinking", s.fold_thinking);
  fields.part("speech", s.speech);
}

/// Takes over what a file says, as far as it makes sense.
class Reader {
 public:
  explicit Reader(const Json* json) : json_(json) {}

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
  template <class Part>
  void part(const char* name, Part& value) const {
    each_field(Reader(find(name)), value);
  }
  void list(const char* name, std::vector<OwnModel>& value) const {
    const Json* const found = find(name);
    if (!found || !found->is_array()) return;
    for (const Json& each : *found) {
      OwnModel model;
      each_field(Reader(&each), model);
      if (!model.path.empty()) value.push_back(std::move(model));
    }
  }

 private:
  const Json* find(const char* name) const {
    if (!json_ || !json_->is_object()) return nullptr;
    const auto found = json_->find(name);
    return found == json_->end() ? nullptr : &*found;
  }
  const Json* json_;  // nullptr: nothing is said
};

/// Says it all.
class Writer {
 public:
  explicit Writer(Json& json) : json_(json) {}

  template <class Number>
  void number(const char* name, Number value, Number, Number) const {
    json_[name] = value;
  }
  void flag(const char* name, bool value) const { json_[name] = value; }
  void text(const char* name, const std::string& value) const { json_[name] = value; }
  template <class Choice, std::size_t count>
  void choice(const char* name, Choice value, const std::array<const char*, count>& names) const {
    json_[name] = names[static_cast<std::size_t>(value)];
  }
  template <class Part>
  void part(const char* name, const Part& value) const {
    each_field(Writer(json_[name]), value);
  }
  void list(const char* name, const std::vector<OwnModel>& value) const {
    Json& all = json_[name] = Json::array();
    for (const OwnModel& model : value) each_field(Writer(all.emplace_back()), model);
  }

 private:
  Json& json_;
};

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
  const Json json = Json::parse(text, nullptr, false);
  Settings settings;
  each_field(Reader(&json), settings);
  if (settings.scale < 0.5F) settings.scale = 0;
  if (settings.cache_type != "f32" && settings.cache_type != "q8_0") settings.cache_type = "f16";
  return settings;
}

std::string to_json(const Settings& settings) {
  Json json;
  each_field(Writer(json), settings);
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

void save_settings(const Settings& settings, const std::string& path) { write_text(path, to_json(settings)); }

}  // namespace wick::views
