#include "models/catalog.h"

#include <nlohmann/json.hpp>

#include "core/error.h"

namespace wick {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCatalogJson =
#include "catalog_json.inc"
    ;

std::string text(const Json& json, const char* key, const std::string& where) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_string())
    throw Error("catalogue: {}: '{}' is missing", where, key);
  return json[key].get<std::string>();
}

const Json& list(const Json& json, const char* key, const std::string& where) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_array())
    throw Error("catalogue: {}: list '{}' is missing", where, key);
  return json[key];
}

CatalogSource parse_source(const Json& json, const std::string& where) {
  if (json.is_object() && json.contains("url"))
    return {.url = text(json, "url", where),
            .package_manager = {},
            .package = {},
            .version = {},
            .member = {},
            .parts = {}};
  if (json.is_object() && json.contains("parts")) {
    CatalogSource whole;
    for (const Json& part : list(json, "parts", where)) whole.parts.push_back(parse_source(part, where));
    if (whole.parts.empty()) throw Error("catalogue: {}: a source of no parts", where);
    return whole;
  }
  for (const char* manager : {"pip", "npm"}) {
    if (!json.is_object() || !json.contains(manager)) continue;
    const std::string pinned = text(json, manager, where);  // "name==1.2" for pip, "name@1.2" for npm
    const char* separator = std::string_view(manager) == "pip" ? "==" : "@";
    const std::size_t at = pinned.rfind(separator);
    if (at == std::string::npos || at == 0) throw Error("catalogue: {}: '{}' has no version", where, pinned);
    return {.url = {},
            .package_manager = manager,
            .package = pinned.substr(0, at),
            .version = pinned.substr(at + std::string_view(separator).size()),
            .member = text(json, "member", where),
            .parts = {}};
  }
  throw Error("catalogue: {}: a source needs 'url', 'pip', 'npm' or 'parts'", where);
}

const CatalogEntry* find_in(const std::vector<CatalogEntry>& entries, std::string_view name) {
  for (const CatalogEntry& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace

std::uint64_t CatalogEntry::bytes() const {
  std::uint64_t sum = 0;
  for (const CatalogFile& file : files) sum += file.size;
  return sum;
}

std::vector<CatalogEntry> parse_catalog(std::string_view json_text, const char* part) {
  const Json json = Json::parse(json_text, nullptr, false);
  if (json.is_discarded()) throw Error("catalogue: not valid JSON");
  std::vector<CatalogEntry> entries;
  for (const Json& model : list(json, part, "top level")) {
    CatalogEntry entry;
    entry.name = text(model, "name", "a model");
    entry.title = text(model, "title", entry.name);
    entry.task = text(model, "task", entry.name);
    entry.architecture = text(model, "architecture", entry.name);
    entry.licence = text(model, "licence", entry.name);
    if (model.contains("quantisation")) {
      if (!model["quantisation"].is_string()) throw Error("catalogue: {}: 'quantisation' is no text", entry.name);
      entry.quantisation = model["quantisation"].get<std::string>();
    }
    if (model.contains("default")) {
      if (!model["default"].is_boolean()) throw Error("catalogue: {}: 'default' is neither true nor false", entry.name);
      entry.is_default = model["default"].get<bool>();
    }
    for (const Json& item : list(model, "files", entry.name)) {
      CatalogFile file;
      file.name = text(item, "name", entry.name);
      if (file.name.empty() || file.name.find_first_of("/\\") != std::string::npos || file.name[0] == '.') {
        throw Error("catalogue: {}: '{}' is no plain file name", entry.name, file.name);
      }
      file.sha256 = text(item, "sha256", entry.name);
      if (!item.contains("size") || !item["size"].is_number_unsigned())
        throw Error("catalogue: {}: 'size' of {} is missing", entry.name, file.name);
      file.size = item["size"].get<std::uint64_t>();
      for (const Json& source : list(item, "sources", entry.name))
        file.sources.push_back(parse_source(source, entry.name));
      entry.files.push_back(std::move(file));
    }
    if (entry.files.empty()) throw Error("catalogue: {}: no files", entry.name);
    entries.push_back(std::move(entry));
  }
  return entries;
}

const std::vector<CatalogEntry>& catalog() {
  static const std::vector<CatalogEntry> entries = parse_catalog(kCatalogJson);
  return entries;
}

const std::vector<CatalogEntry>& built_in_models() {
  static const std::vector<CatalogEntry> entries = parse_catalog(kCatalogJson, "built_in");
  return entries;
}

const CatalogEntry* find_in_catalog(std::string_view name) { return find_in(catalog(), name); }
const CatalogEntry* find_built_in(std::string_view name) { return find_in(built_in_models(), name); }

}  // namespace wick
