// What the WebAssembly module adds to wick.h: files of the page. The worker keeps them under numbers and gives the
// module a function Module.readFile, by which the engine reads them in place, some megabytes at a time.
#include <emscripten.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "wasm/wick.h"

// 64-bit offsets travel as doubles, exact up to 2^53.
EM_JS(int32_t, wick_host_read, (int32_t file, double offset, uint8_t* into, uint32_t count),
      { return Module.readFile(file, offset, into, count); });

extern "C" {

/// As wick_load_begin, for files of the page: [{name, size}], which have the numbers 0, 1, ... there.
WICK_API wick_loader* wick_load_begin_files(wick_engine* engine, const char* files_json, int32_t precise) {
  const auto files = nlohmann::json::parse(files_json);  // the worker's own
  std::vector<wick_source> sources;
  for (const auto& file : files) {
    sources.push_back({file.at("name").get_ref<const std::string&>().c_str(), file.at("size").get<uint64_t>(),
                       [](void* user, uint64_t offset, void* into, uint32_t count) {
                         const auto number = static_cast<int32_t>(reinterpret_cast<intptr_t>(user));
                         return wick_host_read(number, static_cast<double>(offset), static_cast<uint8_t*>(into), count);
                       },
                       reinterpret_cast<void*>(static_cast<intptr_t>(sources.size()))});
  }
  return wick_load_begin(engine, sources.data(), static_cast<uint32_t>(sources.size()), precise);
}

}  // extern "C"
