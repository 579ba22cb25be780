#include "core/formats/gguf.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/gguf_parts.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

constexpr std::uint64_t kMostKeyBytes = 65535;
constexpr std::uint64_t kMostTextBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostArrayElements = std::uint64_t{1} << 26;
constexpr std::uint32_t kMostDimensions = 4;
constexpr int kMostArrayDepth = 4;

/// ggml's names of its types, by id, withdrawn ones too.
constexpr const char* kGgmlNames[] = {
    "F32",    "F16",      "Q4_0",     "Q4_1",     "Q4_2",  "Q4_3",  "Q5_0",       "Q5_1",       "Q8_0",       "Q8_1",
    "Q2_K",   "Q3_K",     "Q4_K",     "Q5_K",     "Q6_K",  "Q8_K",  "IQ2_XXS",    "IQ2_XS",     "IQ3_XXS",    "IQ1_S",
    "IQ4_NL", "IQ3_S",    "IQ2_S",    "IQ4_XS",   "I8",    "I16",   "I32",        "I64",        "F64",        "IQ1_M",
    "BF16",   "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8", "TQ1_0", "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4",
};

struct TypeId {
  DType type;
  std::uint32_t id;
};
constexpr TypeId kTypeIds[] = {
    {DType::f32, 0},  {DType::f16, 1},   {DType::q4_0, 2},  {DType::q4_1, 3},  {DType::q5_0, 6},  {DType::q5_1, 7},
    {DType::q8_0, 8}, {DType::q2_k, 10}, {DType::q3_k, 11}, {DType::q4_k, 12}, {DType::q5_k, 13}, {DType::q6_k, 14},
    {DType::i8, 24},  {DType::i32, 26},  {DType::i64, 27},  {DType::bf16, 30},
};

/// One file's header, metadata and tensor table, read in order.
class GgufReader {
 public:
  GgufReader(Checkpoint& checkpoint, std::uint32_t source)
      : checkpoint_(checkpoint), source_(source), in_(*checkpoint.sources[source]) {}

  void read(Metadata& metadata) {
    read_header();
    for (std::uint64_t i = 0; i < values_; ++i) read_entry(metadata);
    read_alignment(metadata);
    read_tensors();
  }

 private:
  struct Entry {
    std::string name;
    std::vector<std::uint64_t> shape;
    DType type;
    std::uint64_t offset;  // from the start of the data
  };

  /// A count, length or dimension, which version 1 keeps in 32 bits.
  std::uint64_t size(std::string_view what) {
    return version_ == 1 ? in_.read<std::uint32_t>(what) : in_.read<std::uint64_t>(what);
  }
  std::uint64_t size_bytes() const { return version_ == 1 ? 4 : 8; }

  std::string text(std::uint64_t most, std::string_view what) {
    const std::uint64_t length = size(what);
    if (length > most && length <= in_.remaining()) {
      throw Error("{}: {} has {} bytes, at most {} are supported", in_.file(), what, length, most);
    }
    return in_.text(length, what);
  }

  /// Refuses a count of things that take `each` bytes or more, before anything is made for them.
  void check_count(std::uint64_t count, std::uint64_t each, std::string_view what) const {
    if (count > in_.remaining() / each) {
      throw Error("{}: claims {} {} with {} bytes left: it is truncated or corrupt", in_.file(), count, what,
                  in_.remaining());
    }
  }

  void read_header();
  void read_entry(Metadata& metadata);
  void read_alignment(const Metadata& metadata);
  void read_tensors();
  Entry read_tensor();
  DType read_tensor_type(const std::string& name);

  GgufType type(const std::string& what);
  void read_scalar(Metadata& metadata, const std::string& key, GgufType type, const std::string& what);
  void read_array(Metadata& metadata, const std::string& key, const std::string& what);
  std::int64_t integer(GgufType type, const std::string& what);
  double number(GgufType type, const std::string& what);
  bool boolean(const std::string& what);
  std::uint64_t least_bytes(GgufType type) const;
  std::uint64_t array_count(GgufType element, const std::string& what);
  void skip_array(int depth, const std::string& what);

  Checkpoint& checkpoint_;
  std::uint32_t source_;
  BinaryReader in_;
  std::uint32_t version_ = 0;
  std::uint64_t tensors_ = 0, values_ = 0;
  std::uint64_t alignment_ = kGgufAlignment;
};

void GgufReader::read_header() {
  if (in_.text(4, "the magic number") != "GGUF") throw Error("{}: not a GGUF file", in_.file());
  version_ = in_.read<std::uint32_t>("the version");
  if (version_ != 0 && (version_ & 0xffff) == 0) {
    throw Error("{}: a big-endian GGUF file, which is not supported", in_.file());
  }
  if (version_ < 1 || version_ > 3) {
    throw Error("{}: GGUF version {}, this build reads 1 to 3", in_.file(), version_);
  }
  tensors_ = size("the number of tensors");
  values_ = size("the number of metadata values");
  check_count(values_, size_bytes() + 4 + 1, "metadata values");  // key length, type, the value
  check_count(tensors_, size_bytes() + 4 + 4 + 8, "tensors");     // name length, rank, type, offset
}

