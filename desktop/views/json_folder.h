#pragma once
// A folder that keeps things as JSON files, one each.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/error.h"

namespace wick::views {

/// A thing's id is its file's name without ".json". A file is replaced as a whole: whenever the program is killed, the
/// old one or the new one is there. All of it throws Error (io) naming the file and what to do. Of one thread.
class JsonFolder {
 public:
  /// The folder is made with the first file; nobody but its owner may look into it. `thing`: what a file holds, in a
  /// word: "conversation".
  JsonFolder(std::string folder, std::string thing) : folder_(std::move(folder)), thing_(std::move(thing)) {}

  /// Throws Error for an id that is no file name.
  std::string file_of(const std::string& id, std::string_view extension = ".json") const;

  /// What a file was like when it was looked at.
  struct Stamp {
    std::int64_t changed;  // the file system's clock
    std::uintmax_t bytes;
    bool operator==(const Stamp&) const = default;
  };
  std::map<std::string, Stamp> files() const;  // by id

  std::string read(const std::string& id) const;
  /// Up to the first line's end; of what was written so that a list need not read all of it.
  std::string read_line(const std::string& id) const;
  void write(const std::string& id, std::string_view text) const;
  /// False if there is none.
  bool remove(const std::string& id);
  /// Undoes remove() as long as this lives; false for what was not removed.
  bool restore(const std::string& id);
  /// It is not to come back: another is there under its id.
  void forget_removed(const std::string& id) { removed_.erase(id); }

 private:
  std::string folder_, thing_;
  std::map<std::string, std::string> removed_;  // by id: the file
};

/// What a list shows of each file, read again only of those that have changed.
template <class Head>
class JsonHeads {
 public:
  /// Newest first, by Head::updated. `head_of` makes one from an id, and throws Error where the file is none.
  std::vector<Head> read(const JsonFolder& folder, const std::function<Head(const std::string& id)>& head_of) {
    std::map<std::string, Known> now;
    for (const auto& [id, stamp] : folder.files()) {
      const auto known = known_.find(id);
      const bool same = known != known_.end() && known->second.stamp == stamp;
      now.emplace(id, same ? std::move(known->second) : look_at(id, stamp, head_of));
    }
    known_ = std::move(now);
    problems_.clear();
    std::vector<Head> heads;
    for (const auto& [id, known] : known_) {
      if (known.head)
        heads.push_back(*known.head);
      else
        problems_.push_back(known.problem);
    }
    std::ranges::sort(heads, std::ranges::greater(), [](const Head& head) { return std::tie(head.updated, head.id); });
    return heads;
  }
  /// A sentence for each file that is none. They stay as they are.
  const std::vector<std::string>& problems() const { return problems_; }
  /// The file was written: its time may be the same, as a file system's clock is slow.
  void forget(const std::string& id) { known_.erase(id); }

 private:
  struct Known {
    JsonFolder::Stamp stamp;
    std::optional<Head> head;
    std::string problem;  // where there is no head
  };
  static Known look_at(const std::string& id, JsonFolder::Stamp stamp,
                       const std::function<Head(const std::string&)>& head_of) {
    try {
      return {stamp, head_of(id), ""};
    } catch (const Error& problem) {
      return {stamp, std::nullopt, problem.what()};
    }
  }

  std::map<std::string, Known> known_;  // by id
  std::vector<std::string> problems_;
};

}  // namespace wick::views
