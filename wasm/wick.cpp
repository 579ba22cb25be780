// Of wick.h: errors, texts, engines.
#include "wasm/wick.h"

#include <algorithm>
#include <cstring>

#include "wasm/handles.h"

namespace wick::host {
namespace {

// One thread calls, so the last error and the last text are the process's.
std::string last_text;
std::string last_error;
ErrorKind last_kind = ErrorKind::input;

}  // namespace

void keep_error() {
  try {
    throw;
  } catch (const Error& e) {
    last_kind = e.kind();
    last_error = e.what();
  } catch (const std::bad_alloc&) {
    last_kind = ErrorKind::memory;
    last_error = "not enough memory";
  } catch (const std::exception& e) {
    last_kind = ErrorKind::input;
    last_error = e.what();
  }
}

int32_t give_text(std::string text) {
  last_text = std::move(text);
  return static_cast<int32_t>(last_text.size());
}

int32_t give_json(const Json& json) { return give_text(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

Json parse(const char* text, const char* what) {
  Json json = Json::parse(text ? text : "", nullptr, false);
  if (json.is_discarded()) throw Error("{}: not valid JSON", what);
  return json;
}

}  // namespace wick::host

using namespace wick::host;

extern "C" {

int32_t wick_error_kind(void) { return static_cast<int32_t>(last_kind); }
const char* wick_error_message(void) { return last_error.c_str(); }

int32_t wick_text(char* buffer, int32_t size) {
  const std::size_t count = std::min(last_text.size(), static_cast<std::size_t>(buffer ? std::max(size, 0) : 0));
  if (count > 0) std::memcpy(buffer, last_text.data(), count);
  return static_cast<int32_t>(count);
}

wick_engine* wick_engine_new(int32_t threads) {
  return guarded<wick_engine*>(nullptr, [&] { return new wick_engine{wick::Device::cpu(threads)}; });
}

void wick_engine_free(wick_engine* engine) { delete engine; }

int32_t wick_engine_info(wick_engine* engine) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::Device& device = given(engine, "engine").device;
    return give_json({{"version", WICK_VERSION},
                      {"device", device.describe()},
                      {"threads", device.threads()},
                      {"memory_bytes", device.bytes_in_use()}});
  });
}

void wick_engine_trim(wick_engine* engine) {
  if (engine) engine->device.trim();
}

}  // extern "C"