void GgufReader::read_entry(Metadata& metadata) {
  const std::string key = text(kMostKeyBytes, "a metadata key");
  if (metadata.has(key)) throw Error("{}: metadata '{}' is there twice", in_.file(), shown(key));
  const std::string what = fmt::format("metadata '{}'", shown(key));
  const GgufType found = type(what);
  if (found == GgufType::array) {
    read_array(metadata, key, what);
  } else {
    read_scalar(metadata, key, found, what);
  }
}

GgufType GgufReader::type(const std::string& what) {
  const auto id = in_.read<std::uint32_t>(what);
  if (id >= kGgufTypes) throw Error("{}: {} has the unknown type {}", in_.file(), what, id);
  return static_cast<GgufType>(id);
}

std::int64_t GgufReader::integer(GgufType type, const std::string& what) {
  switch (type) {
    case GgufType::u8:
      return in_.read<std::uint8_t>(what);
    case GgufType::i8:
      return in_.read<std::int8_t>(what);
    case GgufType::u16:
      return in_.read<std::uint16_t>(what);
    case GgufType::i16:
      return in_.read<std::int16_t>(what);
    case GgufType::u32:
      return in_.read<std::uint32_t>(what);
    case GgufType::i32:
      return in_.read<std::int32_t>(what);
    default:
      return in_.read<std::int64_t>(what);
  }
}

double GgufReader::number(GgufType type, const std::string& what) {
  return type == GgufType::f32 ? in_.read<float>(what) : in_.read<double>(what);
}

bool GgufReader::boolean(const std::string& what) {
  const auto byte = in_.read<std::uint8_t>(what);
  if (byte > 1) throw Error("{}: {} is {}, expected a boolean", in_.file(), what, byte);
  return byte == 1;
}

void GgufReader::read_scalar(Metadata& metadata, const std::string& key, GgufType type, const std::string& what) {
  MetaValue value;
  switch (type) {
    case GgufType::boolean:
      value = boolean(what);
      break;
    case GgufType::string:
      value = text(kMostTextBytes, what);
      break;
    case GgufType::f32:
    case GgufType::f64:
      value = number(type, what);
      break;
    default: {
      const std::int64_t found = integer(type, what);
      if (type == GgufType::u64 && found < 0) {
        metadata.unsupported.emplace(key, fmt::format("{}", static_cast<std::uint64_t>(found)));
        return;
      }
      value = found;
    }
  }
  metadata.values.emplace(key, std::move(value));
}

std::uint64_t GgufReader::least_bytes(GgufType type) const {
  switch (type) {
    case GgufType::u8:
    case GgufType::i8:
    case GgufType::boolean:
      return 1;
    case GgufType::u16:
    case GgufType::i16:
      return 2;
    case GgufType::u32:
    case GgufType::i32:
    case GgufType::f32:
      return 4;
    case GgufType::string:
      return size_bytes();
    case GgufType::array:
      return 4 + size_bytes();
    default:
      return 8;
  }
}

std::uint64_t GgufReader::array_count(GgufType element, const std::string& what) {
  const std::uint64_t count = size(what);
  check_count(count, least_bytes(element), "elements of " + what);
  if (count > kMostArrayElements) {
    throw Error("{}: {} has {} elements, at most {} are supported", in_.file(), what, count, kMostArrayElements);
  }
  return count;
}

void GgufReader::read_array(Metadata& metadata, const std::string& key, const std::string& what) {
  const GgufType element = type(what);
  const std::uint64_t count = array_count(element, what);
  const auto fill = [&](auto list, const auto& next) {
    list.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) list.push_back(next());
    metadata.values.emplace(key, std::move(list));
  };
  switch (element) {
    case GgufType::boolean:
      return fill(std::vector<bool>(), [&] { return boolean(what); });
    case GgufType::string:
      return fill(std::vector<std::string>(), [&] { return text(kMostTextBytes, what); });
    case GgufType::f32:
    case GgufType::f64:
      return fill(std::vector<double>(), [&] { return number(element, what); });
    case GgufType::array: {
      for (std::uint64_t i = 0; i < count; ++i) skip_array(2, what);
      metadata.unsupported.emplace(key, "an array of arrays");
      return;
    }
    default:
      break;
  }
  bool too_large = false;
  fill(std::vector<std::int64_t>(), [&] {
    const std::int64_t found = integer(element, what);
    too_large = too_large || (element == GgufType::u64 && found < 0);
    return found;
  });
  if (too_large) {
    metadata.values.erase(key);
    metadata.unsupported.emplace(key, "a list with integers above 2^63");
  }
}

