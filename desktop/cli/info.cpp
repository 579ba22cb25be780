// `wick info`: this machine, or a model file.
#include <fmt/format.h>

#include <set>

#include "command.h"

namespace wick::cli {
namespace {

struct InfoOptions {
  CommonOptions common;
  std::string model;
  bool tensors = false;
};

Json machine(const CommonOptions& common) {
  Json backends = Json::array();
  const OpsList available = available_ops();
  for (int i = 0; i < available.count; ++i) backends.push_back(available.ops[i]->name);
  const Device device = common.open_device();
  return {{"version", WICK_VERSION},
          {"device", device.describe()},
          {"threads", device.threads()},
          {"physical_cores", physical_cores()},
          {"backends", backends}};
}

Json value_json(const MetaValue& value) {
  constexpr std::size_t kShown = 8;
  return std::visit(
      [](const auto& v) -> Json {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return v.size() > 200 ? Json(v.substr(0, 200) + "...") : Json(v);
        } else if constexpr (std::is_arithmetic_v<T>) {
          return Json(v);
        } else {
          if (v.size() > kShown) return Json(fmt::format("list of {}", v.size()));
          Json list = Json::array();
          for (std::size_t i = 0; i < v.size(); ++i) list.push_back(static_cast<typename T::value_type>(v[i]));
          return list;
        }
      },
      value);
}

Json file(const InfoOptions& options) {
  if (const CatalogEntry* entry = find_built_in(options.model)) return catalog_row(*entry, "built in");
  const Checkpoint checkpoint = open_checkpoint(ModelOption{options.model, {}}.path());
  std::set<std::string> parts;  // a source of computed tensors has the name of the file that they come from
  for (const SourcePtr& source : checkpoint.sources) parts.insert(source->name());
  Json json{{"file", checkpoint.name()}, {"format", checkpoint.format}, {"parts", parts.size()}};
  std::uint64_t bytes = 0, parameters = 0;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    bytes += tensor.bytes;
    std::uint64_t count = 1;
    for (const Index dim : tensor.shape) count *= static_cast<std::uint64_t>(dim);
    parameters += count;
  }
  json["tensors"] = checkpoint.tensors.size();
  json["parameters"] = parameters;
  json["tensor_bytes"] = bytes;
  for (const auto& [key, value] : checkpoint.metadata.values) json["metadata"][key] = value_json(value);
  if (!options.tensors) return json;
  json["tensor_list"] = Json::array();
  for (const auto& [name, tensor] : checkpoint.tensors) {
    json["tensor_list"].push_back(
        {{"name", name}, {"type", info(tensor.type).name}, {"shape", tensor.shape}, {"bytes", tensor.bytes}});
  }
  return json;
}

void print_plain(const Json& json, int indent) {
  for (const auto& [key, value] : json.items()) {
    if (value.is_object()) {
      fmt::print("{:{}}{}\n", "", indent, printable(key));
      print_plain(value, indent + 2);
    } else if (value.is_array() && !value.empty() && value[0].is_object()) {
      for (const Json& row : value)
        fmt::print("{:{}}{:<40} {:<6} {}\n", "", indent, printable(row.value("name", "")), row.value("type", ""),
                   json_line(row["shape"]));
    } else {
      fmt::print("{:{}}{:<{}} {}\n", "", indent, printable(key), 42 - indent,
                 value.is_string() ? printable(value.get<std::string>()) : json_line(value));
    }
  }
}

}  // namespace

void add_info(CLI::App& app) {
  auto options = std::make_shared<InfoOptions>();
  CLI::App* command = app.add_subcommand("info", "This machine, or what a model file holds");
  command->add_option("model", options->model, "A catalogue name, a file or a folder");
  command->add_flag("--tensors", options->tensors, "List the tensors");
  options->common.add_to(*command);
  command->callback([options] {
    const Json json = options->model.empty() ? machine(options->common) : file(*options);
    options->common.json ? print_json(json) : print_plain(json, 0);
  });
}

}  // namespace wick::cli
