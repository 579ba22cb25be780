// `wick serve`: the pages on this machine.
#include <fmt/format.h>

#include <csignal>
#include <thread>

#include "command.h"
#include "server/server.h"

namespace wick::cli {
namespace {

void serve(const ServerOptions& options) {
  // The server's threads inherit the mask, so that one thread alone takes the signals, outside of any handler.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  WebServer server(options);
  std::thread([&server, ends] {
    int signal = 0;
    sigwait(&ends, &signal);
    server.stop();
  }).detach();
  const std::string name = options.host == "127.0.0.1" ? "localhost" : options.host;
  fmt::print(stderr, "Wick is at http://{}:{}\n", name, server.port());
  server.run();
}

}  // namespace

void add_serve(CLI::App& app) {
  auto options = std::make_shared<ServerOptions>();
  options->web_folder = WICK_WEB_DIR;
  CLI::App* command = app.add_subcommand("serve", "Serve the web pages and the model folder");
  command->add_option("--port", options->port, "Port; 0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--host", options->host, "Address to listen on")->capture_default_str();
  command->add_option("--web", options->web_folder, "Folder of the built pages")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("--models", options->models_folder, "Folder of models (default: the cache folder)")
      ->check(CLI::ExistingDirectory);
  command->callback([options] { serve(*options); });
}

}  // namespace wick::cli
