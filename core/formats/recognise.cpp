#include "core/formats/recognise.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "core/error.h"
#include "core/formats/ctranslate2.h"
#include "core/formats/ggml.h"
#include "core/formats/llama2c.h"
#include "core/formats/onnx.h"
#include "core/formats/pytorch.h"
#include "core/formats/safetensors.h"

namespace wick {
namespace {

using std::string_view_literals::operator""sv;

/// The start of a kind of file that people take for a model, or get instead of one.
struct Lookalike {
  std::string_view start;
  const char* what;
};
constexpr Lookalike kLookalikes[] = {
    {"version https://git-lfs"sv, "a Git LFS pointer, not the file it points to (fetch it with `git lfs pull`)"},
    {"\x80\2"sv, "a bare Python pickle, as PyTorch wrote before version 1.6"},
    {"\x80\3"sv, "a bare Python pickle, as PyTorch wrote before version 1.6"},
    {"\x80\4"sv, "a bare Python pickle, as PyTorch wrote before version 1.6"},
    {"\x80\5"sv, "a bare Python pickle, as PyTorch wrote before version 1.6"},
    {"fmgg"sv, "a GGML file from before GGUF"},
    {"tjgg"sv, "a GGML file from before GGUF"},
    {"algg"sv, "a GGML adapter from before GGUF"},
    {"24ka"sv, "a llama2.c file of version 1 or 2 (export it as version 0)"},
    {"\x89PNG"sv, "a PNG picture"},
    {"\xff\xd8\xff"sv, "a JPEG picture"},
    {"GIF8"sv, "a GIF picture"},
    {"RIFF"sv, "a WAV, AVI or WebP file"},
    {"%PDF"sv, "a PDF document"},
    {"\x1f\x8b"sv, "a gzip archive"},
    {"7z\xbc\xaf"sv, "a 7z archive"},
    {"\x28\xb5\x2f\xfd"sv, "a Zstandard archive"},
    {"\x93NUMPY"sv, "a NumPy array"},
    {"\x89HDF"sv, "an HDF5 file, as Keras weights are"},
    {"\x7f"
     "ELF"sv,
     "a program"},
    {"\0asm"sv, "a WebAssembly module"},
};

bool looks_like_html(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string_view start =
      std::string_view(lower).substr(std::min(lower.find_first_not_of(" \t\r\n"), lower.size()));
  return start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head") ||
         start.starts_with("<?xml");
}

bool is_text(std::string_view start) {
  return std::none_of(start.begin(), start.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
}

bool is_json(std::string_view start) {
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && start[first] == '{' && is_text(start);
}

}  // namespace

const char* looks_like(std::string_view start) {
  for (const Lookalike& kind : kLookalikes) {
    if (start.starts_with(kind.start)) return kind.what;
  }
  if (start.size() >= 8 && start.substr(4, 4) == "TFL3") return "a TensorFlow Lite model";
  if (looks_like_html(start)) return "a web page, perhaps a download's error message";
  if (std::all_of(start.begin(), start.end(), [](char c) { return c == 0; })) {
    return "a file that was never filled: it starts with zeros";
  }
  return is_text(start) ? "a text file" : "something unknown";
}

FileFormat recognise(const ByteSource& source) {
  if (source.size() == 0) throw Error("{}: the file is empty", source.name());
  char bytes[64];
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(sizeof bytes, source.size()));
  source.read(0, std::as_writable_bytes(std::span(bytes).first(size)));
  const std::string_view start(bytes, size);

  if (start.starts_with("GGUF")) return FileFormat::gguf;
  if (is_safetensors(start)) return FileFormat::safetensors;
  if (is_json(start)) return FileFormat::safetensors_index;
  if (is_ctranslate2(start)) return FileFormat::ctranslate2;
  if (start.starts_with(kGgmlMagic)) return FileFormat::ggml;
  if (is_llama2c(start)) return FileFormat::llama2c;
  if (is_onnx(start)) return FileFormat::onnx;
  if (is_zip(start)) return FileFormat::pytorch;
  throw Error("{}: looks like {}; expected a GGUF, safetensors, CTranslate2, ggml, llama2.c, ONNX or PyTorch model",
              source.name(), looks_like(start));
}

}  // namespace wick
