#include "models/catalog.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;

namespace {

nlohmann::ordered_json one_model() {
  return {{"models",
           {{{"name", "m"},
             {"title", "M"},
             {"task", "chat"},
             {"architecture", "llama"},
             {"licence", "MIT"},
             {"files",
              {{{"name", "m.gguf"},
                {"size", 5},
                {"sha256", std::string(64, 'a')},
                {"sources", {{{"url", "https://example.org/m"}}, {{"pip", "m==1.0"}, {"member", "m/m.gguf"}}}}}}}}}}};
}

std::string error(const nlohmann::ordered_json& json) {
  return error_of([&] { parse_catalog(json.dump()); });
}

}  // namespace

TEST_CASE("catalog: what is built in is complete, and its names are unique") {
  std::set<std::string> names;
  for (const CatalogEntry& entry : catalog()) {
    CHECK(names.insert(entry.name).second);
    CHECK(find_in_catalog(entry.name) == &entry);
    for (const CatalogFile& file : entry.files) {
      CHECK(file.size > 0);
      CHECK(file.sha256.size() == 64);
      CHECK_FALSE(file.sources.empty());
    }
  }
  CHECK(find_in_catalog("smollm2-135m-instruct"));
  CHECK_FALSE(find_in_catalog("no such model"));
}

TEST_CASE("catalog: a browser can fetch a model for every task, which it cannot from a package") {
  for (const char* task : {"chat", "transcribe", "segment"}) {
    CAPTURE(task);
    const auto has_url = [](const CatalogFile& file) {
      return std::any_of(file.sources.begin(), file.sources.end(),
                         [](const CatalogSource& source) { return source.url.starts_with("https://"); });
    };
    CHECK(std::any_of(catalog().begin(), catalog().end(), [&](const CatalogEntry& entry) {
      return entry.task == task && std::all_of(entry.files.begin(), entry.files.end(), has_url);
    }));
  }
}

TEST_CASE("catalog: sources are URLs and pinned packages") {
  const auto entries = parse_catalog(one_model().dump());
  const auto& sources = entries.at(0).files.at(0).sources;
  CHECK(sources.at(0).url == "https://example.org/m");
  CHECK(sources.at(1).package_manager == "pip");
  CHECK(sources.at(1).package == "m");
  CHECK(sources.at(1).version == "1.0");
}

TEST_CASE("catalog: a wrong entry is named") {
  CHECK(error_of([] { parse_catalog("{"); }) == "catalogue: not valid JSON");
  CHECK(error_of([] { parse_catalog("[]"); }) == "catalogue: top level: list 'models' is missing");
  const auto changed = [](auto&& change) {
    auto json = one_model();
    change(json["models"][0]);
    return error(json);
  };
  using Json = nlohmann::ordered_json;
  CHECK(error({{"models", {5}}}) == "catalogue: a model: 'name' is missing");
  CHECK(changed([](Json& m) { m.erase("licence"); }) == "catalogue: m: 'licence' is missing");
  CHECK(changed([](Json& m) { m["quantisation"] = 4; }) == "catalogue: m: 'quantisation' is no text");
  CHECK(changed([](Json& m) { m["default"] = "yes"; }) == "catalogue: m: 'default' is neither true nor false");
  CHECK(changed([](Json& m) { m["files"] = Json::array(); }) == "catalogue: m: no files");
  CHECK(changed([](Json& m) { m["files"][0] = 5; }) == "catalogue: m: 'name' is missing");
  CHECK(changed([](Json& m) { m["files"][0]["size"] = -1; }) == "catalogue: m: 'size' of m.gguf is missing");
  CHECK(changed([](Json& m) { m["files"][0]["sources"][0] = 5; }) ==
        "catalogue: m: a source needs 'url', 'pip', 'npm' or 'parts'");
  CHECK(changed([](Json& m) { m["files"][0]["sources"][1]["pip"] = "m"; }) == "catalogue: m: 'm' has no version");
  for (const char* name : {"", "../m", "a/b", ".hidden", "a\\b"}) {
    CHECK(changed([&](Json& m) { m["files"][0]["name"] = name; }).find("is no plain file name") != std::string::npos);
  }
}
