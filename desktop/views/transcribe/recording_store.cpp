#include "views/transcribe/recording_store.h"

#include <filesystem>

#include "views/search.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRemoved = ".removed";  // a sound that is only kept for restore()

}  // namespace

RecordingStore::RecordingStore(std::string folder) : folder_(folder), files_(std::move(folder), "recording") {
  std::error_code ignored;
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().extension() == kRemoved) left.push_back(entry.path());
  for (const fs::path& path : left) fs::remove(path, ignored);
}

std::vector<RecordingHead> RecordingStore::heads() {
  return heads_.read(files_, [this](const std::string& id) {
    std::string text = recording_line_only(files_.read_line(id));
    if (text.empty()) text = files_.read(id);
    RecordingHead head = head_from_json(text, files_.file_of(id));
    head.id = id;
    return head;
  });
}

Recording RecordingStore::load(const std::string& id) const {
  Recording recording = recording_from_json(files_.read(id), files_.file_of(id));
  recording.id = id;
  return recording;
}

void RecordingStore::save(const Recording& recording) {
  files_.write(recording.id, recording_file(recording));
  files_.forget_removed(recording.id);
  heads_.forget(recording.id);
}

void RecordingStore::remove(const std::string& id) {
  if (!files_.remove(id)) return;
  heads_.forget(id);
  std::error_code none;
  fs::rename(sound_of(id), sound_of(id) + kRemoved, none);
}

void RecordingStore::restore(const std::string& id) {
  std::error_code none;
  fs::rename(sound_of(id) + kRemoved, sound_of(id), none);
  if (files_.restore(id)) heads_.forget(id);
}

std::vector<const RecordingHead*> search_heads(const std::vector<RecordingHead>& heads, std::string_view query) {
  return with_all_words(heads, query, &RecordingHead::search);
}

}  // namespace wick::views
