#include "text_cache.h"

#include <algorithm>
#include <functional>

#include "fonts.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::Block;

constexpr std::uint64_t kSweep = 64, kUnused = 256;  // frames
constexpr std::size_t kMostHeights = 20'000;
constexpr int kPlain = 0, kFinished = 1, kUnfinished = 2;

class Hash {
 public:
  Hash& add(std::uint64_t value) {
    value_ = (value_ ^ value) * 0x9E37'79B9'7F4A'7C15U;
    value_ ^= value_ >> 32;
    return *this;
  }
  Hash& add(std::string_view text) { return add(std::hash<std::string_view>()(text)).add(text.size()); }
  Hash& add(const views::Spans& spans) {
    for (const views::Span& span : spans) add(span.text).add(span.url).add(span.style).add(span.begin).add(span.end);
    return add(spans.size());
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0x243F'6A88'85A3'08D3U;
};

Hash hash_of_frame(float width) {
  Hash hash;
  hash.add(static_cast<std::uint64_t>(width * 64)).add(static_cast<std::uint64_t>(px(64))).add(faces_opened());
  return hash;
}

std::uint64_t key_of(const Block& block, float width, const LayoutStyle& style) {
  Hash hash = hash_of_frame(width);
  hash.add(static_cast<std::uint64_t>(block.kind)).add(static_cast<std::uint64_t>(block.level));
  hash.add(static_cast<std::uint64_t>(block.quotes)).add(static_cast<std::uint64_t>(block.depth));
  hash.add(block.language).add(block.spans).add(static_cast<std::uint64_t>(style.line * 100));
  if (block.marker) hash.add(block.marker->number.value_or(0)).add(static_cast<std::uint64_t>(block.marker->task) + 1);
  for (const auto& row : block.table.rows)
    for (const views::Spans& cell : row) hash.add(cell);
  for (const views::Align align : block.table.columns) hash.add(static_cast<std::uint64_t>(align));
  return hash.value();
}

/// The space between two blocks of a message.
float gap_between(const Block& before, const Block& block) {
  if (block.depth > 0 && before.depth > 0) return block.tight ? 2 : 8;
  return block.kind == Block::Kind::heading ? 18 : 12;
}

Block plain_block(std::string_view source) {
  Block block;
  block.spans.push_back({std::string(source), views::kPlain, "", 0, source.size()});
  return block;
}

}  // namespace

const RichText& TextCache::markdown(std::string_view source, float width, bool unfinished) {
  return find(source, width, unfinished ? kUnfinished : kFinished);
}

const RichText& TextCache::plain(std::string_view source, float width) { return find(source, width, kPlain); }

std::shared_ptr<const LaidBlock> TextCache::laid(const Block& block, float width, const LayoutStyle& style) {
  auto& kept = blocks_[key_of(block, width, style)];
  if (!kept.value) kept.value = std::make_shared<const LaidBlock>(lay_out(block, width, style));
  kept.used = frame_;
  return kept.value;
}

const RichText& TextCache::find(std::string_view source, float width, int kind) {
  const auto key = hash_of_frame(width).add(source).add(static_cast<std::uint64_t>(kind)).value();
  const auto [place, is_new] = texts_.try_emplace(key);
  place->second.used = frame_;
  RichText& text = place->second.value;
  if (!is_new) return text;
  std::vector<Block> blocks;
  if (kind == kPlain)
    blocks.push_back(plain_block(source));
  else
    blocks = views::parse_markdown(source, kind == kUnfinished);
  const LayoutStyle style{15, kind == kPlain ? 1.5F : 1.65F};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const float gap = i == 0 ? 0 : px(gap_between(blocks[i - 1], blocks[i]));
    auto block = laid(blocks[i], width, style);
    text.width = std::max(text.width, block->width);
    text.blocks.push_back({block, text.height + gap, gap});
    text.height += gap + block->height;
  }
  return text;
}

float& TextCache::height_of(std::string_view name, float width) {
  if (heights_.size() > kMostHeights) heights_.clear();
  return heights_[Hash().add(name).add(static_cast<std::uint64_t>(width)).value()];
}

template <class Value>
void TextCache::forget_unused(Map<Value>& map) const {
  std::erase_if(map, [this](const auto& each) { return each.second.used + kUnused < frame_; });
}

void TextCache::end_frame() {
  inspected.reset();
  if (++frame_ % kSweep != 0) return;
  forget_unused(texts_);
  forget_unused(blocks_);
}

}  // namespace wick::app
