// `wick`: the engine at a terminal. Results go to standard output, progress and diagnostics to standard error.
// Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
#include <fmt/format.h>

#include <cstdio>
#include <new>

#include "command.h"
#include "core/error.h"
#include "interrupt.h"

int main(int argc, char** argv) {
  using namespace wick::cli;
  CLI::App app{"Chat, transcribe and segment on your own machine.", "wick"};
  app.set_version_flag("--version", WICK_VERSION);
  app.require_subcommand(1);
  app.fallthrough(false);
  add_run(app);
  add_chat(app);
  add_evaluate(app);
  add_info(app);
  add_models(app);
  add_bench(app);
  add_serve(app);
  add_transcribe(app);
  add_segment(app);
  try {
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw wick::Error(wick::ErrorKind::io, "standard output cannot be written");
    return 0;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const Interrupted& e) {
    print_error(e);
    return 130;  // as a shell says it: 128 and the signal's number
  } catch (const wick::Error& e) {
    print_error(e);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "wick: not enough memory\n");
  } catch (const std::exception& e) {
    print_error(e);
  }
  return 1;
}
