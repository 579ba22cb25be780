#pragma once
// A model that is loaded through wick.h.
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "wasm/wick.h"

namespace wick::test {

/// Files of a folder, given to the loader in this order, and what was loaded of them.
struct Session {
  std::vector<SourcePtr> files;
  wick_engine* engine = wick_engine_new(0);
  wick_loader* loader = nullptr;

  Session(const std::string& folder, const std::vector<std::string>& names, int32_t precise = 0) {
    std::vector<wick_source> sources;
    for (const std::string& name : names) files.push_back(open_file(folder + "/" + name));
    for (std::size_t i = 0; i < names.size(); ++i) {
      sources.push_back({names[i].c_str(), files[i]->size(),
                         [](void* user, uint64_t offset, void* into, uint32_t count) -> int32_t {
                           static_cast<const ByteSource*>(user)->read(offset, {static_cast<std::byte*>(into), count});
                           return 0;
                         },
                         const_cast<ByteSource*>(files[i].get())});
    }
    loader = wick_load_begin(engine, sources.data(), static_cast<uint32_t>(sources.size()), precise);
    while (loader && wick_load_step(loader, nullptr) == 1) {
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    wick_load_free(loader);
    wick_engine_free(engine);
  }
};

}  // namespace wick::test
