#include "views/chat/conversation_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <tuple>
#include <utility>

#include "core/byte_source.h"
#include "core/error.h"
#include "core/formats/atomic_file.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
constexpr std::string_view kExtension = ".json";

std::string read_file(const std::string& path) { return read_text(*open_file(path), kMostBytes); }

/// What a head is made of: the first line where the notes on tokens stand behind it, else the whole file.
std::string read_without_notes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  std::string head = first_line_only(line);
  return head.empty() ? read_file(path) : head;
}

/// With parents; only its owner may look into a folder that was not there.
void make_folder(const std::string& folder) {
  std::error_code failed;
  if (fs::create_directories(folder, failed)) {
    fs::permissions(folder, fs::perms::owner_all, failed);
  }
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot make the folder: {}", folder, failed.message()));
}

}  // namespace

ConversationStore::ConversationStore(std::string folder) : folder_(std::move(folder)) {}

std::string ConversationStore::file_of(const std::string& id) const {
  if (id.empty() || id.front() == '.' || id.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
    throw Error("'{}' cannot be a conversation's file name", id);
  }
  return fmt::format("{}/{}{}", folder_, id, kExtension);
}

ConversationStore::Known ConversationStore::look_at(const std::string& id, Stamp stamp) const {
  try {
    ConversationHead head = head_of(conversation_from_json(read_without_notes(file_of(id)), file_of(id)));
    head.id = id;
    return {stamp, std::move(head), ""};
  } catch (const Error& problem) {
    return {stamp, std::nullopt, problem.what()};
  }
}

std::vector<ConversationHead> ConversationStore::heads() const {
  std::map<std::string, Known> now;
  std::error_code missing;
  for (auto entry = fs::directory_iterator(folder_, missing); entry != fs::directory_iterator();
       entry.increment(missing)) {
    std::error_code gone;
    const std::string id = entry->path().stem().string();
    if (entry->path().extension() != kExtension || id.starts_with('.') || !entry->is_regular_file(gone)) continue;
    const Stamp stamp{entry->last_write_time(gone).time_since_epoch().count(), entry->file_size(gone)};
    const auto known = known_.find(id);
    const bool same = known != known_.end() && known->second.stamp == stamp;
    now.emplace(id, same ? std::move(known->second) : look_at(id, stamp));
  }
  known_ = std::move(now);

  problems_.clear();
  std::vector<ConversationHead> heads;
  for (const auto& [id, known] : known_) {
    if (known.head)
      heads.push_back(*known.head);
    else
      problems_.push_back(known.problem);
  }
  std::ranges::sort(heads, std::ranges::greater(),
                    [](const ConversationHead& head) { return std::tie(head.updated, head.id); });
  return heads;
}

Conversation ConversationStore::load(const std::string& id) const {
  const std::string path = file_of(id);
  Conversation conversation = conversation_from_json(read_file(path), path);
  conversation.id = id;
  return conversation;
}

void ConversationStore::write(const std::string& id, std::string_view text) const {
  const std::string path = file_of(id);
  try {
    make_folder(folder_);
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
  } catch (const Error& failed) {
    throw Error(ErrorKind::io, fmt::format("{}. The conversation stays in this window: free space or allow writing "
                                           "there and try again, or export it to another place.",
                                           failed.what()));
  }
  known_.erase(id);  // its time may be the same: a file system's clock is slow
}

void ConversationStore::save(const Conversation& conversation) {
  write(conversation.id, conversation_file(conversation));
  removed_.erase(conversation.id);
}

void ConversationStore::remove(const std::string& id) {
  const std::string path = file_of(id);
  std::error_code failed;
  if (!fs::exists(path, failed)) return;
  std::string text = read_file(path);
  fs::remove(path, failed);
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot be removed: {}", path, failed.message()));
  removed_[id] = std::move(text);
  known_.erase(id);
}

void ConversationStore::restore(const std::string& id) {
  const auto removed = removed_.find(id);
  if (removed == removed_.end()) return;
  write(id, removed->second);
  removed_.erase(removed);
}

}  // namespace wick::views
