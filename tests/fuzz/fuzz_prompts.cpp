// Any text as the prompts of `wick segment`: questions about things in a picture, or an error that says what is wrong.
// After "-" the lines are points, and boxes where they begin with "b"; else it is a file of prompts.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "core/error.h"
#include "segment_prompts.h"

namespace {

using namespace wick;

std::vector<cli::Question> questions_of_lines(const std::string& text) {
  std::vector<std::string> points, boxes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("b")) {
      boxes.push_back(line.substr(1));
    } else {
      points.push_back(line);
    }
  }
  return cli::questions_of(points, boxes, text.size() % 2 == 0);
}

void try_question(const cli::Question& question) {
  const SegmentPrompt& prompt = question.prompt;
  if (prompt.points.empty() && !prompt.box && question.mask_from.empty()) std::abort();
  for (const SegmentPrompt::Point& point : prompt.points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) std::abort();
  }
  check_prompt(prompt, {640, 480});
}

void check_words(const std::exception& error) {
  if (std::strlen(error.what()) == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  try {
    const auto questions =
        input.starts_with("-") ? questions_of_lines(input.substr(1)) : cli::parse_questions(input, "prompts.json");
    if (questions.empty()) std::abort();
    for (const cli::Question& question : questions) try_question(question);
  } catch (const Error& error) {
    check_words(error);
  } catch (const CLI::Error& error) {
    check_words(error);
  }
  return 0;
}
