#include "core/formats/gguf_writer.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "core/error.h"
#include "core/formats/gguf.h"

namespace wick {
namespace {

/// Little-endian values in a buffer.
class Packer {
 public:
  template <class T>
  void put(T value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof value);
  }
  void text(std::string_view text) {
    put(static_cast<std::uint64_t>(text.size()));
    const auto bytes = std::as_bytes(std::span<const char>(text.data(), text.size()));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

template <class T>
bool holds(std::int64_t value) {
  return value >= static_cast<std::int64_t>(std::numeric_limits<T>::min()) &&
         value <= static_cast<std::int64_t>(std::numeric_limits<T>::max());
}

bool float_holds(double value) { return !(value == value) || static_cast<double>(static_cast<float>(value)) == value; }

/// Writes a value after its type.
struct ValuePacker {
  Packer& out;

  void operator()(bool value) const {
    out.put(GgufType::boolean);
    out.put(static_cast<std::uint8_t>(value));
  }
  void operator()(std::int64_t value) const {
    if (holds<std::uint32_t>(value)) {
      out.put(GgufType::u32);
      out.put(static_cast<std::uint32_t>(value));
    } else if (holds<std::int32_t>(value)) {
      out.put(GgufType::i32);
      out.put(static_cast<std::int32_t>(value));
    } else {
      out.put(value < 0 ? GgufType::i64 : GgufType::u64);
      out.put(value);
    }
  }
  void operator()(double value) const {
    if (float_holds(value)) {
      out.put(GgufType::f32);
      out.put(static_cast<float>(value));
    } else {
      out.put(GgufType::f64);
      out.put(value);
    }
  }
  void operator()(const std::string& value) const {
    out.put(GgufType::string);
    out.text(value);
  }

  void operator()(const std::vector<bool>& list) const {
    begin(GgufType::boolean, list.size());
    for (const bool value : list) out.put(static_cast<std::uint8_t>(value));
  }
  void operator()(const std::vector<std::int64_t>& list) const {
    const bool narrow = std::all_of(list.begin(), list.end(), holds<std::int32_t>);
    begin(narrow ? GgufType::i32 : GgufType::i64, list.size());
    for (const std::int64_t value : list) {
      if (narrow) {
        out.put(static_cast<std::int32_t>(value));
      } else {
        out.put(value);
      }
    }
  }
  void operator()(const std::vector<double>& list) const {
    const bool narrow = std::all_of(list.begin(), list.end(), float_holds);
    begin(narrow ? GgufType::f32 : GgufType::f64, list.size());
    for (const double value : list) {
      if (narrow) {
        out.put(static_cast<float>(value));
      } else {
        out.put(value);
      }
    }
  }
  void operator()(const std::vector<std::string>& list) const {
    begin(GgufType::string, list.size());
    for (const std::string& value : list) out.text(value);
  }

 private:
  void begin(GgufType element, std::size_t count) const {
    out.put(GgufType::array);
    out.put(element);
    out.put(static_cast<std::uint64_t>(count));
  }
};

std::uint64_t aligned(std::uint64_t bytes) { return (bytes + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment; }

/// Bytes of a tensor, checked.
std::uint64_t tensor_bytes(const std::string& path, const GgufTensor& tensor) {
  if (!ggml_type_id(tensor.type)) {
    throw Error("{}: tensor '{}' is {}, which GGUF cannot hold", path, tensor.name, info(tensor.type).name);
  }
  if (tensor.shape.size() > 4) {
    throw Error("{}: tensor '{}' has {} dimensions, GGUF has at most 4", path, tensor.name, tensor.shape.size());
  }
  const Index row = tensor.shape.empty() ? 1 : tensor.shape.back();
  if (row % info(tensor.type).block != 0) {
    throw Error("{}: tensor '{}' has rows of {} elements, not a multiple of the {} in a block of {}", path, tensor.name,
                row, info(tensor.type).block, info(tensor.type).name);
  }
  auto bytes = static_cast<std::uint64_t>(row_bytes(tensor.type, row));
  for (std::size_t i = 0; i + 1 < tensor.shape.size(); ++i) bytes *= static_cast<std::uint64_t>(tensor.shape[i]);
  return bytes;
}

bool is_written(std::string_view key) { return key != "general.alignment" && !key.starts_with("split."); }

}  // namespace

GgufWriter::GgufWriter(std::string path, const std::map<std::string, MetaValue, std::less<>>& metadata,
                       std::vector<GgufTensor> tensors)
    : path_(std::move(path)), file_(path_), tensors_(std::move(tensors)) {
  std::set<std::string_view> names;
  for (const GgufTensor& tensor : tensors_) {
    if (!names.insert(tensor.name).second) throw Error("{}: tensor '{}' is there twice", path_, tensor.name);
    bytes_.push_back(tensor_bytes(path_, tensor));
  }
  write_header(metadata);
  write_tensor_table();
  file_.pad(kGgufAlignment);
  pass_complete_tensors();
}

void GgufWriter::write_header(const std::map<std::string, MetaValue, std::less<>>& metadata) {
  constexpr std::uint32_t kMagic = 0x46554747, kVersion = 3;  // "GGUF"
  Packer out;
  out.put(kMagic);
  out.put(kVersion);
  out.put(static_cast<std::uint64_t>(tensors_.size()));
  out.put(static_cast<std::uint64_t>(
      std::count_if(metadata.begin(), metadata.end(), [](const auto& entry) { return is_written(entry.first); })));
  for (const auto& [key, value] : metadata) {
    if (!is_written(key)) continue;
    out.text(key);
    std::visit(ValuePacker{out}, value);
  }
  file_.write(out.bytes());
}

void GgufWriter::write_tensor_table() {
  Packer out;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const GgufTensor& tensor = tensors_[i];
    out.text(tensor.name);
    out.put(static_cast<std::uint32_t>(tensor.shape.size()));
    for (auto dim = tensor.shape.rbegin(); dim != tensor.shape.rend(); ++dim) out.put(static_cast<std::uint64_t>(*dim));
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): tensor_bytes() refused the types without one.
    out.put(*ggml_type_id(tensor.type));
    out.put(offset);
    offset = aligned(offset + bytes_[i]);
  }
  file_.write(out.bytes());
}

void GgufWriter::write(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (next_ == tensors_.size()) throw Error("{}: bytes past the last tensor", path_);
  if (bytes.size() > bytes_[next_] - written_) {
    throw Error("{}: tensor '{}' takes {} bytes, {} are given", path_, tensors_[next_].name, bytes_[next_],
                written_ + bytes.size());
  }
  file_.write(bytes);
  written_ += bytes.size();
  pass_complete_tensors();
}

/// Moves on to the next tensor that still lacks bytes, and aligns it.
void GgufWriter::pass_complete_tensors() {
  while (next_ < tensors_.size() && written_ == bytes_[next_]) {
    file_.pad(kGgufAlignment);
    ++next_;
    written_ = 0;
  }
}

void GgufWriter::finish() {
  if (next_ < tensors_.size()) {
    throw Error("{}: tensor '{}' takes {} bytes, {} are given", path_, tensors_[next_].name, bytes_[next_], written_);
  }
  file_.commit();
}

}  // namespace wick
