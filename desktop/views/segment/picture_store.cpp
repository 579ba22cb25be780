#include "views/segment/picture_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <tuple>

#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "image/mask_files.h"
#include "image/png_writer.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 30, kMostLine = 4096;
constexpr std::string_view kRemoved = "removed-";
constexpr std::array<std::string_view, 4> kEndings = {".json", ".picture", ".embedding", ".png"};

void copy(const ByteSource& bytes, AtomicFile& file) {
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < bytes.size(); at += buffer.size()) {
    const auto part =
        std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes.size() - at)));
    bytes.read(at, part);
    file.write(part);
  }
}

}  // namespace

std::string PictureStore::path(const std::string& id, std::string_view ending) const {
  if (id.empty() || id.front() == '.' || id.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
    throw Error("'{}' cannot be a picture's file name", id);
  }
  return fmt::format("{}/{}{}", folder_, id, ending);
}

void PictureStore::make_folder() const {
  std::error_code failed;
  if (fs::create_directories(folder_, failed)) fs::permissions(folder_, fs::perms::owner_all, failed);
  if (failed) {
    throw Error(ErrorKind::io, fmt::format("{}: cannot make the folder: {}", folder_, failed.message()));
  }
}

std::vector<PictureHead> PictureStore::heads() const {
  std::vector<PictureHead> heads;
  std::error_code missing;
  for (auto entry = fs::directory_iterator(folder_, missing); entry != fs::directory_iterator();
       entry.increment(missing)) {
    const fs::path& file = entry->path();
    const std::string id = file.stem().string();
    if (file.extension() != ".json" || id.starts_with('.') || id.starts_with(kRemoved)) continue;
    std::ifstream text(file, std::ios::binary);
    std::string line;
    std::getline(text, line);
    try {
      heads.push_back(parse_head(line, file.string()));
      heads.back().id = id;
    } catch (const Error&) {  // stays as it is
    }
  }
  std::ranges::sort(heads, std::ranges::greater(),
                    [](const PictureHead& head) { return std::tie(head.updated, head.id); });
  return heads;
}

std::optional<PictureRecord> PictureStore::load(const std::string& id) const {
  const std::string file = path(id, ".json");
  std::error_code missing;
  if (!fs::exists(file, missing)) return std::nullopt;
  PictureRecord record = parse_record(read_text(*open_file(file), kMostRecordBytes), file);
  record.id = id;
  return record;
}

void PictureStore::save(const PictureRecord& record) const {
  make_folder();
  write_text(path(record.id, ".json"), record_file(record));
}

void PictureStore::keep(const OpenPicture& picture, const ByteSource& bytes) const {
  make_folder();
  write_png(path(picture.id, ".png"), thumbnail_of(picture, kThumbnailSide));
  std::error_code missing;
  const std::string file = path(picture.id, ".picture");
  if (bytes.size() > kMostFileBytes || fs::exists(file, missing)) return;
  AtomicFile copied(file);
  copy(bytes, copied);
  copied.commit();
}

SourcePtr PictureStore::open(const PictureRecord& record) const {
  const std::string kept = path(record.id, ".picture");
  std::error_code missing;
  if (fs::exists(kept, missing)) return open_file(kept);
  if (!record.source.empty() && fs::exists(record.source, missing)) return open_file(record.source);
  throw Error(ErrorKind::io, fmt::format("{}: the picture's file is gone{}", record.title,
                                         record.source.empty() ? "" : ": it was " + record.source));
}

void PictureStore::keep_embedding(const std::string& id, const std::string& model, const Tensor& embedding) const {
  make_folder();
  Json shape = Json::array();
  for (int d = 0; d < embedding.shape().rank(); ++d) shape.push_back(embedding.shape()[d]);
  const std::string head =
      Json{{"model", model}, {"shape", shape}}.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  const std::vector<float> values = embedding.to_vector<float>();
  AtomicFile file(path(id, ".embedding"));
  file.write(std::as_bytes(std::span(head)));
  file.write(std::as_bytes(std::span(values)));
  file.commit();
}

Tensor PictureStore::embedding(const std::string& id, const std::string& model, const Device& device) const {
  std::ifstream file(path(id, ".embedding"), std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || line.size() > kMostLine) return {};
  const Json head = Json::parse(line, nullptr, false);
  if (!head.is_object() || !head.contains("model") || head["model"] != model) return {};
  const Json shape = head.value("shape", Json::array());
  if (!shape.is_array() || shape.size() != 3) return {};
  std::array<Index, 3> sides{};
  for (std::size_t d = 0; d < 3; ++d) {
    if (!shape[d].is_number_unsigned() || shape[d] < 1 || shape[d] > 1024) return {};
    sides[d] = shape[d].get<Index>();
  }
  std::vector<float> values(static_cast<std::size_t>(sides[0] * sides[1] * sides[2]));
  const auto bytes = static_cast<std::streamsize>(values.size() * sizeof(float));
  if (!file.read(reinterpret_cast<char*>(values.data()), bytes)) return {};
  return Tensor::copy_of<float>(values, {sides[0], sides[1], sides[2]}, device);
}

void PictureStore::rename_all(const std::string& from, const std::string& to) const {
  for (const std::string_view ending : kEndings) {
    std::error_code failed;
    const std::string old = path(from, ending);
    if (!fs::exists(old, failed)) continue;
    fs::rename(old, path(to, ending), failed);
    if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot be removed: {}", old, failed.message()));
  }
}

void PictureStore::remove(const std::string& id) const { rename_all(id, std::string(kRemoved) + id); }
void PictureStore::restore(const std::string& id) const { rename_all(std::string(kRemoved) + id, id); }

void PictureStore::purge() const {
  std::error_code missing;
  std::vector<fs::path> removed;
  for (auto entry = fs::directory_iterator(folder_, missing); entry != fs::directory_iterator();
       entry.increment(missing)) {
    if (entry->path().filename().string().starts_with(kRemoved)) removed.push_back(entry->path());
  }
  for (const fs::path& file : removed) fs::remove(file, missing);
}

}  // namespace wick::views
