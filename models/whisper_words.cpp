#include "models/whisper_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/text/jinja_text.h"
#include "core/text/unicode.h"

namespace wick {
namespace {

constexpr Index kMedian = 7;  // positions
constexpr std::string_view kAsciiPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr std::string_view kUnspaced[] = {"zh", "ja", "th", "lo", "my", "yue"};

/// Whether the text ends amid a character, which a later token may complete.
bool ends_amid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Step step = text::decode_utf8(text, at);
    if (step.kind == text::Utf8Step::Kind::truncated) return true;
    at += step.length;
  }
  return false;
}

/// Each value of a row by the median of its neighbourhood, mirrored at the ends.
void median_filter(float* row, Index columns, std::vector<float>& copy) {
  constexpr Index kHalf = kMedian / 2;
  if (columns <= kHalf) return;
  copy.assign(row, row + columns);
  std::array<float, kMedian> around;
  for (Index at = 0; at < columns; ++at) {
    for (Index i = 0; i < kMedian; ++i) {
      Index from = std::abs(at + i - kHalf);
      if (from >= columns) from = 2 * (columns - 1) - from;
      around[static_cast<std::size_t>(i)] = copy[static_cast<std::size_t>(from)];
    }
    std::nth_element(around.begin(), around.begin() + kHalf, around.end());
    row[at] = around[kHalf];
  }
}

/// Where each token's heads look, [tokens, positions]: each head's softmax, told from what it always looks at,
/// smoothed.
Tensor attention_map(const Tensor& scores, Index positions) {
  const Index heads = scores.dim(0), tokens = scores.dim(1);
  Tensor weights = softmax(scores.slice(2, 0, positions).contiguous(), 2);
  const Tensor mean = wick::mean(weights, 1, true);  // over the tokens
  const Tensor centred = weights - mean;
  weights = centred / sqrt(wick::mean(centred * centred, 1, true));
  std::vector<float> copy;
  for (Index row = 0; row < heads * tokens; ++row) {
    median_filter(weights.data<float>() + row * positions, positions, copy);
  }
  return wick::mean(weights, 0);
}

/// The probability of each token of `text` among those that are text; row i of `logits` foretells token i.
std::vector<double> token_probabilities(const Tensor& logits, std::span<const TokenId> text, TokenId eot) {
  const Tensor probabilities = softmax(logits.slice(1, 0, eot).contiguous(), 1);
  std::vector<double> result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result.push_back(static_cast<double>(probabilities.data<float>()[static_cast<Index>(i) * eot + text[i]]));
  }
  return result;
}

}  // namespace

std::vector<std::vector<TokenId>> split_words(const WhisperTokenizer& tokenizer, std::span<const TokenId> text,
                                              Index language) {
  const std::string_view code = language < 0 ? "" : whisper_languages()[static_cast<std::size_t>(language)].code;
  const bool spaced = std::find(std::begin(kUnspaced), std::end(kUnspaced), code) == std::end(kUnspaced);
  std::vector<std::vector<TokenId>> words;
  std::vector<TokenId> characters;  // the tokens since the last whole one
  for (const TokenId id : text) {
    characters.push_back(id);
    const std::string piece = tokenizer.decode(characters);
    if (ends_amid(piece)) continue;
    const bool begins = piece.starts_with(' ') ||
                        kAsciiPunctuation.find(jinja::strip(piece, true, true, " \t\r\n")) != std::string_view::npos;
    if (words.empty() || !spaced || begins) words.emplace_back();
    words.back().insert(words.back().end(), characters.begin(), characters.end());
    characters.clear();
  }
  if (!characters.empty()) words.push_back(std::move(characters));
  return words;
}

std::vector<Index> align_rows(const Tensor& cost) {
  enum class Step : std::uint8_t { both, row, column };
  const Index rows = cost.dim(0), columns = cost.dim(1);
  constexpr float kFar = std::numeric_limits<float>::infinity();
  std::vector<Step> steps(static_cast<std::size_t>(rows * columns));
  std::vector<float> above(static_cast<std::size_t>(columns) + 1, kFar), here(above.size());
  above[0] = 0;
  for (Index i = 0; i < rows; ++i) {
    here[0] = kFar;
    for (Index j = 0; j < columns; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const float both = above[at], row = above[at + 1], column = here[at];
      Step step = Step::column;
      float least = column;
      if (both < row && both < column) step = Step::both, least = both;
      if (row < both && row < column) step = Step::row, least = row;
      here[at + 1] = cost.data<float>()[i * columns + j] + least;
      steps[static_cast<std::size_t>(i * columns + j)] = step;
    }
    std::swap(above, here);
  }
  std::vector<Index> begins(static_cast<std::size_t>(rows));
  for (Index i = rows - 1, j = columns - 1; i >= 0 && j >= 0;) {
    begins[static_cast<std::size_t>(i)] = j;
    const Step step = steps[static_cast<std::size_t>(i * columns + j)];
    if (step != Step::column) --i;
    if (step != Step::row) --j;
  }
  return begins;
}

std::vector<AlignedWord> align_words(const Whisper& model, const WhisperTokenizer& tokenizer, const AudioMemory& audio,
                                     std::span<const TokenId> text, Index language, bool translate, Index frames) {
  const Index positions = frames / kFramesOfToken;
  if (text.empty() || positions < 1) return {};
  const WhisperIds& ids = tokenizer.ids();
  std::vector<TokenId> tokens = ids.start(language, translate);
  const auto before = static_cast<Index>(tokens.size());
  const auto count = static_cast<Index>(text.size());
  tokens.push_back(ids.no_timestamps);
  tokens.insert(tokens.end(), text.begin(), text.end());
  tokens.push_back(ids.eot);
  const Reading reading = model.read(tokens, audio);
  const std::vector<double> probability =
      token_probabilities(reading.logits.slice(0, before, before + count), text, ids.eot);
  // A row says where the heads look while they foretell a token: the last one, where the text ends.
  const Tensor map = attention_map(reading.scores, positions).slice(0, before, before + count + 1);
  const std::vector<Index> begins = align_rows(-map.contiguous());

  std::vector<AlignedWord> words;
  std::size_t first = 0;
  for (std::vector<TokenId>& word : split_words(tokenizer, text, language)) {
    const std::size_t last = first + word.size();
    const auto sum = std::accumulate(probability.begin() + static_cast<std::ptrdiff_t>(first),
                                     probability.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
    words.push_back({tokenizer.decode(word), std::move(word), static_cast<double>(begins[first]) * kSecondsOfToken,
                     static_cast<double>(begins[last]) * kSecondsOfToken, sum / static_cast<double>(last - first)});
    first = last;
  }
  return words;
}

}  // namespace wick
