// Catch2's main, also for WebAssembly under Node.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#ifdef __EMSCRIPTEN__
int main(int, char**) __asm__("main");  // Emscripten 3.1.6 does not know Clang 19's name for it
#endif

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
