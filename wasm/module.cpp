// What the WebAssembly module adds to wick.h: files of the page. The worker keeps them under numbers and gives the
// module a function Module.readFile, by which the engine reads them in place, some megabytes at a time.
#include <emscripten.h>

#include <cstdint>

#include "wasm/wick.h"

// 64-bit offsets travel as doubles, exact up to 2^53.
EM_JS(int32_t, wick_host_read, (int32_t file, double offset, uint8_t* into, uint32_t count),
      { return Module.readFile(file, offset, into, count); });

extern "C" {

/// As wick_load_begin, for file number `file` of the page.
WICK_API wick_loader* wick_load_begin_file(wick_engine* engine, int32_t file, const char* name, double size,
                                           int32_t precise) {
  const wick_source source{name, static_cast<uint64_t>(size),
                           [](void* user, uint64_t offset, void* into, uint32_t count) {
                             const auto number = static_cast<int32_t>(reinterpret_cast<intptr_t>(user));
                             return wick_host_read(number, static_cast<double>(offset), static_cast<uint8_t*>(into),
                                                   count);
                           },
                           reinterpret_cast<void*>(static_cast<intptr_t>(file))};
  return wick_load_begin(engine, &source, precise);
}

}  // extern "C"
