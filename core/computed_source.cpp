#include "core/computed_source.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "kernels/blocks.h"

namespace wick {
namespace {

/// Rows of a float tensor as rows of blocks.
void quantize_rows(const ByteSource& source, const TensorInfo& tensor, const Device& device, DType type, Index first,
                   Index count, std::span<std::byte> into) {
  const Index columns = tensor.shape[1], elements = count * columns;
  const Index stored_bytes = row_bytes(tensor.type, columns), bytes = row_bytes(type, columns);
  std::vector<std::byte> stored(static_cast<std::size_t>(count * stored_bytes));
  source.read(tensor.offset + static_cast<std::uint64_t>(first * stored_bytes), stored);
  std::vector<float> values(static_cast<std::size_t>(elements));
  const Workers workers = device.workers();
  device.ops().convert(workers, tensor.type, stored.data(), DType::f32, reinterpret_cast<std::byte*>(values.data()),
                       elements);
  workers.pool.for_each(count, [&](Index row, int) {
    quantize_row(type, values.data() + row * columns, into.data() + row * bytes, columns);
  });
}

}  // namespace

std::uint64_t ComputedSource::add(Index rows, std::uint64_t bytes_of_row, Rows compute) {
  const std::uint64_t begin = size_;
  if (rows == 0 || bytes_of_row == 0) return begin;
  parts_.push_back({begin, bytes_of_row, rows, std::move(compute)});
  size_ = parts_.back().end();
  return begin;
}

void ComputedSource::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset > size_ || into.size() > size_ - offset) {
    throw Error("{}: bytes {}..{} of {}", name_, offset, offset + into.size(), size_);
  }
  auto part = std::upper_bound(parts_.begin(), parts_.end(), offset,
                               [](std::uint64_t at, const Part& p) { return at < p.end(); });
  while (!into.empty()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), part->end() - offset));
    read_part(*part, offset - part->begin, into.first(count));
    offset += count;
    into = into.subspan(count);
    ++part;
  }
}

/// Whole rows where they go, a row that is wanted in part by way of a copy.
void ComputedSource::read_part(const Part& part, std::uint64_t offset, std::span<std::byte> into) {
  const auto row_size = static_cast<std::size_t>(part.bytes_of_row);
  while (!into.empty()) {
    const auto row = static_cast<Index>(offset / row_size);
    const auto skipped = static_cast<std::size_t>(offset % row_size);
    std::size_t count = into.size() / row_size * row_size;
    if (skipped == 0 && count > 0) {
      part.compute(row, static_cast<Index>(count / row_size), into.first(count));
    } else {
      std::vector<std::byte> whole(row_size);
      part.compute(row, 1, whole);
      count = std::min(row_size - skipped, into.size());
      std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(skipped), count, into.begin());
    }
    offset += count;
    into = into.subspan(count);
  }
}

std::optional<DType> quantized_type(std::string_view name) {
  for (const DType type : {DType::q8_0, DType::q5_1, DType::q5_0, DType::q4_1, DType::q4_0}) {
    if (name == info(type).name) return type;
  }
  return {};
}

Checkpoint quantized(Checkpoint checkpoint, const Device& device, DType type,
                     const std::function<bool(const std::string& name)>& wanted) {
  if (!quantized_type(info(type).name)) throw Error("[quantize] to {}, which is not supported", info(type).name);
  const auto computed = std::make_shared<ComputedSource>(checkpoint.name());
  const auto source = static_cast<std::uint32_t>(checkpoint.sources.size());
  for (auto& [name, tensor] : checkpoint.tensors) {
    const bool fits = tensor.shape.size() == 2 && is_float(tensor.type) && tensor.shape[1] % info(type).block == 0;
    if (!fits || !wanted(name)) continue;
    const Index rows = tensor.shape[0];
    const auto bytes = static_cast<std::uint64_t>(row_bytes(type, tensor.shape[1]));
    const auto compute = [from = checkpoint.sources[tensor.source], stored = tensor, device, type](
                             Index first, Index count, std::span<std::byte> into) {
      quantize_rows(*from, stored, device, type, first, count, into);
    };
    tensor = {
        tensor.name, type, tensor.shape, computed->add(rows, bytes, compute), bytes * static_cast<std::uint64_t>(rows),
        source};
  }
  checkpoint.sources.push_back(computed);
  return checkpoint;
}

}  // namespace wick
