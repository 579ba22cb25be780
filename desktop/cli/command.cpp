#include "command.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/computed_source.h"
#include "core/error.h"
#include "core/text/byte_words.h"
#include "core/text/unicode.h"
#include "fetch/store.h"
#include "models/task.h"

namespace wick::cli {

void CommonOptions::add_to(CLI::App& app) {
  app.add_option("-t,--threads", threads, "Threads (default: the physical cores)")->check(CLI::Range(1, 1024));
  app.add_option("--device", device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
  app.add_flag("--precise", precise, "f32 activations and cache, for comparing with references");
  app.add_flag("--json", json, "Machine-readable output");
}

void CommonOptions::add_cache_type_to(CLI::App& app) {
  app.add_option("--cache-type", cache_type, "KV cache: f16 (default), f32, or q8_0 for half the memory")
      ->check(CLI::IsMember({"f16", "f32", "q8_0"}));
}

void CommonOptions::add_quantize_to(CLI::App& app) {
  app.add_option(
         "--quantize", quantize,
         "What weights of a float type become as they load; none keeps them (default: q8_0, with --precise none)")
      ->check(CLI::IsMember({"none", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"}));
}

void CommonOptions::add_picture_quantize_to(CLI::App& app, const std::string& by_default) {
  app.add_option("--quantize", quantize,
                 fmt::format("What the picture encoder's weights become as they load: bf16 is faster where the machine "
                             "has its products, q8_0 on most (default: {})",
                             by_default))
      ->check(CLI::IsMember({"none", "bf16", "q8_0"}));
}

Precision CommonOptions::precision() const { return precise ? Precision::precise : Precision::fast; }

std::optional<DType> CommonOptions::picture_quantization() const {
  return quantize == info(DType::bf16).name ? DType::bf16 : quantized_type(quantize);
}

std::optional<DType> CommonOptions::quantization() const {
  return quantize.empty() ? default_quantization(precision()) : quantized_type(quantize);
}

LlamaOptions CommonOptions::llama_options() const {
  LlamaOptions options(precision());
  for (const DType type : {DType::f16, DType::f32, DType::q8_0})
    if (cache_type == wick::info(type).name) options.cache_type = type;
  return options;
}

Device CommonOptions::open_device() const {
  if (device == "cuda") throw Error("--device cuda: this build has no CUDA backend");
  return Device::cpu(threads);
}

void ModelOption::add_path_to(CLI::App& app) {
  app.add_option("model", model, "A catalogue name (see `wick models list`), a file or a folder")->required();
}

void ModelOption::add_to(CLI::App& app) {
  add_path_to(app);
  app.add_option("--tokenizer", tokenizer, "Tokenizer file, for formats that lack one");
}

std::string ModelOption::path() const { return ModelStore().path_of(model); }

namespace {

/// What a model that cannot chat is for.
void refuse_other_tasks(const Checkpoint& checkpoint, const std::string& model) {
  const std::string& name = checkpoint.name();
  switch (task_of(checkpoint)) {
    case Task::chat:
      return;
    case Task::speech:
      throw Error("{}: a Whisper model, made to transcribe speech: wick transcribe {} RECORDING", name, model);
    case Task::segment:
      throw Error("{}: a Segment Anything model, made to segment pictures: wick segment {} PICTURE --point X,Y", name,
                  model);
  }
}

}  // namespace

LoadedModel load_model(const ModelOption& option, const CommonOptions& common) {
  const double begin = now_ms();
  ModelFiles files = ModelFiles::open(option.path(), option.tokenizer);
  refuse_other_tasks(files.checkpoint, option.model);
  LanguageModelLoader loader(std::move(files), common.open_device(), common.llama_options());
  ProgressBar bar("Loading");
  while (loader.step()) {
    bar.update(static_cast<double>(loader.bytes_done()), static_cast<double>(loader.bytes_total()));
  }
  LoadedModel loaded{.model = loader.finish()};
  loaded.load_ms = now_ms() - begin;
  return loaded;
}

LoadedSpeech load_speech(const ModelOption& option, const CommonOptions& common) {
  const double begin = now_ms();
  SpeechModelLoader loader(ModelFiles::open(option.path(), option.tokenizer), common.open_device(), common.precision(),
                           common.quantization());
  ProgressBar bar("Loading");
  while (loader.step()) bar.update(static_cast<double>(loader.bytes_done()), static_cast<double>(loader.bytes_total()));
  LoadedSpeech loaded{.model = loader.finish()};
  loaded.load_ms = now_ms() - begin;
  return loaded;
}

LoadedSegmenter load_segmenter(const ModelOption& option, const CommonOptions& common) {
  const double begin = now_ms();
  const ModelFiles files = ModelFiles::open(option.path());
  require_task(files.checkpoint, Task::segment);
  SegmentLoader loader(files, common.open_device(), common.precision(), common.picture_quantization());
  ProgressBar bar("Loading");
  while (loader.step()) bar.update(static_cast<double>(loader.bytes_done()), static_cast<double>(loader.bytes_total()));
  return {.model = loader.finish(), .load_ms = now_ms() - begin};
}

std::string read_input(const std::string& text, const std::string& file) {
  if (file.empty()) return text;
  std::error_code ignored;
  if (file != "-" && std::filesystem::is_regular_file(file, ignored)) {
    return text + read_text(*open_file(file), std::uint64_t{1} << 30);
  }
  std::ostringstream buffer;
  if (file == "-") {
    buffer << std::cin.rdbuf();
  } else {  // a pipe, such as a shell's <(command)
    std::ifstream stream(file);
    if (!stream || std::filesystem::is_directory(file, ignored)) open_file(file);  // says what is wrong
    buffer << stream.rdbuf();
  }
  return text + buffer.str();
}

std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text::replace_invalid(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      safe += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      safe += fmt::format("\\x{:02x}", byte);
    } else {
      safe += c;
    }
  }
  return safe;
}

void print_error(const std::exception& error) { fmt::print(stderr, "wick: {}\n", printable(error.what())); }

// Bytes that are no UTF-8 can reach a piece; they become U+FFFD.
std::string json_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

namespace {

bool fits_a_line(const Json& json) {
  const auto plain = [](const Json& value) { return !value.is_structured() || value.empty(); };
  return plain(json) || std::all_of(json.begin(), json.end(), plain);
}

/// An entry a line, but a list of numbers or a row of a table stays together.
std::string indented(const Json& json, int depth) {
  if (depth > 0 && fits_a_line(json)) return json_line(json);
  const std::string margin(static_cast<std::size_t>(depth) + 1, ' ');
  std::string text;
  for (const auto& [key, value] : json.items()) {
    text += (text.empty() ? "\n" : ",\n") + margin;
    if (json.is_object()) text += json_line(Json(key)) + ": ";
    text += indented(value, depth + 1);
  }
  const char* brackets = json.is_object() ? "{}" : "[]";
  return brackets[0] + text + '\n' + margin.substr(1) + brackets[1];
}

}  // namespace

std::string json_text(const Json& json) { return indented(json, 0) + '\n'; }
void print_json(const Json& json) { fmt::print("{}", json_text(json)); }
void print_json_line(const Json& json) {
  fmt::print("{}\n", json_line(json));
  std::fflush(stdout);
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }
bool stdout_is_terminal() { return isatty(STDOUT_FILENO) != 0; }

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void ProgressBar::update(double bytes_done, double bytes_total, const std::string& note) {
  const double part = bytes_total > 0 ? bytes_done / bytes_total : 0;
  draw(part, fmt::format("{} {}", bytes_of_words(bytes_done, bytes_total), note));
}

void ProgressBar::update_seconds(double done, double total) {
  draw(total > 0 ? done / total : 0, fmt::format("{:.0f} of {:.0f} s", done, total));
}

void ProgressBar::update_part(double part) { draw(part, fmt::format("{:.0f} %", 100 * part)); }

void ProgressBar::draw(double part, const std::string& text) {
  if (!stderr_is_terminal() || now_ms() - drawn_ms_ < 50) return;
  drawn_ms_ = now_ms();
  drawn_ = true;
  constexpr int kWidth = 24;
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < static_cast<int>(std::min(part, 1.0) * kWidth) ? "━" : "─";
  fmt::print(stderr, "\r\033[K{} {} {}", label_, bar, text);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace wick::cli
