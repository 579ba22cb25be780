#include "server/server.h"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/byte_source.h"
#include "core/error.h"

namespace wick {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const char* content_type(const fs::path& file) {
  static constexpr std::array<std::pair<const char*, const char*>, 14> kTypes{
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript"},
       {".mjs", "text/javascript"},
       {".css", "text/css"},
       {".json", "application/json"},
       {".webmanifest", "application/manifest+json"},
       {".wasm", "application/wasm"},
       {".svg", "image/svg+xml"},
       {".png", "image/png"},
       {".jpg", "image/jpeg"},
       {".ico", "image/x-icon"},
       {".woff2", "font/woff2"},
       {".txt", "text/plain; charset=utf-8"},
       {".wav", "audio/wav"}}};
  const std::string extension = file.extension().string();
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) { return extension == type.first; });
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

/// The file that a request path names below `root`; empty if it leaves the folder, is hidden or does not exist.
fs::path resolve(const fs::path& root, const std::string& request) {
  const fs::path relative = fs::path(request).lexically_normal().relative_path();
  for (const fs::path& part : relative) {
    if (part.string().starts_with(".")) return {};
  }
  fs::path file = root / relative;
  std::error_code missing;
  if (fs::is_directory(file, missing)) file /= "index.html";
  return fs::is_regular_file(file, missing) ? file : fs::path{};
}

void send_file(const fs::path& file, httplib::Response& response) {
  const SourcePtr source = open_file(file.string());
  if (source->size() == 0) return response.set_content("", content_type(file));
  response.set_content_provider(source->size(), content_type(file),
                                [source](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                                  std::array<std::byte, std::size_t{64} << 10> buffer;
                                  const std::size_t count = std::min(length, buffer.size());
                                  try {
                                    source->read(offset, std::span(buffer).first(count));
                                  } catch (const Error&) {
                                    return false;  // the file shrank under us: the connection breaks rather than lie
                                  }
                                  return sink.write(reinterpret_cast<const char*>(buffer.data()), count);
                                });
}

Json catalogue_json(const ModelStore& store) {
  Json models = Json::array();
  for (const CatalogEntry& entry : catalog()) {
    Json files = Json::array();
    for (const CatalogFile& file : entry.files) {
      Json urls = Json::array();
      for (const CatalogSource& source : file.sources) {
        if (!source.url.empty()) urls.push_back(source.url);
      }
      files.push_back({{"name", file.name},
                       {"size", file.size},
                       {"sha256", file.sha256},
                       {"urls", urls},
                       {"local", store.state_of(file) == FileState::present}});
    }
    models.push_back({{"name", entry.name},
                      {"title", entry.title},
                      {"task", entry.task},
                      {"architecture", entry.architecture},
                      {"licence", entry.licence},
                      {"quantisation", entry.quantisation},
                      {"default", entry.is_default},
                      {"files", files}});
  }
  return {{"models", models}};
}

Json folder_json(const ModelStore& store) {
  Json files = Json::array();
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(store.folder(), missing)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.starts_with(".") || name.ends_with(".part")) continue;
    Json row{{"name", name}, {"file", name}, {"size", entry.file_size()}};
    for (const CatalogEntry& known : catalog()) {
      for (const CatalogFile& file : known.files) {
        if (file.name == name && file.size == entry.file_size()) row["name"] = known.name, row["sha256"] = file.sha256;
      }
    }
    files.push_back(std::move(row));
  }
  return files;
}

}  // namespace

struct WebServer::State {
  ServerOptions options;
  ModelStore store;
  httplib::Server server;
  int port = 0;
};

WebServer::WebServer(ServerOptions options)
    : state_(new State{.options = options,
                       .store = options.models_folder.empty() ? ModelStore() : ModelStore(options.models_folder),
                       .server = {}}) {
  std::error_code missing;
  if (!fs::exists(fs::path(options.web_folder) / "index.html", missing)) {
    throw Error("{}: no index.html there; build the pages with ./dev build", options.web_folder);
  }
  httplib::Server& server = state_->server;
  server.set_default_headers({{"Cross-Origin-Opener-Policy", "same-origin"},
                              {"Cross-Origin-Embedder-Policy", "require-corp"},
                              {"Cross-Origin-Resource-Policy", "same-origin"},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Cache-Control", "no-cache"}});
  server.Get("/models/catalog.json", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(catalogue_json(state_->store).dump(), "application/json");
  });
  server.Get("/models/index.json", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(folder_json(state_->store).dump(), "application/json");
  });
  const auto serve = [](const fs::path& root, const std::string& path, httplib::Response& response) {
    const fs::path file = resolve(root, path);
    if (file.empty()) {
      response.status = 404;
      return response.set_content("not found\n", "text/plain");
    }
    send_file(file, response);
  };
  server.Get(R"(/models/([^/]+))", [this, serve](const httplib::Request& request, httplib::Response& response) {
    serve(state_->store.folder(), request.matches[1].str(), response);
  });
  server.Get(R"(/.*)", [this, serve](const httplib::Request& request, httplib::Response& response) {
    serve(state_->options.web_folder, request.path, response);
  });
  if (options.port == 0) {
    state_->port = server.bind_to_any_port(options.host.c_str());
  } else if (server.bind_to_port(options.host.c_str(), options.port)) {
    state_->port = options.port;
  }
  if (state_->port <= 0)
    throw Error("{}:{}: the address cannot be used; is the port taken? (--port chooses another)", options.host,
                options.port);
}

WebServer::~WebServer() = default;
int WebServer::port() const { return state_->port; }
void WebServer::run() { state_->server.listen_after_bind(); }
void WebServer::stop() { state_->server.stop(); }

}  // namespace wick
