#include "models/whisper.h"

#include <cmath>

#include "core/error.h"

namespace wick {
namespace {

/// What a convolution of three neighbouring frames reads, for every `step`-th: [frames / step, 3 * channels]. A view of
/// a copy with silence at both ends.
Tensor neighbours(const Tensor& x, Index step) {
  const Index frames = x.dim(0), channels = x.dim(1);
  Tensor padded = Tensor::zeros({frames + 2, channels}, DType::f32, x.device());
  padded.slice(0, 1, frames + 1).copy_from(x);
  return padded.unfold(0, 3, step).permute({0, 2, 1}).reshape({frames / step, 3 * channels});
}

}  // namespace

double Whisper::attention_scale() const {
  const Index head_dim = config_.dim / config_.heads;
  return 1 / std::sqrt(static_cast<double>(head_dim));
}

Tensor Whisper::self_attention(const WhisperBlock& block, const Tensor& x, const PagedCache& cache, Index layer,
                               std::span<const SequenceRows> sequences, bool causal) const {
  const Index heads = config_.heads, head_dim = config_.dim / heads;
  const Tensor qkv = block.qkv(block.attention_norm(x));
  append(split_heads(qkv, config_.dim, heads, head_dim), split_heads(qkv, 2 * config_.dim, heads, head_dim), cache,
         layer, sequences);
  return attend(split_heads(qkv, 0, heads, head_dim), cache, layer, sequences,
                {.scale = attention_scale(), .causal = causal});
}

Tensor Whisper::encode(const Tensor& mel) const {
  const WhisperConfig& c = config_;
  if (mel.rank() != 2 || mel.dim(0) != c.frames() || mel.dim(1) != c.mels) {
    throw Error("[whisper] log-mel of {}, expected [{}, {}]", mel.shape().to_string(), c.frames(), c.mels);
  }
  Tensor x = conv1_(neighbours(mel, 1), Unary::gelu_erf);                                 // [frames, dim]
  x = conv2_(neighbours(x, 2), Unary::gelu_erf) + audio_positions_;                       // [audio_context, dim]
  PagedCache cache(device_, {1, c.heads, c.dim / c.heads, DType::f32}, c.audio_context);  // every layer's in turn
  Sequence sequence(cache);
  sequence.extend(c.audio_context);
  const SequenceRows rows{0, c.audio_context, c.audio_context, sequence.pages().data()};
  for (const WhisperBlock& block : encoder_) {
    block.out.add_to(x, self_attention(block, x, cache, 0, {&rows, 1}, false));
    block.down.add_to(x, block.up(block.mlp_norm(x), Unary::gelu_erf));
  }
  return audio_norm_(x);
}

AudioMemory Whisper::remember(const Tensor& encoded) const {
  const WhisperConfig& c = config_;
  const Index head_dim = c.dim / c.heads;
  AudioMemory audio;
  audio.cache = CrossCache(device_, {c.text_layers, c.heads, head_dim, cache_type(precision_)}, encoded.dim(0));
  for (Index layer = 0; layer < c.text_layers; ++layer) {
    const Tensor kv = decoder_[static_cast<std::size_t>(layer)].cross_kv(encoded);
    const Tensor keys = split_heads(kv, 0, c.heads, head_dim);
    audio.cache.write(keys, split_heads(kv, c.dim, c.heads, head_dim), layer);
    for (const AlignmentHead& head : c.alignment_heads) {
      if (head.layer == layer) audio.alignment_keys.push_back(keys.select(1, head.head).clone());
    }
  }
  return audio;
}

PagedCache Whisper::make_cache(Index tokens) const {
  return PagedCache(device_, {config_.text_layers, config_.heads, config_.dim / config_.heads, cache_type(precision_)},
                    tokens);
}

Tensor Whisper::decoder_states(const Batch& batch, PagedCache& cache, const AudioMemory& audio,
                               std::vector<Tensor>* scores) const {
  for (const std::int32_t position : batch.positions()) {
    if (position >= config_.text_context) {
      throw Error("[whisper] position {} of a text context of {}", position, config_.text_context);
    }
  }
  const Tensor positions = Tensor::copy_of(batch.positions(), {batch.rows()}, device_);
  Tensor x = embedding(embedding_, batch.tokens()) + index_select(text_positions_, 0, positions);  // [rows, dim]
  for (Index layer = 0; layer < config_.text_layers; ++layer) {
    const WhisperBlock& block = decoder_[static_cast<std::size_t>(layer)];
    block.out.add_to(x, self_attention(block, x, cache, layer, batch.sequences(), true));
    const Tensor q = block.cross_q(block.cross_norm(x)).reshape({x.dim(0), config_.heads, config_.dim / config_.heads});
    for (std::size_t i = 0; scores && i < config_.alignment_heads.size(); ++i) {
      const AlignmentHead& head = config_.alignment_heads[i];
      if (head.layer != layer) continue;
      scores->push_back(matmul(q.select(1, head.head), audio.alignment_keys[i].transpose(0, 1)) * attention_scale());
    }
    block.cross_out.add_to(x, audio.cache.attend(q, layer, attention_scale()));
    block.down.add_to(x, block.up(block.mlp_norm(x), Unary::gelu_erf));
  }
  return x;
}

Tensor Whisper::decode(const Batch& batch, PagedCache& cache, const AudioMemory& audio,
                       std::span<const std::int32_t> rows) const {
  Tensor x = decoder_states(batch, cache, audio, nullptr);
  if (!rows.empty()) x = index_select(x, 0, Tensor::copy_of(rows, {static_cast<Index>(rows.size())}, device_));
  return output_(text_norm_(x));
}

Reading Whisper::read(std::span<const std::int32_t> tokens, const AudioMemory& audio) const {
  PagedCache cache = make_cache(static_cast<Index>(tokens.size()));
  Sequence sequence(cache);
  Batch batch;
  batch.add(sequence, tokens);
  std::vector<Tensor> scores;
  const Tensor logits = output_(text_norm_(decoder_states(batch, cache, audio, &scores)));
  return {logits, stack(scores, 0)};
}

}  // namespace wick