void GgufReader::skip_array(int depth, const std::string& what) {
  if (depth > kMostArrayDepth) throw Error("{}: {} nests arrays over {} deep", in_.file(), what, kMostArrayDepth);
  const GgufType element = type(what);
  const std::uint64_t count = array_count(element, what);
  if (element == GgufType::array) {
    for (std::uint64_t i = 0; i < count; ++i) skip_array(depth + 1, what);
  } else if (element == GgufType::string) {
    for (std::uint64_t i = 0; i < count; ++i) in_.skip(size(what), what);
  } else {
    in_.skip(count * least_bytes(element), what);
  }
}

void GgufReader::read_alignment(const Metadata& metadata) {
  const std::int64_t found = metadata.get_or<std::int64_t>("general.alignment", kGgufAlignment);
  if (found < 1 || found > (std::int64_t{1} << 30) || (found & (found - 1)) != 0) {
    throw Error("{}: metadata 'general.alignment' is {}, expected a power of two", in_.file(), found);
  }
  alignment_ = static_cast<std::uint64_t>(found);
}

DType GgufReader::read_tensor_type(const std::string& name) {
  const auto id = in_.read<std::uint32_t>("a tensor's type");
  if (const auto known = dtype_of_ggml(id)) return *known;
  if (id < std::size(kGgmlNames)) {
    throw Error("{}: tensor '{}' is stored as {} (type {}), which is not supported", in_.file(), shown(name),
                kGgmlNames[id], id);
  }
  throw Error("{}: tensor '{}' has the unknown type {}", in_.file(), shown(name), id);
}

GgufReader::Entry GgufReader::read_tensor() {
  Entry entry{text(kMostKeyBytes, "a tensor's name"), {}, DType::f32, 0};
  const auto rank = in_.read<std::uint32_t>("a tensor's rank");
  if (rank > kMostDimensions) {
    throw Error("{}: tensor '{}' has {} dimensions, at most {} are supported", in_.file(), shown(entry.name), rank,
                kMostDimensions);
  }
  for (std::uint32_t i = 0; i < rank; ++i) entry.shape.push_back(size("a tensor's shape"));
  while (entry.shape.size() > 1 && entry.shape.back() == 1) entry.shape.pop_back();
  std::reverse(entry.shape.begin(), entry.shape.end());  // GGUF states the innermost dimension first
  entry.type = read_tensor_type(entry.name);
  entry.offset = in_.read<std::uint64_t>("a tensor's offset");
  if (entry.offset % alignment_ != 0) {
    throw Error("{}: tensor '{}' starts at data byte {}, not a multiple of {}", in_.file(), shown(entry.name),
                entry.offset, alignment_);
  }
  return entry;
}

void GgufReader::read_tensors() {
  check_count(tensors_, size_bytes() + 4 + 4 + 8, "tensors");
  std::vector<Entry> entries;
  entries.reserve(static_cast<std::size_t>(tensors_));
  for (std::uint64_t i = 0; i < tensors_; ++i) entries.push_back(read_tensor());
  const std::uint64_t data = (in_.offset() + alignment_ - 1) / alignment_ * alignment_;
  for (Entry& entry : entries) {
    if (entry.offset > std::numeric_limits<std::uint64_t>::max() - data) {
      throw Error("{}: tensor '{}' starts at data byte {}, past the end of the file", in_.file(), shown(entry.name),
                  entry.offset);
    }
    add_tensor(checkpoint_, {std::move(entry.name), entry.type, entry.shape, data + entry.offset}, source_);
  }
  check_no_overlap(checkpoint_, source_);
}

}  // namespace

std::optional<std::uint32_t> ggml_type_id(DType type) {
  for (const TypeId& known : kTypeIds) {
    if (known.type == type) return known.id;
  }
  return {};
}

std::optional<DType> dtype_of_ggml(std::uint32_t id) {
  for (const TypeId& known : kTypeIds) {
    if (known.id == id) return known.type;
  }
  return {};
}

Checkpoint read_gguf(SourcePtr source, const OpenSibling& open) {
  Checkpoint checkpoint;
  checkpoint.format = "gguf";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(std::move(source));
  GgufReader(checkpoint, 0).read(checkpoint.metadata);

  const GgufParts parts = GgufParts::of(checkpoint.metadata);
  for (std::uint32_t part = 1; part < parts.count; ++part) {
    checkpoint.sources.push_back(parts.open(part, open));
    Metadata metadata;
    metadata.file = checkpoint.sources.back()->name();
    GgufReader(checkpoint, part).read(metadata);
    parts.check(part, metadata);
  }
  parts.check_tensors(checkpoint);
  return checkpoint;
}

}  // namespace wick
