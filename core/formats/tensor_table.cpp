#include "core/formats/tensor_table.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/formats/binary_reader.h"

namespace wick {
namespace {

/// Both what a file offset and what an Index of this build can hold.
constexpr std::uint64_t kMostElements = static_cast<std::uint64_t>(std::numeric_limits<Index>::max());

/// The number of elements of a claimed shape, or Error if it or a dimension does not fit an Index.
std::uint64_t checked_elements(const std::string& file, const TensorClaim& claim) {
  std::uint64_t product = 1;
  bool empty = false, fits = true;
  for (const std::uint64_t dim : claim.shape) {
    if (dim == 0) {
      empty = true;
      continue;
    }
    fits = fits && dim <= kMostElements / product;
    if (fits) product *= dim;
  }
  if (!fits) throw Error("{}: tensor '{}' of shape {} is too large", file, shown(claim.name), shape_text(claim.shape));
  return empty ? 0 : product;
}

template <class T>
std::string join(std::span<const T> shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

}  // namespace

std::string shape_text(std::span<const Index> shape) { return join(shape); }
std::string shape_text(std::span<const std::uint64_t> shape) { return join(shape); }

const TensorInfo& add_tensor(Checkpoint& checkpoint, const TensorClaim& claim, std::uint32_t source) {
  const ByteSource& bytes_of = *checkpoint.sources.at(source);
  const std::string& file = bytes_of.name();
  const DTypeInfo type = info(claim.type);
  const std::uint64_t elements = checked_elements(file, claim);
  const std::uint64_t row = claim.shape.empty() ? 1 : claim.shape.back();
  const auto block = static_cast<std::uint64_t>(type.block), block_bytes = static_cast<std::uint64_t>(type.bytes);
  if (row % block != 0) {
    throw Error("{}: tensor '{}' has rows of {} elements, not a multiple of the {} in a block of {}", file,
                shown(claim.name), row, block, type.name);
  }
  if (elements / block > kMostElements / block_bytes) {
    throw Error("{}: tensor '{}' of shape {} is too large", file, shown(claim.name), shape_text(claim.shape));
  }
  const std::uint64_t bytes = elements / block * block_bytes;
  if (claim.offset > bytes_of.size() || bytes > bytes_of.size() - claim.offset) {
    throw Error("{}: tensor '{}' needs bytes {}..{}, the file has {}: it is truncated", file, shown(claim.name),
                claim.offset, claim.offset + bytes, bytes_of.size());
  }
  TensorInfo tensor{claim.name, claim.type, {}, claim.offset, bytes, source};
  for (const std::uint64_t dim : claim.shape) tensor.shape.push_back(static_cast<Index>(dim));
  const auto [place, is_new] = checkpoint.tensors.emplace(claim.name, std::move(tensor));
  if (!is_new) throw Error("{}: tensor '{}' is there twice", file, shown(claim.name));
  return place->second;
}

void check_no_overlap(const Checkpoint& checkpoint, std::uint32_t source) {
  std::vector<const TensorInfo*> order;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (tensor.source == source && tensor.bytes > 0) order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const TensorInfo &before = *order[i - 1], &after = *order[i];
    if (before.offset + before.bytes > after.offset) {
      throw Error("{}: tensors '{}' and '{}' overlap at byte {}", checkpoint.sources[source]->name(),
                  shown(before.name), shown(after.name), after.offset);
    }
  }
}

}  // namespace wick
