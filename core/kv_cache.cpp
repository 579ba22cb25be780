#include "core/kv_cache.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/tensor_internal.h"

namespace wick {
namespace {

Index pages_for(Index tokens) { return (tokens + kPageTokens - 1) / kPageTokens; }

}  // namespace

PagedCache::PagedCache(const Device& device, CacheGeometry geometry, Index max_tokens)
    : device_(device), geometry_(geometry), max_tokens_(max_tokens), max_pages_(pages_for(max_tokens)) {
  const auto& g = geometry_;
  if (g.layers < 1 || g.kv_heads < 1 || g.head_dim < 1 || g.head_dim > kMaxHeadDim || max_tokens < 1) {
    throw Error("[kv cache] {} layers, {} kv heads, head dimension {} (at most {}), {} tokens", g.layers, g.kv_heads,
                g.head_dim, kMaxHeadDim, max_tokens);
  }
  if (g.type != DType::f16 && g.type != DType::f32 && g.type != DType::q8_0) {
    throw Error("[kv cache] the type is {}, expected f16, f32 or q8_0", info(g.type).name);
  }
  if (g.head_dim % info(g.type).block != 0) {
    throw Error("[kv cache] the type {} needs a head dimension that is a multiple of {}, not {}", info(g.type).name,
                info(g.type).block, g.head_dim);
  }
  // So that nothing moves, nor can fail once a page's memory is there.
  const auto most = static_cast<std::size_t>(max_pages_);
  memory_.reserve(most);
  address_.reserve(most);
  references_.reserve(most);
  free_.reserve(most);
}

Index PagedCache::page_bytes() const {
  return 2 * row_bytes(geometry_.type,
                       Shape{geometry_.layers, geometry_.kv_heads, kPageTokens, geometry_.head_dim}.elements());
}

Index PagedCache::pages_in_use() const { return static_cast<Index>(memory_.size()) - static_cast<Index>(free_.size()); }

Index PagedCache::pages_left() const { return max_pages_ - pages_in_use(); }

PagedKV PagedCache::layer(Index layer) const {
  if (layer < 0 || layer >= geometry_.layers) throw Error("[kv cache] layer {} of {}", layer, geometry_.layers);
  const Index layer_bytes = page_bytes() / geometry_.layers;  // K, then V
  const Index k_offset = layer * layer_bytes;
  return {geometry_.type,     address_.data(),   k_offset, k_offset + layer_bytes / 2,
          geometry_.kv_heads, geometry_.head_dim};
}

std::int32_t PagedCache::take_page() {
  if (free_.empty()) {
    if (pages_left() == 0) {
      throw Error(ErrorKind::memory,
                  fmt::format("[kv cache] all {} pages of {} tokens are in use", max_pages_, kPageTokens));
    }
    // What lies in a page is never read before it is written: attention stops at the last key.
    memory_.push_back(TensorBuilder::allocate({page_bytes()}, DType::u8, device_, Reuse::exact));
    address_.push_back(memory_.back().bytes());
    references_.push_back(0);
    free_.push_back(static_cast<std::int32_t>(memory_.size()) - 1);
  }
  const std::int32_t page = free_.back();
  free_.pop_back();
  references_[static_cast<std::size_t>(page)] = 1;
  return page;
}

void PagedCache::share_page(std::int32_t page) { ++references_[static_cast<std::size_t>(page)]; }

void PagedCache::drop_page(std::int32_t page) {
  if (--references_[static_cast<std::size_t>(page)] == 0) free_.push_back(page);
}

void PagedCache::copy_page(std::int32_t from, std::int32_t to) {
  std::memcpy(address_[static_cast<std::size_t>(to)], address_[static_cast<std::size_t>(from)],
              static_cast<std::size_t>(page_bytes()));
}

Sequence::Sequence(const Sequence& other) : cache_(other.cache_), pages_(other.pages_), length_(other.length_) {
  for (const std::int32_t page : pages_) cache_->share_page(page);
}

Sequence::Sequence(Sequence&& other) noexcept
    : cache_(other.cache_), pages_(std::exchange(other.pages_, {})), length_(std::exchange(other.length_, 0)) {}

Sequence& Sequence::operator=(Sequence other) noexcept {
  std::swap(cache_, other.cache_);
  std::swap(pages_, other.pages_);
  std::swap(length_, other.length_);
  return *this;
}

Sequence::~Sequence() {
  for (const std::int32_t page : pages_) cache_->drop_page(page);
}

void Sequence::extend(Index count) {
  if (count < 0) throw Error("[kv cache] cannot extend a sequence by {} tokens", count);
  if (count == 0) return;
  const auto more = static_cast<std::size_t>(pages_for(length_ + count)) - pages_.size();
  const bool copies = length_ % kPageTokens != 0 && cache_->is_shared(pages_.back());
  const auto wanted = static_cast<Index>(more) + (copies ? 1 : 0);
  if (wanted > cache_->pages_left()) {
    throw Error(ErrorKind::memory,
                fmt::format("[kv cache] {} tokens more need {} pages of {} tokens, {} of {} are left", count, wanted,
                            kPageTokens, cache_->pages_left(), cache_->max_pages()));
  }
  const std::size_t before = pages_.size();
  pages_.reserve(before + static_cast<std::size_t>(wanted));
  try {
    while (pages_.size() < before + static_cast<std::size_t>(wanted)) pages_.push_back(cache_->take_page());
  } catch (...) {  // the system has no memory left
    while (pages_.size() > before) {
      cache_->drop_page(pages_.back());
      pages_.pop_back();
    }
    throw;
  }
  if (copies) {  // the last new page takes the shared one's place
    cache_->copy_page(pages_[before - 1], pages_.back());
    cache_->drop_page(pages_[before - 1]);
    pages_[before - 1] = pages_.back();
    pages_.pop_back();
  }
  length_ += count;
}

void Sequence::truncate(Index length) {
  if (length < 0 || length > length_) throw Error("[kv cache] cannot truncate {} tokens to {}", length_, length);
  while (static_cast<Index>(pages_.size()) > pages_for(length)) {
    cache_->drop_page(pages_.back());
    pages_.pop_back();
  }
  length_ = length;
}

void Batch::add(Sequence& sequence, std::span<const std::int32_t> tokens) {
  const Index before = sequence.length();
  const auto count = static_cast<Index>(tokens.size());
  sequence.extend(count);
  const auto pages = sequence.pages();
  sequences_.push_back({rows(), count, before + count, nullptr});
  pages_.insert(pages_.end(), pages.begin(), pages.end());
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  for (Index position = before; position < before + count; ++position) {
    positions_.push_back(static_cast<std::int32_t>(position));
  }
  // The copy of the page ids may have moved.
  const std::int32_t* first = pages_.data();
  for (SequenceRows& rows_of : sequences_) {
    rows_of.pages = first;
    first += pages_for(rows_of.keys);
  }
}

void Batch::clear() {
  tokens_.clear();
  positions_.clear();
  pages_.clear();
  sequences_.clear();
}

namespace {

/// [rows, heads, head_dim] as a grid. Throws Error for another shape.
ConstRows heads_of(const Tensor& x, const char* name, Index rows, const PagedCache& cache) {
  const Index head_dim = cache.geometry().head_dim;
  check_f32("attention", x);
  if (!(x.device() == cache.device())) throw Error("[attention] {} lives on another device than the cache", name);
  if (x.rank() != 3 || x.dim(0) != rows || x.dim(2) != head_dim || (head_dim > 1 && x.stride(2) != 1)) {
    throw Error("[attention] {} is {}, expected [{}, heads, {}] with contiguous heads", name, x.shape().to_string(),
                rows, head_dim);
  }
  return {x.data<float>(), rows, x.dim(1), head_dim, x.stride(0), x.stride(1)};
}

void check_heads(const ConstRows& k, const ConstRows& v, const PagedCache& cache) {
  const Index kv_heads = cache.geometry().kv_heads;
  if (k.inner != kv_heads || v.inner != kv_heads) {
    throw Error("[attention] k and v have {} and {} heads, the cache {}", k.inner, v.inner, kv_heads);
  }
}

void check_heads(const ConstRows& q, const PagedCache& cache) {
  const Index kv_heads = cache.geometry().kv_heads;
  if (q.inner % kv_heads != 0) throw Error("[attention] q has {} heads, the cache {}", q.inner, kv_heads);
}

void append_rows(const ConstRows& k, const ConstRows& v, const PagedCache& cache, Index layer,
                 std::span<const SequenceRows> sequences) {
  cache.device().ops().cache_append(cache.device().workers(), cache.layer(layer), k, v, sequences.data(),
                                    static_cast<Index>(sequences.size()));
}

void check_bias(const Tensor& bias, Index heads, std::span<const SequenceRows> sequences, const PagedCache& cache) {
  check_f32("attention", bias);
  for (const SequenceRows& rows : sequences) {
    if (bias.rank() != 3 || bias.dim(0) != heads || bias.dim(1) < rows.queries || bias.dim(2) < rows.keys ||
        (bias.dim(2) > 1 && bias.stride(2) != 1) || !(bias.device() == cache.device())) {
      throw Error("[attention] a bias {} for {} heads, {} queries and {} keys", bias.shape().to_string(), heads,
                  rows.queries, rows.keys);
    }
  }
}

Tensor attend_rows(const ConstRows& q, const PagedCache& cache, Index layer, std::span<const SequenceRows> sequences,
                   const AttentionOptions& options) {
  const Index width = q.inner * q.size;
  Tensor out = Tensor::empty({q.outer, width}, DType::f32, cache.device());
  AttentionArgs args{};
  args.q = q;
  args.out = {out.data<float>(), q.outer, q.inner, q.size, width, q.size};
  args.cache = cache.layer(layer);
  args.sequences = sequences.data();
  args.sequence_count = static_cast<Index>(sequences.size());
  args.scale = static_cast<float>(options.scale);
  args.softcap = static_cast<float>(options.softcap);
  args.window = options.window;
  args.causal = options.causal;
  if (options.bias) {
    check_bias(options.bias, q.inner, sequences, cache);
    args.bias = options.bias.data<float>();
    args.bias_head_stride = options.bias.stride(0);
    args.bias_query_stride = options.bias.stride(1);
  }
  cache.device().ops().attention(cache.device().workers(), args);
  return out;
}

Index rows_of(const Tensor& x) { return x.rank() > 0 ? x.dim(0) : 0; }

}  // namespace

void append(const Tensor& k, const Tensor& v, const PagedCache& cache, Index layer,
            std::span<const SequenceRows> sequences) {
  const ConstRows keys = heads_of(k, "k", rows_of(k), cache), values = heads_of(v, "v", rows_of(k), cache);
  check_heads(keys, values, cache);
  append_rows(keys, values, cache, layer, sequences);
}

Tensor attend(const Tensor& q, const PagedCache& cache, Index layer, std::span<const SequenceRows> sequences,
              const AttentionOptions& options) {
  const ConstRows queries = heads_of(q, "q", rows_of(q), cache);
  check_heads(queries, cache);
  return attend_rows(queries, cache, layer, sequences, options);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const PagedCache& cache, Index layer,
                 const Batch& batch, const AttentionOptions& options) {
  const ConstRows queries = heads_of(q, "q", batch.rows(), cache);
  const ConstRows keys = heads_of(k, "k", batch.rows(), cache), values = heads_of(v, "v", batch.rows(), cache);
  check_heads(keys, values, cache);
  check_heads(queries, cache);
  append_rows(keys, values, cache, layer, batch.sequences());
  return attend_rows(queries, cache, layer, batch.sequences(), options);
}

CrossCache::Held::Held(const Device& device, CacheGeometry geometry, Index count)
    : cache(device, geometry, count), positions(cache) {
  positions.extend(count);
}

CrossCache::CrossCache(const Device& device, CacheGeometry geometry, Index positions)
    : held_(std::make_unique<Held>(device, geometry, positions)) {}

void CrossCache::write(const Tensor& k, const Tensor& v, Index layer, Index first) {
  const SequenceRows rows{0, rows_of(k), first + rows_of(k), held_->positions.pages().data()};
  if (rows.keys > held_->positions.length()) {
    throw Error("[attention] {} of {} positions", rows.keys, held_->positions.length());
  }
  append(k, v, held_->cache, layer, {&rows, 1});
}

Tensor CrossCache::attend(const Tensor& q, Index layer, double scale) const {
  const Sequence& positions = held_->positions;
  const SequenceRows rows{0, rows_of(q), positions.length(), positions.pages().data()};
  return wick::attend(q, held_->cache, layer, {&rows, 1}, {.scale = scale, .causal = false});
}

}  // namespace wick
