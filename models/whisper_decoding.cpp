#include "models/whisper_decoding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/error.h"

namespace wick {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

/// What the decoder is told before it writes: words that occur, what was said before, language and task. The first two
/// leave half of the context for the text: the hotwords lose their end, what was said its beginning.
std::vector<TokenId> prompt_of(const DecodingOptions& o, const WhisperIds& ids, Index text_context) {
  std::vector<TokenId> prompt;
  const auto most = static_cast<std::size_t>(std::max(text_context / 2 - 1, Index{0}));
  const std::size_t hot = o.prefix.empty() ? std::min(o.hotwords.size(), most) : 0;
  const std::size_t before = std::min(o.prompt.size(), most - hot);
  if (hot + before > 0) {
    prompt.push_back(ids.sot_prev);
    prompt.insert(prompt.end(), o.hotwords.begin(), o.hotwords.begin() + static_cast<std::ptrdiff_t>(hot));
    prompt.insert(prompt.end(), o.prompt.end() - static_cast<std::ptrdiff_t>(before), o.prompt.end());
  }
  const std::vector<TokenId> start = ids.start(o.language, o.translate);
  prompt.insert(prompt.end(), start.begin(), start.end());
  if (!o.timestamps) prompt.push_back(ids.no_timestamps);
  return prompt;
}

/// Texts that beam search waits for.
std::size_t most_ends(const DecodingOptions& o) {
  return static_cast<std::size_t>(std::max(std::lround(static_cast<double>(o.beam) * o.patience), 1L));
}

Index group_of(const DecodingOptions& o) { return o.temperature > 0 ? o.best_of : o.beam; }

DecodingOptions checked(DecodingOptions o, const WhisperIds& ids) {
  if (o.beam < 1 || o.best_of < 1 || !(o.patience > 0 && o.patience <= 100) || !(o.temperature >= 0)) {
    throw Error("[whisper] beam {}, best of {}, patience {}, temperature {}", o.beam, o.best_of, o.patience,
                o.temperature);
  }
  if (ids.multilingual && (o.language < 0 || o.language >= ids.languages)) {
    throw Error("[whisper] language {} of {}", o.language, ids.languages);
  }
  if (!ids.multilingual && o.translate) throw Error("[whisper] an English-only model cannot translate");
  return o;
}

}  // namespace

WindowDecoding::WindowDecoding(const Whisper& model, const WhisperTokenizer& tokenizer, const AudioMemory& audio,
                               DecodingOptions options)
    : model_(model),
      tokenizer_(tokenizer),
      audio_(audio),
      options_(checked(std::move(options), tokenizer.ids())),
      group_(group_of(options_)),
      max_tokens_(options_.max_tokens > 0 ? options_.max_tokens : model.config().text_context / 2),
      random_(options_.seed),
      cache_(model.make_cache((2 * group_ + 1) * (model.config().text_context + kPageTokens))),
      prompt_(prompt_of(options_, tokenizer.ids(), model.config().text_context)) {
  const auto sot = std::find(prompt_.begin(), prompt_.end(), tokenizer.ids().sot);
  sot_ = sot - prompt_.begin();
  prompt_.insert(prompt_.end(), options_.prefix.begin(), options_.prefix.end());
  if (static_cast<Index>(prompt_.size()) >= model.config().text_context) {
    throw Error("[whisper] a prompt of {} tokens in a text context of {}", prompt_.size(), model.config().text_context);
  }
}

Tensor WindowDecoding::read_prompt() {
  Sequence sequence(cache_);
  batch_.add(sequence, prompt_);
  const std::int32_t rows[] = {static_cast<std::int32_t>(sot_), static_cast<std::int32_t>(prompt_.size()) - 1};
  const Tensor logits = model_.decode(batch_, cache_, audio_, rows);  // [2, vocab]
  const Tensor at_sot = softmax(logits.slice(0, 0, 1), 1);
  no_speech_prob_ = static_cast<double>(at_sot.data<float>()[tokenizer_.ids().no_speech]);
  hypotheses_.assign(static_cast<std::size_t>(group_), {std::move(sequence), {}, 0});
  return logits.slice(0, 1, 2).expand({group_, logits.dim(1)}).clone();
}

Tensor WindowDecoding::read_tokens() {
  batch_.clear();
  for (Hypothesis& h : hypotheses_) batch_.add(h.sequence, {&h.tokens.back(), 1});
  return model_.decode(batch_, cache_, audio_);
}

