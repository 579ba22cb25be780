#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

using Json = nlohmann::ordered_json;

const char* dtype_name(const SafetensorsEntry& entry) {
  switch (entry.type) {
    case DType::f32:
      return "F32";
    case DType::f16:
      return "F16";
    case DType::bf16:
      return "BF16";
    case DType::i64:
      return "I64";
    case DType::i32:
      return "I32";
    case DType::u8:
      return "U8";
    case DType::i8:
      return "I8";
    case DType::boolean:
      return "BOOL";
    default:
      break;
  }
  throw Error("tensor '{}' is {}, which safetensors cannot hold", entry.name, info(entry.type).name);
}

void check_bytes(const SafetensorsEntry& entry) {
  std::uint64_t bytes = static_cast<std::uint64_t>(info(entry.type).bytes);
  for (const Index dim : entry.shape) bytes *= static_cast<std::uint64_t>(dim);
  if (bytes == entry.bytes.size()) return;
  throw Error("tensor '{}' of {} {} takes {} bytes, {} are given", entry.name, info(entry.type).name,
              shape_text(std::span<const Index>(entry.shape)), bytes, entry.bytes.size());
}

}  // namespace

void write_safetensors(const std::string& path, std::span<const SafetensorsEntry> entries,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<const SafetensorsEntry*> order;
  for (const SafetensorsEntry& entry : entries) order.push_back(&entry);
  // Wider elements first, so that every tensor is aligned to its own element.
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    const int wide_a = info(a->type).bytes, wide_b = info(b->type).bytes;
    return wide_a != wide_b ? wide_a > wide_b : a->name < b->name;
  });
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const SafetensorsEntry* entry : order) {
    const char* dtype = dtype_name(*entry);
    check_bytes(*entry);
    if (header.contains(entry->name)) throw Error("{}: tensor '{}' is there twice", path, entry->name);
    header[entry->name] = {
        {"dtype", dtype}, {"shape", entry->shape}, {"data_offsets", {offset, offset + entry->bytes.size()}}};
    offset += entry->bytes.size();
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();

  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(text)));
  for (const SafetensorsEntry* entry : order) file.write(entry->bytes);
  file.commit();
}

}  // namespace wick
