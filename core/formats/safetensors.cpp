#include "core/formats/safetensors.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // the format's own limit
constexpr std::size_t kMostDimensions = 8;

struct DTypeName {
  std::string_view name;
  DType type;
};
constexpr DTypeName kDTypeNames[] = {
    {"F32", DType::f32}, {"F16", DType::f16}, {"BF16", DType::bf16}, {"I64", DType::i64},
    {"I32", DType::i32}, {"U8", DType::u8},   {"I8", DType::i8},     {"BOOL", DType::boolean},
};

/// Parses a JSON object whose own keys are all different. Throws Error for anything else.
Json parse_object(const std::string& file, const std::string& text, const char* what) {
  std::set<std::string> keys;
  std::optional<std::string> twice;
  const Json json = Json::parse(
      text,
      [&](int depth, Json::parse_event_t event, const Json& parsed) {
        if (event == Json::parse_event_t::key && depth == 1 && !keys.insert(parsed.get<std::string>()).second) {
          twice = parsed.get<std::string>();
        }
        return true;
      },
      /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) throw Error("{}: {} is not a JSON object", file, what);
  if (twice) throw Error("{}: '{}' is there twice", file, shown(*twice));
  return json;
}

/// One tensor of a header, read from its JSON.
class HeaderEntry {
 public:
  HeaderEntry(const std::string& file, const std::string& name, const Json& json)
      : file_(file), name_(name), json_(json) {
    if (!json.is_object()) fail("is not a JSON object");
  }

  DType type() const {
    const auto found = json_.find("dtype");
    if (found == json_.end() || !found->is_string()) fail("has no dtype");
    const auto& dtype = found->get_ref<const std::string&>();
    for (const DTypeName& known : kDTypeNames) {
      if (known.name == dtype) return known.type;
    }
    throw Error("{}: tensor '{}' has dtype '{}', which is not supported", file_, shown(name_), shown(dtype));
  }

  std::vector<std::uint64_t> shape() const { return numbers("shape"); }

  /// The half-open range of its bytes, from the start of the data.
  std::pair<std::uint64_t, std::uint64_t> offsets() const {
    const std::vector<std::uint64_t> ends = numbers("data_offsets");
    if (ends.size() != 2 || ends[0] > ends[1]) fail("has data_offsets that are no range");
    return {ends[0], ends[1]};
  }

 private:
  [[noreturn]] void fail(const char* reason) const { throw Error("{}: tensor '{}' {}", file_, shown(name_), reason); }

  std::vector<std::uint64_t> numbers(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || !found->is_array() || found->size() > kMostDimensions ||
        !std::all_of(found->begin(), found->end(), [](const Json& n) { return n.is_number_unsigned(); })) {
      throw Error("{}: tensor '{}' has no {} of at most {} whole numbers", file_, shown(name_), key, kMostDimensions);
    }
    return found->get<std::vector<std::uint64_t>>();
  }

  const std::string& file_;
  const std::string& name_;
  const Json& json_;
};

void read_metadata(Metadata& metadata, const Json& json) {
  if (!json.is_object()) throw Error("{}: __metadata__ is not a JSON object", metadata.file);
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) throw Error("{}: metadata '{}' is not a string", metadata.file, shown(key));
    metadata.values.emplace(key, value.get<std::string>());
  }
}

/// Throws Error unless the tensors of a source fill its bytes from `data` to the end.
void check_contiguous(const Checkpoint& checkpoint, std::uint32_t source, std::uint64_t data) {
  check_no_overlap(checkpoint, source);
  const ByteSource& file = *checkpoint.sources[source];
  std::uint64_t used = 0;
  for (const auto& [name, tensor] : checkpoint.tensors) used += tensor.source == source ? tensor.bytes : 0;
  const std::uint64_t held = file.size() - data;
  if (used != held) {
    throw Error("{}: {} bytes of data, but its tensors take {}: gaps are not allowed", file.name(), held, used);
  }
}

