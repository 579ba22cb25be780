// `wick logits`, `wick perplexity` and `wick tokenize`: what a model makes of a text.
#include "models/evaluate.h"

#include <fmt/format.h>

#include "command.h"
#include "core/error.h"
#include "core/text/sampler.h"

namespace wick::cli {
namespace {

struct TextOptions {
  CommonOptions common;
  ModelOption model;
  std::string text, file;
  int top = 10;
  Index window = 0;
};

std::vector<TokenId> encode(const Tokenizer& tokenizer, const TextOptions& options) {
  return tokenizer.encode(read_input(options.text, options.file), {.add_special = true, .parse_special = true});
}

void logits(const TextOptions& options) {
  const LoadedModel loaded = load_model(options.model, options.common);
  const std::vector<TokenId> ids = encode(loaded.model->tokenizer, options);
  const Tensor logits = next_logits(*loaded.model, ids);
  const Tensor distribution = softmax(logits, -1);
  const float* values = logits.data<float>();
  Json top = Json::array();
  for (const auto& [id, probability] :
       top_probabilities({distribution.data<float>(), static_cast<std::size_t>(logits.elements())}, options.top)) {
    top.push_back({{"id", id},
                   {"text", loaded.model->tokenizer.piece(id, true)},
                   {"logit", values[id]},
                   {"probability", probability}});
  }
  if (options.common.json) return print_json({{"ids", ids}, {"top", top}});
  for (const Json& entry : top) {
    fmt::print("{:>8.3f}  {:>6.2f} %  {:>7}  {}\n", entry["logit"].get<double>(),
               entry["probability"].get<double>() * 100, entry["id"].get<TokenId>(), json_line(entry["text"]));
  }
}

void perplexity(const TextOptions& options) {
  const LoadedModel loaded = load_model(options.model, options.common);
  const std::vector<TokenId> ids = encode(loaded.model->tokenizer, options);
  ProgressBar bar("Scoring");
  const Perplexity result = wick::perplexity(*loaded.model, ids, options.window, [&](Index done) {
    bar.update(static_cast<double>(done), static_cast<double>(ids.size()));
  });
  bar.clear();
  if (options.common.json)
    return print_json({{"tokens", result.tokens}, {"nll", result.nll}, {"perplexity", result.perplexity}});
  fmt::print("perplexity {:.4f} over {} tokens (mean negative log-likelihood {:.5f})\n", result.perplexity,
             result.tokens, result.nll);
}

void tokenize(const TextOptions& options) {
  const ModelFiles files = ModelFiles::open(options.model.path(), options.model.tokenizer);
  if (!files.tokenizer) throw Error("{}: the model has no tokenizer; name one with --tokenizer", options.model.model);
  const std::vector<TokenId> ids = encode(*files.tokenizer, options);
  std::vector<std::string> pieces;
  for (const TokenId id : ids) pieces.push_back(files.tokenizer->piece(id, true));
  if (options.common.json) return print_json({{"ids", ids}, {"pieces", pieces}});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    fmt::print("{:>7}  {}\n", ids[i], json_line(Json(pieces[i])));
  }
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto options = std::make_shared<TextOptions>();
  CLI::App* logits_command = app.add_subcommand("logits", "The likeliest next tokens after a text");
  CLI::App* perplexity_command = app.add_subcommand("perplexity", "How well a model predicts a text");
  CLI::App* tokenize_command = app.add_subcommand("tokenize", "The tokens of a text");
  for (CLI::App* command : {logits_command, perplexity_command, tokenize_command}) {
    options->model.add_to(*command);
    command->add_option("-f,--file", options->file, "Read the text from a file; - is standard input");
    options->common.add_to(*command);
    options->common.add_cache_type_to(*command);
  }
  logits_command->add_option("-p,--prompt", options->text, "The text");
  logits_command->add_option("--top", options->top, "How many tokens")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  perplexity_command->add_option("-p,--prompt", options->text, "The text");
  perplexity_command->add_option("--window", options->window, "Tokens scored together (default: the model's context)");
  tokenize_command->add_option("text", options->text, "The text");
  logits_command->callback([options] { logits(*options); });
  perplexity_command->callback([options] { perplexity(*options); });
  tokenize_command->callback([options] { tokenize(*options); });
}

}  // namespace wick::cli
