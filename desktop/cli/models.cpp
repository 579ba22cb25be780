// `wick models`: what the catalogue has, and what is on this machine.
#include <fmt/format.h>

#include "command.h"
#include "core/error.h"
#include "core/text/byte_words.h"
#include "fetch/store.h"

namespace wick::cli {
namespace {

const char* word(FileState state) {
  switch (state) {
    case FileState::missing:
      return "not here";
    case FileState::partial:
      return "incomplete";
    case FileState::present:
      return "here";
  }
  return "";
}

const CatalogEntry& require_entry(const std::string& name) {
  const CatalogEntry* entry = find_in_catalog(name);
  if (!entry) throw Error("'{}' is not in the catalogue (see `wick models list`)", name);
  return *entry;
}

/// A model that is always here and whole.
bool is_built_in(const std::string& name) {
  if (!find_built_in(name)) return false;
  fmt::print(stderr, "{} is built into this program\n", name);
  return true;
}

void list(bool json) {
  const ModelStore store;
  Json rows = Json::array();
  for (const CatalogEntry& entry : catalog()) {
    FileState state = FileState::present;
    for (const CatalogFile& file : entry.files) state = std::min(state, store.state_of(file));
    rows.push_back(catalog_row(entry, word(state)));
  }
  for (const CatalogEntry& entry : built_in_models()) rows.push_back(catalog_row(entry, "built in"));
  if (json) return print_json({{"folder", store.folder()}, {"models", rows}});
  for (const Json& r : rows) {
    fmt::print("{:<26} {:<10} {:<6} {:>9}  {:<12} {}\n", r["name"].get<std::string>(), r["task"].get<std::string>(),
               r["quantisation"].get<std::string>(), bytes_words(r["bytes"].get<double>()),
               r["licence"].get<std::string>(), r["state"].get<std::string>());
  }
  fmt::print(stderr, "in {}\n", store.folder());
}

bool is_intact(const ModelStore& store, const CatalogEntry& entry) {
  ProgressBar bar("Verifying");
  return store.verify(entry, [&](std::uint64_t done, std::uint64_t total) {
    bar.update(static_cast<double>(done), static_cast<double>(total));
  });
}

void fetch(const std::string& name) {
  if (is_built_in(name)) return;
  const CatalogEntry& entry = require_entry(name);
  const ModelStore store;
  if (store.has(entry)) {
    if (is_intact(store, entry)) return fmt::print(stderr, "{} is here already\n", entry.name);
    fmt::print(stderr, "{} is damaged and will be fetched again\n", entry.name);
    store.remove(entry);
  }
  ProgressBar bar(entry.name);
  double last_ms = now_ms(), speed = 0;
  std::uint64_t last_done = 0;
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    if (const double elapsed = now_ms() - last_ms; elapsed > 500) {
      speed = static_cast<double>(done - std::min(done, last_done)) / elapsed * 1e3;
      last_ms = now_ms(), last_done = done;
    }
    bar.update(static_cast<double>(done), static_cast<double>(total), speed > 0 ? bytes_words(speed) + "/s" : "");
  };
  store.fetch(entry, progress, [&](const std::string& note) {
    bar.clear();
    fmt::print(stderr, "{}: {}\n", entry.name, note);
  });
  bar.clear();
  fmt::print(stderr, "{}: fetched and verified\n", entry.name);
}

void verify(const std::string& name) {
  if (is_built_in(name)) return;
  const CatalogEntry& entry = require_entry(name);
  const ModelStore store;
  if (!store.has(entry)) throw Error("{} is not on this machine yet: wick models fetch {}", name, name);
  if (!is_intact(store, entry)) throw Error("{} is damaged: wick models fetch {} replaces it", name, name);
  fmt::print(stderr, "{}: verified\n", name);
}

void remove(const std::string& name) {
  if (find_built_in(name)) throw Error("{} is built into this program and stays in it", name);
  const CatalogEntry& entry = require_entry(name);
  ModelStore().remove(entry);
  fmt::print(stderr, "{}: removed\n", name);
}

}  // namespace

Json catalog_row(const CatalogEntry& entry, const char* state) {
  return {{"name", entry.name},       {"title", entry.title},
          {"task", entry.task},       {"quantisation", entry.quantisation},
          {"licence", entry.licence}, {"default", entry.is_default},
          {"bytes", entry.bytes()},   {"state", state}};
}

void add_models(CLI::App& app) {
  struct Options {
    std::vector<std::string> names;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("models", "The models in the catalogue and on this machine");
  command->require_subcommand(1);
  CLI::App* list_command = command->add_subcommand("list", "List them");
  list_command->add_flag("--json", options->json, "Machine-readable output");
  list_command->callback([options] { list(options->json); });
  const auto add = [&](const char* name, const char* help, void (*action)(const std::string&)) {
    CLI::App* sub = command->add_subcommand(name, help);
    sub->add_option("name", options->names, "Catalogue names")->required();
    sub->callback([options, action] {
      for (const std::string& model : options->names) action(model);
    });
  };
  add("fetch", "Download and verify; an interrupted download goes on where it stopped", fetch);
  add("verify", "Check size and SHA-256", verify);
  add("remove", "Delete from this machine", remove);
}

}  // namespace wick::cli
