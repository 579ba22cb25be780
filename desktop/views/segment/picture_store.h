#pragma once
// The folder that keeps the pictures, and what was found in them.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "views/segment/picture_file.h"
#include "views/segment/scene.h"

namespace wick::views {

/// A picture and what was found in it.
struct PictureRecord {
  std::string id, title;
  double updated = 0;  // ms since 1970
  ImageSize size;
  double read_ms = 0;  // how long the model took to read it; 0 before it has
  std::string source;  // the path of a file that is too large to be kept as well
  Scene scene;
};

/// What a list shows.
struct PictureHead {
  std::string id, title;
  double updated = 0;
  std::size_t things = 0;  // with a mask
};
PictureHead head_of(const PictureRecord& record);

/// The file that keeps a record: a line that a list reads, then the things.
std::string record_file(const PictureRecord& record);
/// Reads what record_file wrote. Throws Error, naming `source`, for anything else.
PictureRecord parse_record(std::string_view text, std::string_view source);
/// The first line alone.
PictureHead parse_head(std::string_view line, std::string_view source);

/// For each picture ID.json, its file ID.picture, what a model made of it ID.embedding, and a small copy ID.png. Files
/// are replaced as a whole: whenever the program is killed, the old one or the new one is there. All of it throws Error
/// (io) naming the file. Of one thread.
class PictureStore {
 public:
  /// The folder is made with the first picture; nobody but its owner may look into it.
  explicit PictureStore(std::string folder) : folder_(std::move(folder)) {}

  /// Newest first. What is no record is left out.
  std::vector<PictureHead> heads() const;
  /// Nothing where there is none.
  std::optional<PictureRecord> load(const std::string& id) const;
  void save(const PictureRecord& record) const;
  /// Keeps a picture's bytes, unless they are more than kMostFileBytes, and its small copy.
  void keep(const OpenPicture& picture, const ByteSource& bytes) const;
  /// The kept picture, or the place that it was read from. Throws Error if neither is there.
  SourcePtr open(const PictureRecord& record) const;
  std::string thumbnail_path(const std::string& id) const { return path(id, ".png"); }

  void keep_embedding(const std::string& id, const std::string& model, const Tensor& embedding) const;
  /// What that model made of the picture; an undefined one where that is not known.
  Tensor embedding(const std::string& id, const std::string& model, const Device& device) const;

  /// Takes a picture out of the list; restore() brings it back until purge().
  void remove(const std::string& id) const;
  void restore(const std::string& id) const;
  /// Deletes what was removed.
  void purge() const;

  static constexpr std::uint64_t kMostFileBytes = 100'000'000;

 private:
  std::string path(const std::string& id, std::string_view ending) const;
  void make_folder() const;
  void rename_all(const std::string& from, const std::string& to) const;

  std::string folder_;
};

}  // namespace wick::views
