#include "core/formats/ctranslate2.h"

#include <cctype>
#include <cstring>
#include <optional>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/tensor_table.h"

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

std::optional<DType> float_type(Element element) {
  if (element == Element::float32) return DType::f32;
  if (element == Element::float16) return DType::f16;
  if (element == Element::bfloat16) return DType::bf16;
  return {};
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

void read_variable(BinaryReader& reader, Checkpoint& checkpoint) {
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
  const std::optional<DType> type = float_type(element);
  if (!type) {
    throw Error("{}: variable '{}' has integer weights; convert the model with float16 or float32 weights",
                reader.file(), shown(name));
  }
  const std::span<const std::uint64_t> dims(shape, static_cast<std::size_t>(rank));
  const TensorInfo& tensor = add_tensor(checkpoint, {name, *type, dims, reader.offset()}, 0);
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
  for (std::uint32_t i = 0; i < variables; ++i) read_variable(reader, checkpoint);
  const auto aliases = reader.read<std::uint32_t>("the number of aliases");
  for (std::uint32_t i = 0; i < aliases; ++i) read_alias(reader, checkpoint);
  return checkpoint;
}

}  // namespace wick
