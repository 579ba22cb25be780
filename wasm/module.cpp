// What the WebAssembly module adds to wick.h: files of the page. The worker registers a Blob or an OPFS access handle
// under a number in Module.files, and the engine reads it in place, some megabytes at a time.
#include <emscripten.h>

#include <cstdint>

#include "wasm/wick.h"

// 64-bit offsets travel as doubles, exact up to 2^53.
EM_JS(int32_t, wick_host_read, (int32_t file, double offset, uint8_t* into, uint32_t count), {
  try {
    const source = Module.files[file];
    if (typeof source.read === 'function') {  // FileSystemSyncAccessHandle
      const view = HEAPU8.subarray(into, into + count);
      return source.read(view, {at : offset}) === count ? 0 : -1;
    }
    const bytes = new Uint8Array(Module.reader.readAsArrayBuffer(source.slice(offset, offset + count)));
    if (bytes.length !== count) return -1;
    HEAPU8.set(bytes, into);
    return 0;
  } catch (error) {
    return -1;
  }
});

extern "C" {

/// As wick_load_begin, for file number `file` of the page.
WICK_API wick_loader* wick_load_begin_file(wick_engine* engine, int32_t file, const char* name, double size, int32_t precise) {
  const wick_source source{name, static_cast<uint64_t>(size),
                           [](void* user, uint64_t offset, void* into, uint32_t count) {
                             const auto number = static_cast<int32_t>(reinterpret_cast<intptr_t>(user));
                             return wick_host_read(number, static_cast<double>(offset), static_cast<uint8_t*>(into), count);
                           },
                           reinterpret_cast<void*>(static_cast<intptr_t>(file))};
  return wick_load_begin(engine, &source, precise);
}

}  // extern "C"
