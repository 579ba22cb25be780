// Any text as a catalogue: entries, or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "models/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const wick::CatalogEntry& entry : wick::parse_catalog({reinterpret_cast<const char*>(data), size})) {
      for (const wick::CatalogFile& file : entry.files) {  // a name that would leave the model folder
        if (file.name.empty() || file.name.find('/') != std::string::npos || file.name == "..") std::abort();
      }
    }
  } catch (const wick::Error&) {
  }
  return 0;
}
