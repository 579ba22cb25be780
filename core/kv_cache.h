#pragma once
// The paged KV cache: pages of 256 tokens that sequences share by reference.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace wick {

/// What a model's cache holds for a token.
struct CacheGeometry {
  Index layers, kv_heads, head_dim;
  DType type = DType::f16;  // or f32, or q8_0 where head_dim is a multiple of 32
};

class Sequence;

/// A pool of pages. A page holds keys and values of 256 tokens for every layer; it is allocated when first used and
/// counted by the sequences that share it.
class PagedCache {
 public:
  /// At most `max_tokens` tokens over all sequences, rounded up to whole pages.
  PagedCache(const Device& device, CacheGeometry geometry, Index max_tokens);
  PagedCache(const PagedCache&) = delete;  // its sequences point to it
  PagedCache& operator=(const PagedCache&) = delete;

  const CacheGeometry& geometry() const { return geometry_; }
  const Device& device() const { return device_; }
  Index page_bytes() const;
  Index pages_in_use() const;
  Index max_pages() const { return max_pages_; }
  /// As it was asked for, before rounding.
  Index max_tokens() const { return max_tokens_; }
  /// One layer's view, for the operations `attention` and `cache_append`; valid while the cache lives.
  PagedKV layer(Index layer) const;

 private:
  friend class Sequence;
  Index pages_left() const;
  std::int32_t take_page();  // throws Error (memory) when the pool or the system has none left
  void share_page(std::int32_t page);
  void drop_page(std::int32_t page);
  void copy_page(std::int32_t from, std::int32_t to);
  bool is_shared(std::int32_t page) const { return references_[static_cast<std::size_t>(page)] > 1; }

  Device device_;
  CacheGeometry geometry_;
  Index max_tokens_, max_pages_;
  std::vector<Tensor> memory_;       // by page id
  std::vector<std::byte*> address_;  // by page id
  std::vector<std::int32_t> references_;
  std::vector<std::int32_t> free_;
};

/// One conversation's tokens in a cache: page ids and a length. A copy shares every page (fork); appending to a shared
/// last page copies that page first. The cache outlives its sequences.
class Sequence {
 public:
  explicit Sequence(PagedCache& cache) : cache_(&cache) {}
  Sequence(const Sequence& other);
  Sequence(Sequence&& other) noexcept;
  Sequence& operator=(Sequence other) noexcept;
  ~Sequence();

  Index length() const { return length_; }
  std::span<const std::int32_t> pages() const { return pages_; }
  /// Makes room for `count` more tokens and counts them. Throws Error and changes nothing if the pool is exhausted.
  void extend(Index count);
  /// Forgets the tokens from `length` on. Throws Error if there are fewer.
  void truncate(Index length);

 private:
  PagedCache* cache_;
  std::vector<std::int32_t> pages_;
  Index length_ = 0;
};

/// The rows of one forward pass: tokens of any number of sequences, each sequence's newest tokens in order. The pass
/// must run before a sequence of the batch is copied or changes again.
class Batch {
 public:
  /// Extends `sequence` by these tokens and adds their rows. Throws Error and changes nothing if the pool is
  /// exhausted.
  void add(Sequence& sequence, std::span<const std::int32_t> tokens);

  std::span<const std::int32_t> tokens() const { return tokens_; }
  std::span<const std::int32_t> positions() const { return positions_; }
  std::span<const SequenceRows> sequences() const { return sequences_; }
  Index rows() const { return static_cast<Index>(tokens_.size()); }
  void clear();

 private:
  std::vector<std::int32_t> tokens_, positions_;
  std::vector<std::int32_t> pages_;  // of all sequences, one after the other
  std::vector<SequenceRows> sequences_;
};

/// Options of attention that a layer's architecture sets.
struct AttentionOptions {
  double scale;
  double softcap = 0;
  Index window = 0;
  bool causal = true;
  Tensor bias = {};  // [heads, queries, keys] of every sequence, added to its scores; or undefined
};

/// Writes k and v [rows, kv_heads, head_dim], the newest tokens of `sequences`, into `layer` of the cache.
void append(const Tensor& k, const Tensor& v, const PagedCache& cache, Index layer,
            std::span<const SequenceRows> sequences);
/// Attends to what the cache holds: q [rows, heads, head_dim] -> [rows, heads * head_dim].
Tensor attend(const Tensor& q, const PagedCache& cache, Index layer, std::span<const SequenceRows> sequences,
              const AttentionOptions& options);
/// Both. Writes k and v [rows, kv_heads, head_dim] into `layer` of the cache, then attends: q [rows, heads, head_dim]
/// -> [rows, heads * head_dim].
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const PagedCache& cache, Index layer,
                 const Batch& batch, const AttentionOptions& options);

/// What queries of another sequence attend to (cross-attention): keys and values of a known number of positions, in a
/// cache of their own.
class CrossCache {
 public:
  CrossCache() = default;
  CrossCache(const Device& device, CacheGeometry geometry, Index positions);

  explicit operator bool() const { return held_ != nullptr; }
  /// k and v [rows, kv_heads, head_dim] of the positions from `first` on.
  void write(const Tensor& k, const Tensor& v, Index layer, Index first = 0);
  /// Each of q [rows, heads, head_dim] attends to all positions: [rows, heads * head_dim].
  Tensor attend(const Tensor& q, Index layer, double scale) const;

 private:
  struct Held {
    Held(const Device& device, CacheGeometry geometry, Index count);
    PagedCache cache;
    Sequence positions;  // goes before the cache whose pages it holds
  };
  std::unique_ptr<Held> held_;
};

}  // namespace wick
