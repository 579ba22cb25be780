#pragma once
// The local web server: the pages, and the models of this machine for them.
#include <functional>
#include <memory>
#include <string>

#include "fetch/store.h"

namespace wick {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;  // 0: any free one
  std::string web_folder;
  std::string models_folder;
};

/// Serves `web_folder` at / and the model folder at /models/ (index.json lists it, catalog.json is the catalogue), with
/// the headers that make pages cross-origin isolated and with byte ranges. Reads in place: no file is held in memory.
class WebServer {
 public:
  /// Binds the address. Throws Error if the folder has no index.html or the port is taken.
  explicit WebServer(ServerOptions options);
  ~WebServer();

  int port() const;
  /// Serves until `stop`, which another thread calls; it waits for a server that is about to run.
  void run();
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wick