void WindowDecoding::mask(const std::vector<TokenId>& tokens, float* logits) const {
  if (options_.suppress_blank && tokens.empty()) {
    for (const TokenId id : tokenizer_.not_first()) logits[id] = kNever;
  }
  const std::vector<TokenId>& never = options_.suppress ? *options_.suppress : tokenizer_.suppressed();
  for (const TokenId id : never) logits[id] = kNever;
  if (options_.timestamps) mask_timestamps(tokens, logits);
}

/// Timestamps come in pairs, but for the first and the last, and never go back.
void WindowDecoding::mask_timestamps(const std::vector<TokenId>& tokens, float* logits) const {
  const WhisperIds& ids = tokenizer_.ids();
  const Index vocab = model_.config().vocab;
  logits[ids.no_timestamps] = kNever;
  const std::size_t count = tokens.size();
  const bool last = count >= 1 && ids.is_timestamp(tokens[count - 1]);
  const bool before_last = count < 2 || ids.is_timestamp(tokens[count - 2]);
  if (last && before_last) {
    std::fill(logits + ids.timestamp_begin, logits + vocab, kNever);
  } else if (last) {
    std::fill(logits, logits + ids.eot, kNever);
  }
  const auto latest = std::find_if(tokens.rbegin(), tokens.rend(), [&](TokenId id) { return ids.is_timestamp(id); });
  if (latest != tokens.rend()) {  // a segment's end may be its begin only where that was the end of the one before
    std::fill(logits + ids.timestamp_begin, logits + *latest + (last && !before_last ? 0 : 1), kNever);
  }
  if (tokens.empty()) {
    std::fill(logits, logits + ids.timestamp_begin, kNever);
    const auto most = static_cast<Index>(std::lround(options_.max_initial_timestamp / kSecondsOfToken));
    if (ids.timestamp_begin + most + 1 < vocab) {
      std::fill(logits + ids.timestamp_begin + most + 1, logits + vocab, kNever);
    }
  }
}

Tensor WindowDecoding::probabilities(Tensor& logits) const {
  const WhisperIds& ids = tokenizer_.ids();
  const Index vocab = model_.config().vocab;
  for (std::size_t i = 0; i < hypotheses_.size(); ++i) {
    mask(hypotheses_[i].tokens, logits.data<float>() + static_cast<Index>(i) * vocab);
  }
  Tensor result = softmax(logits, 1);
  if (!options_.timestamps) return result;
  for (Index i = 0; i < result.dim(0); ++i) {
    float* row = result.data<float>() + i * vocab;
    float* times = row + ids.timestamp_begin;
    double together = 0;
    for (float* p = times; p < row + vocab; ++p) together += *p;
    if (together <= *std::max_element(row, times)) continue;
    std::fill(row, times, 0.0F);
    for (float* p = times; p < row + vocab; ++p) *p = static_cast<float>(*p / together);
    std::fill_n(logits.data<float>() + i * vocab, ids.timestamp_begin, kNever);
  }
  return result;
}

bool WindowDecoding::step() {
  if (done_) return false;
  Tensor logits = hypotheses_.empty() ? read_prompt() : read_tokens();
  const Tensor next = probabilities(logits);
  if (options_.temperature == 0 && options_.beam > 1) {
    search(next);
  } else {
    draw(logits, next);
  }
  const auto length = [](const Hypothesis& h) { return static_cast<Index>(h.tokens.size()); };
  if (hypotheses_.empty() || length(hypotheses_.front()) >= max_tokens_ ||
      static_cast<Index>(prompt_.size()) + length(hypotheses_.front()) > model_.config().text_context) {
    finish();
  }
  return !done_;
}

/// The likeliest token of each hypothesis, or one drawn.
void WindowDecoding::draw(const Tensor& logits, const Tensor& probabilities) {
  const Index vocab = model_.config().vocab;
  const bool draws = options_.temperature > 0;
  const Tensor tempered = draws ? softmax(logits * (1 / options_.temperature), 1) : probabilities;
  std::vector<Hypothesis> going;
  for (std::size_t i = 0; i < hypotheses_.size(); ++i) {
    Hypothesis& h = hypotheses_[i];
    const float* row = tempered.data<float>() + static_cast<Index>(i) * vocab;
    TokenId id = 0;
    if (draws) {
      float left = random_.uniform();
      while (id + 1 < vocab && (left -= row[id]) >= 0) ++id;
      while (row[id] == 0 && id > 0) --id;  // rounding ran past the last one
    } else {
      id = static_cast<TokenId>(std::max_element(row, row + vocab) - row);
    }
    h.sum_logprob += std::log(static_cast<double>(probabilities.data<float>()[static_cast<Index>(i) * vocab + id]));
    if (id == tokenizer_.ids().eot) {
      finished_.push_back({std::move(h.tokens), h.sum_logprob});
    } else {
      h.tokens.push_back(id);
      going.push_back(std::move(h));
    }
  }
  hypotheses_ = std::move(going);
}

