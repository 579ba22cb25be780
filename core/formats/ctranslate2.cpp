#include "core/formats/ctranslate2.h"

#include <cctype>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/computed_source.h"
#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/tensor_table.h"
#include "kernels/half.h"

namespace wick {
namespace {

constexpr std::uint32_t kOldestVersion = 4, kNewestVersion = 6;
constexpr int kMaxRank = 4;

/// Element types by the number that files give them.
enum class Element : std::uint8_t { float32, int8, int16, int32, float16, bfloat16 };
constexpr std::uint64_t kElementBytes[] = {4, 1, 2, 4, 2, 2};

std::string read_string(BinaryReader& reader, std::string_view what) {
  std::string text = reader.text(reader.read<std::uint16_t>(what), what);
  if (text.empty() || text.back() != '\0') {
    throw Error("{}: {} before byte {} does not end in a zero: not a CTranslate2 model, or corrupt", reader.file(),
                what, reader.offset());
  }
  text.pop_back();
  return text;
}

/// The type of a tensor, or for integers one of their size, until their scales are known.
DType stored_type(Element element) {
  if (element == Element::bfloat16) return DType::bf16;
  if (element == Element::float16 || element == Element::int16) return DType::f16;
  return element == Element::int8 ? DType::i8 : DType::f32;
}

template <class T>
MetaValue read_scalar(BinaryReader& reader) {
  return std::int64_t{reader.read<T>("a scalar")};
}

/// A scalar, or nothing for one of a float type smaller than float32, which no model has.
std::optional<MetaValue> scalar(BinaryReader& reader, Element element) {
  if (element == Element::float32) return MetaValue(double{reader.read<float>("a scalar")});
  if (element == Element::int8) return read_scalar<std::int8_t>(reader);
  if (element == Element::int16) return read_scalar<std::int16_t>(reader);
  if (element == Element::int32) return read_scalar<std::int32_t>(reader);
  return {};
}

/// What a variable is, as far as a TensorInfo does not say it.
using Elements = std::map<std::string, Element, std::less<>>;

void read_variable(BinaryReader& reader, Checkpoint& checkpoint, Elements& integers) {
  const std::string name = read_string(reader, "the name of a variable");
  const int rank = reader.read<std::uint8_t>("a rank");
  if (rank > kMaxRank) throw Error("{}: variable '{}' has {} dimensions", reader.file(), shown(name), rank);
  std::uint64_t shape[kMaxRank] = {};
  for (int i = 0; i < rank; ++i) shape[i] = reader.read<std::uint32_t>("a shape");
  const int number = reader.read<std::uint8_t>("an element type");
  const std::uint64_t bytes = reader.read<std::uint32_t>("a size");
  if (number > static_cast<int>(Element::bfloat16)) {
    throw Error("{}: variable '{}' has elements of unknown type {}", reader.file(), shown(name), number);
  }
  const auto element = static_cast<Element>(number);
  if (rank == 0 && bytes == kElementBytes[number]) {
    if (const auto value = scalar(reader, element)) {
      checkpoint.metadata.values.insert_or_assign(name, *value);
      return;
    }
  }
  if (element == Element::int32) throw Error("{}: variable '{}' has int32 weights", reader.file(), shown(name));
  const std::span<const std::uint64_t> dims(shape, static_cast<std::size_t>(rank));
  const TensorInfo& tensor = add_tensor(checkpoint, {name, stored_type(element), dims, reader.offset()}, 0);
  if (element == Element::int8 || element == Element::int16) integers.emplace(name, element);
  if (tensor.bytes != bytes) {
    throw Error("{}: variable '{}' of shape {} has {} bytes, expected {}", reader.file(), shown(name), shape_text(dims),
                bytes, tensor.bytes);
  }
  reader.skip(bytes, "a variable");
}

/// Another name of a tensor, kept as metadata, or of a scalar: the output matrix is the embedding's.
void read_alias(BinaryReader& reader, Checkpoint& checkpoint) {
  const std::string alias = read_string(reader, "an alias");
  const std::string name = read_string(reader, "the name behind an alias");
  const TensorInfo* tensor = checkpoint.find(name);
  if (!tensor && !checkpoint.metadata.has(name)) {
    throw Error("{}: '{}' stands for '{}', which is missing", reader.file(), shown(alias), shown(name));
  }
  if (!tensor) {
    checkpoint.metadata.values.insert_or_assign(alias, checkpoint.metadata.values.at(name));
    return;
  }
  if (checkpoint.find(alias)) throw Error("{}: tensor '{}' is there twice", reader.file(), shown(alias));
  checkpoint.metadata.values.insert_or_assign(alias, name);
}

/// The scales of a weight, one for each row: a real number is an integer divided by its scale. They are no tensor then.
std::vector<float> take_scales(Checkpoint& checkpoint, const TensorInfo& weight) {
  const std::string name = weight.name + "_scale";
  const auto rows = static_cast<std::size_t>(weight.shape.empty() ? 1 : weight.shape[0]);
  std::vector<float> scales(rows);
  if (const TensorInfo* tensor = checkpoint.find(name)) {
    const Index count = static_cast<Index>(rows);
    if (checkpoint.require(name, {&count, 1}).type != DType::f32) {
      throw Error("{}: tensor '{}' is {}, expected f32", checkpoint.name(), shown(name), info(tensor->type).name);
    }
    checkpoint.sources[0]->read(tensor->offset, std::as_writable_bytes(std::span(scales)));
    checkpoint.tensors.erase(name);
  } else {
    scales.assign(rows, static_cast<float>(checkpoint.metadata.number(name)));
  }
  for (const float scale : scales) {
    if (!(scale > 0) || std::isinf(scale)) {
      throw Error("{}: '{}' holds {}, expected positive numbers", checkpoint.name(), shown(name), scale);
    }
  }
  return scales;
}

void put_q8_0(const std::int8_t* row, float scale, Index columns, std::byte* blocks) {
  constexpr DTypeInfo kBlock = info(DType::q8_0);
  const std::uint16_t unit = f32_to_f16(1 / scale);
  for (; columns > 0; columns -= kBlock.block, row += kBlock.block, blocks += kBlock.bytes) {
    std::memcpy(blocks, &unit, sizeof unit);
    std::memcpy(blocks + sizeof unit, row, static_cast<std::size_t>(kBlock.block));
  }
}

template <class T>
void put_f32(const T* row, float scale, Index columns, std::byte* out) {
  for (Index i = 0; i < columns; ++i) {
    const float value = static_cast<float>(row[i]) / scale;
    std::memcpy(out + i * static_cast<Index>(sizeof value), &value, sizeof value);
  }
}

/// Rows of integers of type T, `columns` wide and stored from `offset` on, with their scales applied.
template <class T>
ComputedSource::Rows scaled_rows(SourcePtr source, std::uint64_t offset, Index columns, DType type,
                                 std::vector<float> scales) {
  return [=, scales = std::move(scales)](Index first, Index count, std::span<std::byte> into) {
    std::vector<T> integers(static_cast<std::size_t>(count * columns));
    source->read(offset + static_cast<std::uint64_t>(first * columns) * sizeof(T),
                 std::as_writable_bytes(std::span(integers)));
    for (Index i = 0; i < count; ++i) {
      const T* row = integers.data() + i * columns;
      std::byte* out = into.data() + i * row_bytes(type, columns);
      const float scale = scales[static_cast<std::size_t>(first + i)];
      if constexpr (sizeof(T) == 1) {
        if (type == DType::q8_0) {
          put_q8_0(row, scale, columns, out);
          continue;
        }
      }
      put_f32(row, scale, columns, out);
    }
  };
}

/// Puts a weight of real numbers in the place of one of integers.
void apply_scales(Checkpoint& checkpoint, ComputedSource& computed, const std::string& name, Element element) {
  const TensorInfo weight = checkpoint.tensors.extract(name).mapped();
  if (weight.bytes == 0) throw Error("{}: variable '{}' is empty", checkpoint.name(), shown(name));
  std::vector<float> scales = take_scales(checkpoint, weight);
  const auto rows = static_cast<Index>(scales.size());
  const auto columns = static_cast<Index>(weight.bytes / scales.size() / kElementBytes[static_cast<int>(element)]);
  const bool blocks = element == Element::int8 && weight.shape.size() == 2 && columns % info(DType::q8_0).block == 0;
  const DType type = blocks ? DType::q8_0 : DType::f32;
  auto compute =
      element == Element::int8
          ? scaled_rows<std::int8_t>(checkpoint.sources[0], weight.offset, columns, type, std::move(scales))
          : scaled_rows<std::int16_t>(checkpoint.sources[0], weight.offset, columns, type, std::move(scales));
  const std::uint64_t begin = computed.add(rows, static_cast<std::uint64_t>(row_bytes(type, columns)), compute);
  const std::vector<std::uint64_t> shape(weight.shape.begin(), weight.shape.end());
  add_tensor(checkpoint, {name, type, shape, begin}, 1);
}

}  // namespace

bool is_ctranslate2(std::string_view start) {
  constexpr std::size_t kName = 6;  // after the version and the length of the name
  if (start.size() < kName + 1) return false;
  std::uint32_t version;
  std::uint16_t length;
  std::memcpy(&version, start.data(), sizeof version);
  std::memcpy(&length, start.data() + sizeof version, sizeof length);
  const std::string_view name = start.substr(kName);
  return version >= 1 && version <= 16 && length >= 5 && length <= name.size() && name[length - 1u] == '\0' &&
         name.substr(0, length - 1u).ends_with("Spec") && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
}

Checkpoint read_ctranslate2(const SourcePtr& source) {
  Checkpoint checkpoint;
  checkpoint.format = "ctranslate2";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(source);
  BinaryReader reader(*source);
  const auto version = reader.read<std::uint32_t>("the version");
  if (version < kOldestVersion || version > kNewestVersion) {
    throw Error("{}: CTranslate2 version {}, expected {} to {}", source->name(), version, kOldestVersion,
                kNewestVersion);
  }
  checkpoint.metadata.values["general.architecture"] = read_string(reader, "the specification");
  reader.skip(sizeof(std::uint32_t), "the revision");
  const auto variables = reader.read<std::uint32_t>("the number of variables");
  Elements integers;
  for (std::uint32_t i = 0; i < variables; ++i) read_variable(reader, checkpoint, integers);
  const auto aliases = reader.read<std::uint32_t>("the number of aliases");
  for (std::uint32_t i = 0; i < aliases; ++i) read_alias(reader, checkpoint);
  if (integers.empty()) return checkpoint;
  const auto computed = std::make_shared<ComputedSource>(source->name());
  checkpoint.sources.push_back(computed);
  for (const auto& [name, element] : integers) apply_scales(checkpoint, *computed, name, element);
  return checkpoint;
}

}  // namespace wick
