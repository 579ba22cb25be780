#pragma once
// The folder that keeps the recordings: a JSON file each, beside it the sound of those that a microphone heard.
#include <string>
#include <vector>

#include "views/json_folder.h"
#include "views/transcribe/recording_json.h"

namespace wick::views {

/// As JsonFolder. Of one thread.
class RecordingStore {
 public:
  /// Throws away the sounds that an earlier run removed.
  explicit RecordingStore(std::string folder);

  /// Newest first, read from the first line of each file that has changed.
  std::vector<RecordingHead> heads();
  /// What the last heads() found that is no recording, a sentence for each file. The files stay as they are.
  const std::vector<std::string>& problems() const { return heads_.problems(); }

  Recording load(const std::string& id) const;
  void save(const Recording& recording);
  /// With the sound, if it is in this folder.
  void remove(const std::string& id);
  /// Undoes remove() as long as the store lives.
  void restore(const std::string& id);

  /// Where the sound of a microphone's recording is kept.
  std::string sound_of(const std::string& id) const { return files_.file_of(id, ".wav"); }

 private:
  std::string folder_;
  JsonFolder files_;
  JsonHeads<RecordingHead> heads_;
};

/// Those whose text has every word of the query, upper or lower case; all for a query without words. They point into
/// `heads`.
std::vector<const RecordingHead*> search_heads(const std::vector<RecordingHead>& heads, std::string_view query);

}  // namespace wick::views
