#pragma once
// The sampling flags that `run` and `chat` share, named as llama.cpp names them.
#include <CLI/CLI.hpp>

#include "command.h"
#include "models/generator.h"

namespace wick::cli {

struct SamplingFlags {
  GenerateOptions options;
  std::int64_t seed = -1;
  std::vector<std::string> bias;

  void add_to(CLI::App& app);
  /// The options with a seed drawn where none was given and the biases parsed. Throws Error for a malformed bias.
  GenerateOptions resolve() const;
};

Json timings(const Generator& generator, double load_ms);

}  // namespace wick::cli
