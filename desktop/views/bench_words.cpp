#include "views/bench_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>
#include <vector>

#include "views/format.h"

namespace wick::views {
namespace {

std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts(1);
  for (const char letter : name) {
    if (letter == '/') {
      parts.emplace_back();
    } else {
      parts.back().push_back(letter);
    }
  }
  return parts;
}

/// As model files are called: F16, Q4_K.
std::string upper(std::string words) {
  for (char& letter : words) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return words;
}

/// "hd64" -> "64" where it begins with "hd"; else nothing.
std::string after(const std::string& part, std::string_view prefix) {
  return part.starts_with(prefix) ? part.substr(prefix.size()) : "";
}

std::string counted(const std::string& digits) { return count_words(std::strtoll(digits.c_str(), nullptr, 10)); }

std::string threads_words(const std::string& last) {
  const std::string count = after(last, "t");
  return count == "1" ? "1 thread" : count + " threads";
}

/// The digits of "q4_1": how many bits a weight has.
std::string bits_of(const std::string& type) {
  const auto begin = std::find_if(type.begin(), type.end(), [](unsigned char c) { return std::isdigit(c); });
  const auto end = std::find_if_not(begin, type.end(), [](unsigned char c) { return std::isdigit(c); });
  return {begin, end};
}

BenchWords attention_words(const std::vector<std::string>& parts, const std::string& threads) {
  const std::string reading = after(parts[4], "s"), writing = after(parts[4], "kv");
  const std::string what = writing.empty() ? fmt::format("reading a prompt of {} tokens", counted(reading))
                                           : fmt::format("writing after {} tokens", counted(writing));
  std::string title = fmt::format("{}, head {}", what, after(parts[3], "hd"));
  const std::string detail = fmt::format("cache in {}, {}", upper(parts[2]), threads),
                    full = fmt::format("Attention, {}, {}", title, detail);
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return {BenchGroup::attention, title, detail, full};
}

BenchWords matmul_words(const std::vector<std::string>& parts, const std::string& threads) {
  const bool reads = parts[2] == "gemm";
  const std::string title = fmt::format("{}-bit weights, {}", bits_of(parts[1]), upper(parts[1]));
  return {reads ? BenchGroup::reading : BenchGroup::writing, title, threads,
          fmt::format("Matrix product, {}, {}, {}", reads ? "reading" : "writing", title, threads)};
}

BenchWords model_words(const std::string& what, const std::string& threads) {
  std::string title = what;
  if (what == "load") title = "Loading it";
  if (const std::string tokens = after(what, "prompt"); !tokens.empty())
    title = fmt::format("Reading a prompt of {} tokens", counted(tokens));
  if (const std::size_t at = what.find('@'); at != std::string::npos)
    title = fmt::format("Writing after {} {}", counted(what.substr(at + 1)),
                        what.substr(at + 1) == "1" ? "token" : "tokens");
  return {BenchGroup::chat, title, threads, "Chat, " + title};
}

BenchWords named(BenchGroup group, const char* task, std::string_view what, std::string detail) {
  constexpr std::array<std::pair<std::string_view, const char*>, 8> kWords = {{
      {"log-mel", "Sound to pictures of it (log-mel)"},
      {"encode", "Understanding (encoder)"},
      {"remember", "Preparing what the decoder looks at"},
      {"decode1", "Writing one text"},
      {"decode5", "Writing five texts side by side"},
      {"prepare", "Bringing a picture to size"},
      {"decode", "Masks of a click (decoder)"},
      {"mask", "A mask in the picture’s size"},
  }};
  const auto found = std::ranges::find(kWords, what, &std::pair<std::string_view, const char*>::first);
  const std::string title = found == kWords.end() ? std::string(what) : found->second;
  return {group, title, std::move(detail), fmt::format("{}, {}", task, title)};
}

}  // namespace

const std::array<BenchGroupWords, 7> kBenchGroups = {{
    {BenchGroup::attention, "Attention",
     "How a model weighs each word against all before it. Reading a prompt does so for many words at once, as fast as "
     "the processor calculates; writing does so for one, as fast as memory is read."},
    {BenchGroup::reading, "Matrix products, as in reading a prompt",
     "All words of a prompt go through the model’s weights together (gemm), so the processor’s arithmetic is the "
     "limit. "
     "The fewer bits a weight has, the smaller the file."},
    {BenchGroup::writing, "Matrix products, as in writing",
     "Each new word needs every weight once (gemv), so the limit is how fast memory is read, and fewer bits mean more "
     "words."},
    {BenchGroup::chat, "Chat", "Whole language models that are on this computer."},
    {BenchGroup::speech, "Transcribe", "The parts of Whisper. A window is half a minute of sound."},
    {BenchGroup::segment, "Segment", "The parts of Segment Anything, in milliseconds: less is better."},
    {BenchGroup::other, "Others", "What this page has no words for yet."},
}};

const std::array<PeakWords, 4> kPeakWords = {{
    {&Peaks::fma_gflops, "GFLOP/s", "Arithmetic, 32-bit floats"},
    {&Peaks::bf16_gflops, "GFLOP/s", "Arithmetic, bfloat16"},
    {&Peaks::int8_gops, "GOP/s", "Arithmetic, 8-bit integers"},
    {&Peaks::read_gbs, "GB/s", "Reading memory"},
}};

BenchWords words_of(const std::string& name) {
  const std::vector<std::string> parts = parts_of(name);
  const std::string threads = threads_words(parts.back());
  if (parts[0] == "attention" && parts.size() == 6) return attention_words(parts, threads);
  if (parts[0] == "matmul" && parts.size() == 4) return matmul_words(parts, threads);
  if (parts[0] == "model" && parts.size() == 3) return model_words(parts[1], threads);
  if (parts[0] == "speech" && parts.size() == 3) return named(BenchGroup::speech, "Transcribe", parts[1], threads);
  if (parts[0] == "segment" && parts.size() == 4)
    return named(BenchGroup::segment, "Segment", parts[1], fmt::format("weights in {}, {}", upper(parts[2]), threads));
  return {BenchGroup::other, name, "", name};
}

bool is_quick(std::string_view name) {
  constexpr std::array<std::string_view, 10> kQuick = {"attention/prefill/f16/hd64/s512/",
                                                       "attention/decode/f16/hd64/kv8192/",
                                                       "matmul/f16/gemm/",
                                                       "matmul/f16/gemv/",
                                                       "matmul/q8_0/gemm/",
                                                       "matmul/q8_0/gemv/",
                                                       "matmul/q4_1/gemm/",
                                                       "matmul/q4_1/gemv/",
                                                       "matmul/q4_k/gemm/",
                                                       "matmul/q4_k/gemv/"};
  return std::ranges::any_of(kQuick, [&](std::string_view row) { return name.starts_with(row); });
}

std::string big_number(double value) {
  if (value >= 999.5) return count_words(std::llround(value));
  return fmt::format("{:.{}f}", value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

BenchFigures figures_of(const BenchRow& row) {
  const bool times = row.unit == "1/s";  // how long one takes says more
  auto [low, high] = std::minmax_element(row.values.begin(), row.values.end());
  const auto shown = [&](double value) { return big_number(times ? 1 / value : value); };
  BenchFigures figures{shown(row.median()), times ? "s" : row.unit, {}};
  if (times) std::swap(low, high);
  if (*low != *high) figures.range = fmt::format("{} to {}", shown(*low), shown(*high));
  return figures;
}

std::string share_words(double share) { return fmt::format("{:.0f} %", 100 * share); }

}  // namespace wick::views
