// `wick run`: continue a text.
#include <fmt/format.h>

#include <cstdio>

#include "core/text/byte_words.h"
#include "sampling.h"

namespace wick::cli {
namespace {

struct RunOptions {
  CommonOptions common;
  ModelOption model;
  SamplingFlags sampling;
  std::string prompt, file;
  Index context = 0;
};

void run(const RunOptions& options) {
  const std::string prompt = read_input(options.prompt, options.file);
  const LoadedModel loaded = load_model(options.model, options.common);
  const Tokenizer& tokenizer = loaded.model->tokenizer;
  std::vector<TokenId> prompt_ids = tokenizer.encode(prompt, {.add_special = true, .parse_special = true});
  if (prompt_ids.empty() && tokenizer.bos() >= 0) prompt_ids.push_back(tokenizer.bos());

  Generator generator(loaded.model, options.context);
  generator.start(prompt_ids, options.sampling.resolve());
  if (!options.common.json && stdout_is_terminal()) fmt::print("\033[2m{}\033[0m", prompt);
  std::string text;
  while (!generator.finished()) {
    const GenerationStep step = generator.step();
    text += step.text;
    if (options.common.json) continue;
    std::fwrite(step.text.data(), 1, step.text.size(), stdout);
    std::fflush(stdout);
  }
  if (options.common.json) {
    const auto first = generator.tokens().begin() + static_cast<std::ptrdiff_t>(prompt_ids.size());
    print_json({{"prompt_ids", prompt_ids},
                {"ids", std::vector<TokenId>(first, generator.tokens().end())},
                {"text", text},
                {"stop", to_string(generator.stop_reason())},
                {"timings", timings(generator, loaded.load_ms)},
                {"peak_memory_bytes", peak_memory_bytes()}});
    return;
  }
  if (!stdout_is_terminal()) return;
  const GenerationStats& s = generator.stats();
  fmt::print("\n");
  fmt::print(
      stderr,
      "\033[2mprompt {} tokens, {:.0f} tokens/s; generated {}, {:.1f} tokens/s; load {:.0f} ms; {} peak\033[0m\n",
      s.prompt_tokens, static_cast<double>(s.prompt_tokens - s.reused_tokens) / s.prompt_ms * 1e3, s.generated_tokens,
      static_cast<double>(s.generated_tokens - 1) / std::max(s.generate_ms, 1e-3) * 1e3, loaded.load_ms,
      bytes_words(static_cast<double>(peak_memory_bytes())));
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Continue a text");
  options->model.add_to(*command);
  command->add_option("-p,--prompt", options->prompt, "The text to continue");
  command->add_option("-f,--file", options->file, "Read the text from a file; - is standard input");
  command->add_option("-c,--ctx-size", options->context, "Context in tokens (default: the model's, at most 8,192)")
      ->check(CLI::Range(1, 1 << 24));
  options->sampling.add_to(*command);
  options->common.add_to(*command);
  options->common.add_cache_type_to(*command);
  command->callback([options] { run(*options); });
}

}  // namespace wick::cli
