// Any texts as the messages and options of wick.h, with a tiny model: an answer, or an error that says why. And as a
// mask, which has pixels and outlines or is refused.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "models/tiny_model.h"
#include "wasm/wick.h"

namespace {

wick_chat* make_chat() {
  static const wick::test::TemporaryFolder folder;
  const std::string path = folder / "tiny.gguf";
  wick::test::tiny_model().write(path);
  static const wick::SourcePtr file = wick::open_file(path);
  wick_source source{"tiny.gguf", file->size(),
                     [](void*, uint64_t offset, void* into, uint32_t count) -> int32_t {
                       file->read(offset, {static_cast<std::byte*>(into), count});
                       return 0;
                     },
                     nullptr};
  static wick_engine* const engine = wick_engine_new(1);
  wick_loader* loader = wick_load_begin(engine, &source, 1, 0);
  double progress[2];
  while (wick_load_step(loader, progress) == 1) {
  }
  wick_chat* chat = wick_chat_new(loader, 128);
  wick_load_free(loader);
  if (!chat) std::abort();
  return chat;
}

void check_error() {
  if (std::strlen(wick_error_message()) == 0) std::abort();
}

void try_mask(const char* rle) {
  constexpr uint32_t kRoom = 1 << 16;
  static std::uint8_t pixels[kRoom];
  if (wick_mask_pixels(rle, 0, 1, pixels, kRoom) == WICK_ERROR) return check_error();
  for (const char* format : {"svg", "polygons"}) {
    for (const double tolerance : {0.5, 3.5}) {
      if (wick_mask_text(rle, format, tolerance) == WICK_ERROR) std::abort();
    }
  }
  if (wick_mask_paint(rle, R"({"places": [[1, 1], [9, 4]], "radius": 2.5})", 1) == WICK_ERROR) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static wick_chat* const chat = make_chat();
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = input.find('\0');  // messages, then options
  const std::string messages = input.substr(0, zero);
  const std::string options = zero == std::string::npos ? "{\"max_tokens\": 2}" : input.substr(zero + 1);
  try_mask(messages.c_str());
  wick_chat_count(chat, messages.c_str());
  if (wick_chat_reply(chat, messages.c_str(), options.c_str()) == WICK_ERROR) {
    check_error();
    return 0;
  }
  wick_step step;
  for (int i = 0; i < 8 && wick_chat_step(chat, &step) != WICK_DONE; ++i) wick_chat_token(chat);
  wick_chat_cancel(chat);
  return 0;
}
