#include "server/server.h"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/byte_source.h"
#include "core/error.h"
#include "core/text/unicode.h"

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

constexpr std::string_view kUnfinished = ".part";  // a download that is not verified yet

/// The file that a request path names below `root`; empty if it leaves the folder, is hidden, unfinished or does not
/// exist.
fs::path resolve(const fs::path& root, const std::string& request) {
  if (request.find('\0') != std::string::npos) return {};
  const fs::path relative = fs::path(request).lexically_normal().relative_path();
  for (const fs::path& part : relative) {
    if (part.string().starts_with('.')) return {};
  }
  if (request.ends_with(kUnfinished)) return {};
  fs::path file = root / relative;
  std::error_code missing;
  if (fs::is_directory(file, missing)) file /= "index.html";
  return fs::is_regular_file(file, missing) ? file : fs::path{};
}

/// The ranges that a file of `size` bytes has of those asked for, first and last byte (RFC 9110, section 14.1.2).
httplib::Ranges satisfiable(const httplib::Ranges& asked, std::uint64_t size) {
  const auto end = static_cast<ssize_t>(size);
  httplib::Ranges ranges;
  for (auto [first, last] : asked) {  // -1 where the request leaves a number out
    if (first < 0) {
      if (last <= 0) continue;
      first = std::max<ssize_t>(end - last, 0);
      last = end - 1;
    }
    last = last < 0 ? end - 1 : std::min(last, end - 1);
    if (first <= last) ranges.emplace_back(first, last);
  }
  return ranges;
}

/// Sets the ranges that httplib will send, which it takes from the request as they come. False if there are none.
bool clamp_ranges(const httplib::Request& request, std::uint64_t size, httplib::Response& response) {
  constexpr std::size_t kMostRanges = 16;
  auto& asked = const_cast<httplib::Request&>(request).ranges;  // the request is httplib's own object, not a constant
  if (asked.empty()) return true;
  httplib::Ranges ranges = satisfiable(asked, size);
  const bool none = ranges.empty();
  asked = ranges.size() > kMostRanges ? httplib::Ranges{} : std::move(ranges);  // too many: the whole file
  if (!none) return true;
  response.status = 416;
  response.set_header("Content-Range", fmt::format("bytes */{}", size));
  return false;
}

void send_file(const fs::path& file, const httplib::Request& request, httplib::Response& response) {
  const SourcePtr source = open_file(file.string());
  if (!clamp_ranges(request, source->size(), response)) return;
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
    const std::uint64_t size = entry.is_regular_file(missing) ? entry.file_size(missing) : 0;
    if (missing || size == 0 || name.starts_with('.') || name.ends_with(kUnfinished)) continue;
    if (text::replace_invalid(name) != name) continue;  // no request can name it
    Json row{{"name", name}, {"file", name}, {"size", size}};
    for (const CatalogEntry& known : catalog()) {
      for (const CatalogFile& file : known.files) {
        if (file.name == name && file.size == size) row["name"] = known.name, row["sha256"] = file.sha256;
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
  // httplib's own options would let a second server take the port too.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
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
  const auto serve = [](const fs::path& root, const std::string& path, const httplib::Request& request,
                        httplib::Response& response) {
    const fs::path file = resolve(root, path);
    if (file.empty()) {
      response.status = 404;
      return response.set_content("not found\n", "text/plain");
    }
    send_file(file, request, response);
  };
  server.Get(R"(/models/([^/]+))", [this, serve](const httplib::Request& request, httplib::Response& response) {
    serve(state_->store.folder(), request.matches[1].str(), request, response);
  });
  server.Get(R"(/.*)", [this, serve](const httplib::Request& request, httplib::Response& response) {
    serve(state_->options.web_folder, request.path, request, response);
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
void WebServer::stop() {
  // httplib forgets a stop that comes before it listens.
  while (!state_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  state_->server.stop();
}

}  // namespace wick
