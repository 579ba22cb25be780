#pragma once
// What the commands of `wick` share: the options everywhere, how a model is found and loaded, how results are printed.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "core/clock.h"
#include "models/catalog.h"
#include "models/language_model.h"
#include "models/segmenter.h"
#include "models/speech_model.h"

namespace wick::cli {

using Json = nlohmann::ordered_json;

/// Options that every command with a model takes.
struct CommonOptions {
  int threads = 0;
  std::string device = "cpu";
  bool precise = false;
  std::string cache_type, quantize;
  bool json = false;

  void add_to(CLI::App& app);
  /// For models that chat.
  void add_cache_type_to(CLI::App& app);
  /// `by_default`: in words.
  void add_quantize_to(CLI::App& app);
  void add_picture_quantize_to(CLI::App& app, const std::string& by_default);
  Precision precision() const;
  /// Of a speech model's weights; those of other models stay as they are unless `quantize` says a type.
  std::optional<DType> quantization() const;
  /// Of a picture encoder's weights.
  std::optional<DType> picture_quantization() const;
  LlamaOptions llama_options() const;
  /// Throws Error for a device that this build or machine lacks.
  Device open_device() const;
};

/// A model argument: a catalogue name, a file or a folder.
struct ModelOption {
  std::string model;
  std::string tokenizer;

  void add_to(CLI::App& app);
  /// Without a tokenizer's, for models that have none.
  void add_path_to(CLI::App& app);
  /// The path of the file. Throws Error saying how to fetch a known model that is not on disk.
  std::string path() const;
};

struct LoadedModel {
  std::shared_ptr<const LanguageModel> model;
  double load_ms = 0;
};
/// Loads with a progress bar on a terminal.
LoadedModel load_model(const ModelOption& option, const CommonOptions& common);

struct LoadedSpeech {
  std::shared_ptr<const SpeechModel> model;
  double load_ms = 0;
};
/// The same for speech to text. Throws Error for a model of another kind.
LoadedSpeech load_speech(const ModelOption& option, const CommonOptions& common);

struct LoadedSegmenter {
  std::shared_ptr<const SegmentModel> model;
  double load_ms = 0;
};
/// The same for Segment Anything.
LoadedSegmenter load_segmenter(const ModelOption& option, const CommonOptions& common);

/// A text from -p or -f; "-" reads standard input. Throws Error if a file cannot be read.
std::string read_input(const std::string& text, const std::string& file);

/// A text that others wrote, safe to print in one line: control characters escaped, invalid UTF-8 replaced.
std::string printable(std::string_view text);
/// What went wrong, in one line on standard error.
void print_error(const std::exception& error);
/// JSON for a person too: an entry a line.
std::string json_text(const Json& json);
/// JSON in one line.
std::string json_line(const Json& json);
void print_json(const Json& json);
void print_json_line(const Json& json);
bool stderr_is_terminal();
bool stdout_is_terminal();
/// The largest resident size of this process so far.
std::uint64_t peak_memory_bytes();

/// What the catalogue says of a model, and whether it is on this machine.
Json catalog_row(const CatalogEntry& entry, const char* state);

/// A bar on standard error, drawn only on a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label) : label_(std::move(label)) {}
  ~ProgressBar() { clear(); }
  void update(double bytes_done, double bytes_total, const std::string& note = {});
  void update_seconds(double done, double total);
  /// From 0 to 1.
  void update_part(double part);
  void clear();

 private:
  void draw(double part, const std::string& text);

  std::string label_;
  double drawn_ms_ = 0;
  bool drawn_ = false;
};

// Each registers its commands.
void add_run(CLI::App& app);
void add_chat(CLI::App& app);
void add_evaluate(CLI::App& app);  // logits, perplexity, tokenize
void add_info(CLI::App& app);
void add_models(CLI::App& app);
void add_bench(CLI::App& app);
void add_serve(CLI::App& app);
void add_transcribe(CLI::App& app);
void add_segment(CLI::App& app);

}  // namespace wick::cli