/// Reads the file that is source `source` of the checkpoint.
void read_file(Checkpoint& checkpoint, std::uint32_t source, Metadata& metadata) {
  const ByteSource& bytes = *checkpoint.sources[source];
  BinaryReader in(bytes);
  const auto length = in.read<std::uint64_t>("the header's length");
  if (length > kMostHeaderBytes) {
    throw Error("{}: claims a header of {} bytes, at most {} are allowed", bytes.name(), length, kMostHeaderBytes);
  }
  const Json header = parse_object(bytes.name(), in.text(length, "the header"), "the header");
  const std::uint64_t data = in.offset();
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") {
      read_metadata(metadata, json);
      continue;
    }
    const HeaderEntry entry(bytes.name(), name, json);
    const std::vector<std::uint64_t> shape = entry.shape();
    const auto [begin, end] = entry.offsets();
    const std::uint64_t offset = begin > bytes.size() ? bytes.size() + 1 : data + begin;  // no sum that overflows
    const TensorInfo& tensor = add_tensor(checkpoint, {name, entry.type(), shape, offset}, source);
    if (tensor.bytes != end - begin) {
      throw Error("{}: tensor '{}' of {} {} takes {} bytes, its data_offsets span {}", bytes.name(), shown(name),
                  info(tensor.type).name, shape_text(std::span(shape)), tensor.bytes, end - begin);
    }
  }
  check_contiguous(checkpoint, source, data);
}

/// A shard's name comes from the file and goes to the file system, so it may only name a neighbour.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\\:\0", 4)) == name.npos;
}

/// The tensors that the index gives to each shard.
std::map<std::string, std::vector<std::string>> read_weight_map(const ByteSource& index) {
  const Json json = parse_object(index.name(), read_text(index), "the file starts like a safetensors index, but");
  const auto weight_map = json.find("weight_map");
  if (weight_map == json.end() || !weight_map->is_object()) {
    throw Error("{}: looks like a JSON text without a weight_map; expected a model.safetensors.index.json or a model",
                index.name());
  }
  std::map<std::string, std::vector<std::string>> shards;
  for (const auto& [tensor, shard] : weight_map->items()) {
    if (!shard.is_string() || !is_plain_name(shard.get_ref<const std::string&>())) {
      throw Error("{}: tensor '{}' is in no file beside it", index.name(), shown(tensor));
    }
    shards[shard.get<std::string>()].push_back(tensor);
  }
  return shards;
}

}  // namespace

bool is_safetensors(std::string_view start) {
  std::uint64_t length = 0;
  if (start.size() < sizeof length + 1) return false;
  std::memcpy(&length, start.data(), sizeof length);
  return length <= kMostHeaderBytes && start[sizeof length] == '{';
}

Checkpoint read_safetensors(SourcePtr source) {
  Checkpoint checkpoint;
  checkpoint.format = "safetensors";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(std::move(source));
  read_file(checkpoint, 0, checkpoint.metadata);
  return checkpoint;
}

Checkpoint read_safetensors_index(const SourcePtr& index, const OpenSibling& open) {
  const auto shards = read_weight_map(*index);
  Checkpoint checkpoint;
  checkpoint.format = "safetensors";
  checkpoint.metadata.file = index->name();
  checkpoint.sources.push_back(index);
  for (const auto& [shard, tensors] : shards) {
    SourcePtr source = open ? open(shard) : nullptr;
    if (!source) throw Error("{}: '{}' is missing beside it", index->name(), shown(shard));
    Checkpoint part = read_safetensors(source);
    for (const std::string& name : tensors) {
      const auto found = part.tensors.find(name);
      if (found == part.tensors.end()) {
        throw Error("{}: tensor '{}' is missing, the index {} places it there", source->name(), shown(name),
                    index->name());
      }
      found->second.source = static_cast<std::uint32_t>(checkpoint.sources.size());
      checkpoint.tensors.insert(part.tensors.extract(found));
    }
    checkpoint.metadata.values.merge(part.metadata.values);
    checkpoint.sources.push_back(std::move(source));
  }
  return checkpoint;
}

}  // namespace wick
