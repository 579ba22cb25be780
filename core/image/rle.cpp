#include "core/image/rle.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/error.h"

namespace wick {
namespace {

void check_counts(const Rle& rle) {
  check_image_size("rle", rle.size.width, rle.size.height);
  std::uint64_t pixels = 0;
  for (const std::uint32_t count : rle.counts) pixels += count;
  if (pixels != static_cast<std::uint64_t>(rle.size.width * rle.size.height)) {
    throw Error("rle: the counts make {} pixels, the mask has {} x {}", pixels, rle.size.width, rle.size.height);
  }
}

/// The pixels at which a run begins and ends in each of its columns, to be filled downwards.
void mark_run(Mask& mask, Index first, Index end) {
  for (Index x = first / mask.height; first < end; ++x) {
    const Index top = x * mask.height, below = std::min(end, top + mask.height);
    mask.row(first - top)[x] ^= 1;
    if (below - top < mask.height) mask.row(below - top)[x] ^= 1;
    first = below;
  }
}

// A character carries five bits of a number, lowest first, and whether more follow.
constexpr int kBits = 5, kMore = 1 << kBits, kSign = kMore >> 1, kFirstCharacter = 48;

void pack(std::int64_t number, std::string& text) {
  for (bool more = true; more;) {
    std::int64_t bits = number & (kMore - 1);
    number >>= kBits;
    more = (bits & kSign) != 0 ? number != -1 : number != 0;
    if (more) bits |= kMore;
    text += static_cast<char>(bits + kFirstCharacter);
  }
}

/// The number that begins at `at`, which moves past it.
std::int64_t unpack(std::string_view text, std::size_t& at) {
  constexpr int kMostBits = 40;  // a count of 32 bits with its sign
  std::int64_t number = 0;
  for (int shift = 0; shift < kMostBits; shift += kBits) {
    if (at == text.size()) throw Error("rle: the string ends in the middle of a count");
    const int bits = text[at] - kFirstCharacter;
    if (bits < 0 || bits >= 2 * kMore) throw Error("rle: character {} of the string is none of a count's", at + 1);
    ++at;
    number |= std::int64_t{bits & (kMore - 1)} << shift;
    if ((bits & kMore) != 0) continue;
    return (bits & kSign) != 0 ? number - (std::int64_t{1} << (shift + kBits)) : number;
  }
  throw Error("rle: a count before character {} of the string is too long", at + 1);
}

}  // namespace

void RunWriter::add(bool inside, std::uint32_t pixels) {
  if (pixels == 0) return;
  if (inside != inside_) {
    counts_.push_back(run_);
    run_ = 0;
    inside_ = inside;
  }
  run_ += pixels;
}

std::vector<std::uint32_t> RunWriter::finish() {
  counts_.push_back(run_);
  return std::move(counts_);
}

RleBuilder::RleBuilder(ImageSize size) : size_(size) {
  check_image_size("rle", size.width, size.height);
  above_.resize(static_cast<std::size_t>(size.width));
}

void RleBuilder::add(const std::uint8_t* row) {
  compare(row, 0, above_.size());
  end_row();
}

void RleBuilder::compare(const std::uint8_t* row, std::size_t begin, std::size_t end) {
  constexpr std::size_t kAtOnce = 64;  // pixels that are compared together: most rows are much like the one above
  for (std::size_t first = begin; first < end; first += kAtOnce) {
    const std::size_t last = std::min(first + kAtOnce, end);
    if (std::memcmp(row + first, above_.data() + first, last - first) == 0) continue;
    for (std::size_t x = first; x < last; ++x) {
      if (row[x] != above_[x]) changes_.push_back({static_cast<std::uint32_t>(x), y_});
    }
    std::copy(row + first, row + last, above_.data() + first);
  }
}

Rle RleBuilder::finish() const {
  const auto width = static_cast<std::size_t>(size_.width);
  std::vector<std::size_t> ends(width + 1);  // of each column's changes, moved up by one as they are sorted
  for (const Change& change : changes_) ++ends[change.x + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> rows(changes_.size());
  for (const Change& change : changes_) rows[ends[change.x]++] = change.y;

  RunWriter runs;
  std::size_t at = 0;
  for (std::size_t x = 0; x < width; ++x) {
    bool inside = false;
    std::uint32_t y = 0;
    for (; at < ends[x]; ++at) {
      runs.add(inside, rows[at] - y);
      inside = !inside;
      y = rows[at];
    }
    runs.add(inside, static_cast<std::uint32_t>(size_.height) - y);
  }
  return {size_, runs.finish()};
}

Rle rle_of(const Mask& mask) {
  RleBuilder builder(mask.size());
  for (Index y = 0; y < mask.height; ++y) builder.add(mask.row(y));
  return builder.finish();
}

Mask mask_of(const Rle& rle) {
  check_counts(rle);
  Mask mask(rle.size);
  Index pixel = 0;
  bool inside = false;
  for (const std::uint32_t count : rle.counts) {
    const Index end = pixel + static_cast<Index>(count);
    if (inside) mark_run(mask, pixel, end);
    inside = !inside;
    pixel = end;
  }
  for (Index y = 1; y < mask.height; ++y) {
    std::uint8_t* row = mask.row(y);
    const std::uint8_t* above = row - mask.width;
    for (Index x = 0; x < mask.width; ++x) row[x] ^= above[x];
  }
  return mask;
}

std::string packed_counts(const Rle& rle) {
  std::string text;
  for (std::size_t i = 0; i < rle.counts.size(); ++i) {
    const std::int64_t before = i > 2 ? rle.counts[i - 2] : 0;
    pack(static_cast<std::int64_t>(rle.counts[i]) - before, text);
  }
  return text;
}

Rle unpacked_counts(std::string_view text, ImageSize size) {
  Rle rle{size, {}};
  for (std::size_t at = 0; at < text.size();) {
    const std::int64_t before = rle.counts.size() > 2 ? rle.counts[rle.counts.size() - 2] : 0;
    const std::int64_t count = unpack(text, at) + before;
    if (count < 0 || count > kMaxPixels) throw Error("rle: a count before character {} is {}", at + 1, count);
    rle.counts.push_back(static_cast<std::uint32_t>(count));
  }
  check_counts(rle);
  return rle;
}

}  // namespace wick