/// One step of beam search: the best continuations of all hypotheses; those that end are set aside.
void WindowDecoding::search(const Tensor& probabilities) {
  struct Candidate {
    std::size_t source;
    TokenId id;
    double sum_logprob;
  };
  const Index vocab = model_.config().vocab;
  const auto beam = static_cast<std::size_t>(options_.beam);
  const bool first = hypotheses_.front().tokens.empty();  // all the same
  std::vector<Candidate> candidates;
  std::vector<TokenId> order(static_cast<std::size_t>(vocab));
  for (std::size_t i = 0; i < (first ? 1 : hypotheses_.size()); ++i) {
    const float* row = probabilities.data<float>() + static_cast<Index>(i) * vocab;
    for (std::size_t id = 0; id < order.size(); ++id) order[id] = static_cast<TokenId>(id);
    const auto last = order.begin() + std::min(static_cast<std::ptrdiff_t>(beam) + 1, std::ssize(order));
    std::partial_sort(order.begin(), last, order.end(),
                      [row](TokenId a, TokenId b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
    for (auto id = order.begin(); id < last && row[*id] > 0; ++id) {
      candidates.push_back({i, *id, hypotheses_[i].sum_logprob + std::log(static_cast<double>(row[*id]))});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(b.sum_logprob, a.source, a.id) < std::tie(a.sum_logprob, b.source, b.id);
  });
  std::vector<Hypothesis> going;
  const std::size_t most = most_ends(options_);
  for (const Candidate& c : candidates) {
    if (going.size() == beam) break;
    const Hypothesis& h = hypotheses_[c.source];
    if (c.id == tokenizer_.ids().eot) {
      if (finished_.size() < most) finished_.push_back({h.tokens, c.sum_logprob});
      continue;
    }
    going.push_back({h.sequence, h.tokens, c.sum_logprob});
    going.back().tokens.push_back(c.id);
  }
  hypotheses_ = std::move(going);
  if (finished_.size() >= most) hypotheses_.clear();
}

void WindowDecoding::finish() {
  std::sort(hypotheses_.begin(), hypotheses_.end(), [](const Hypothesis& a, const Hypothesis& b) {
    return std::tie(b.sum_logprob, a.tokens) < std::tie(a.sum_logprob, b.tokens);
  });
  for (Hypothesis& h : hypotheses_) {
    if (static_cast<Index>(finished_.size()) >= group_) break;
    finished_.push_back({std::move(h.tokens), h.sum_logprob});
  }
  hypotheses_.clear();
  done_ = true;
}

double WindowDecoding::rank(const Finished& text) const {
  const auto length = static_cast<double>(text.tokens.size());
  if (options_.length_penalty == 0) return text.sum_logprob / std::max(length, 1.0);
  return text.sum_logprob / std::pow((5 + length) / 6, options_.length_penalty);
}

DecodingResult WindowDecoding::result() const {
  const auto best = std::max_element(finished_.begin(), finished_.end(),
                                     [&](const Finished& a, const Finished& b) { return rank(a) < rank(b); });
  const double length = static_cast<double>(best->tokens.size()) + 1;
  return {best->tokens, best->sum_logprob, best->sum_logprob / length, no_speech_prob_, options_.temperature};
}

std::span<const TokenId> WindowDecoding::so_far() const {
  if (!hypotheses_.empty()) return hypotheses_.front().tokens;
  return finished_.empty() ? std::span<const TokenId>() : std::span<const TokenId>(finished_.front().tokens);
}

std::vector<float> language_probabilities(const Whisper& model, const WhisperTokenizer& tokenizer,
                                          const AudioMemory& audio) {
  const WhisperIds& ids = tokenizer.ids();
  if (!ids.multilingual) throw Error("[whisper] an English-only model knows one language");
  PagedCache cache = model.make_cache(kPageTokens);
  Sequence sequence(cache);
  Batch batch;
  batch.add(sequence, {&ids.sot, 1});
  const Tensor logits = model.decode(batch, cache, audio);
  return softmax(logits.slice(1, ids.first_language, ids.first_language + ids.languages), 1).to_vector<float>();
}

}  // namespace wick
