#include "views/file_kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/byte_source.h"
#include "core/error.h"
#include "core/formats/recognise.h"

namespace wick::views {
namespace {

using std::string_view_literals::operator""sv;

struct Start {
  std::string_view bytes;
  FileKind kind;
  std::string_view at_8 = {};  // further on, where the first bytes are shared by several kinds
};
constexpr std::array kStarts = {
    Start{"\xFF\xD8\xFF"sv, FileKind::picture}, Start{"\x89PNG"sv, FileKind::picture},
    Start{"GIF8"sv, FileKind::picture},         Start{"BM"sv, FileKind::picture},
    Start{"II*\0"sv, FileKind::picture},        Start{"MM\0*"sv, FileKind::picture},
    Start{"RIFF"sv, FileKind::picture, "WEBP"}, Start{"RIFF"sv, FileKind::recording, "WAVE"},
    Start{"RIFX"sv, FileKind::recording},       Start{"RF64"sv, FileKind::recording},
    Start{"fLaC"sv, FileKind::recording},       Start{"OggS"sv, FileKind::recording},
    Start{"ID3"sv, FileKind::recording},        Start{"FORM"sv, FileKind::recording, "AIF"},
    Start{"caff"sv, FileKind::recording},       Start{".snd"sv, FileKind::recording},
};

/// Names whose files are told what is wrong with them by those who read that kind.
struct Ending {
  std::string_view ending;
  FileKind kind;
};
constexpr std::array kEndings = {
    Ending{".jpg", FileKind::picture},      Ending{".jpeg", FileKind::picture},
    Ending{".png", FileKind::picture},      Ending{".webp", FileKind::picture},
    Ending{".gif", FileKind::picture},      Ending{".bmp", FileKind::picture},
    Ending{".heic", FileKind::picture},     Ending{".avif", FileKind::picture},
    Ending{".wav", FileKind::recording},    Ending{".flac", FileKind::recording},
    Ending{".mp3", FileKind::recording},    Ending{".ogg", FileKind::recording},
    Ending{".opus", FileKind::recording},   Ending{".aiff", FileKind::recording},
    Ending{".aif", FileKind::recording},    Ending{".caf", FileKind::recording},
    Ending{".au", FileKind::recording},     Ending{".m4a", FileKind::recording},
    Ending{".gguf", FileKind::model},       Ending{".safetensors", FileKind::model},
    Ending{".index.json", FileKind::model}, Ending{".bin", FileKind::model},
    Ending{".onnx", FileKind::model},       Ending{".pt", FileKind::model},
    Ending{".pth", FileKind::model},        Ending{".json", FileKind::conversation},
};

FileKind kind_by_start(std::string_view start) {
  for (const Start& known : kStarts)
    if (start.starts_with(known.bytes) && start.substr(std::min<std::size_t>(8, start.size())).starts_with(known.at_8))
      return known.kind;
  // A frame of MPEG sound, layer 2 or 3, which "\xFF\xFE" of a text in UTF-16 is not.
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(start[i]); };
  const bool frame = start.size() > 8 && byte(0) == 0xFF && (byte(1) & 0xE0) == 0xE0;
  return frame && ((byte(1) & 6) == 2 || (byte(1) & 6) == 4) ? FileKind::recording : FileKind::none;
}

/// A folder with recordings, and no model's files among them.
bool holds_recordings(const std::string& folder) {
  std::error_code failed;
  bool recordings = false;
  for (auto entry = std::filesystem::directory_iterator(folder, failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    const FileKind kind = kind_by_name(entry->path().filename().string());
    if (kind == FileKind::model || entry->path().filename() == "config.json") return false;
    recordings |= kind == FileKind::recording;
  }
  return recordings;
}

bool is_model(const ByteSource& source) {
  try {
    recognise(source);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

FileKind kind_by_name(std::string name) {
  for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (const Ending& known : kEndings)
    if (name.ends_with(known.ending)) return known.kind;
  return FileKind::none;
}

std::vector<std::string> patterns_of(FileKind kind) {
  std::vector<std::string> patterns;
  for (const Ending& known : kEndings)
    if (known.kind == kind) patterns.push_back("*" + std::string(known.ending));
  return patterns;
}

FileKind kind_of_file(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    return holds_recordings(path) ? FileKind::recording : FileKind::model;
  }
  const SourcePtr source = open_file(path);
  if (source->size() == 0) throw Error("{}: the file is empty", path);
  std::array<char, 64> bytes{};
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), source->size()));
  source->read(0, std::as_writable_bytes(std::span(bytes).first(size)));
  const std::string_view start(bytes.data(), size);
  if (const FileKind kind = kind_by_start(start); kind != FileKind::none) return kind;
  if (const FileKind kind = kind_by_name(path); kind != FileKind::none) return kind;
  if (is_model(*source)) return FileKind::model;
  throw Error("{}: looks like {}; expected a picture, a recording, a model or a conversation that was saved as JSON",
              path, looks_like(start));
}

}  // namespace wick::views
