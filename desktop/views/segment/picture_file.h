#pragma once
// A picture's file on its way to the screen.
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "core/image/image.h"
#include "image/image_file.h"

namespace wick::views {

/// A picture in memory, with what a screen needs of it.
struct OpenPicture {
  std::string id;     // of the file's bytes, so that the same picture is known again
  std::string title;  // the file's name
  /// The picture, then copies that are half as wide and high as the one before, down to what one tile holds.
  std::vector<std::shared_ptr<const Image>> levels;
  std::string broken;  // what is wrong with a part of it, or empty

  ImageSize size() const { return levels.front()->size(); }
  std::size_t bytes() const;
  /// The largest copy of at most `pixels`.
  const Image& at_most(Index pixels) const;
};
using PicturePtr = std::shared_ptr<const OpenPicture>;

/// Half as wide and high, rounded up: each pixel the mean of four.
Image halved(const Image& image);
inline constexpr Index kThumbnailSide = 320;

/// A small copy, on white, whose longer side is at most `side`.
Image thumbnail_of(const OpenPicture& picture, Index side);

/// Reads a picture in steps: its hash, its pixels, each of the copies.
class PictureReader {
 public:
  PictureReader(SourcePtr source, std::string title);

  const std::string& id() const { return picture_->id; }
  /// The next step; false when all is done. `progress`: see read_image. Throws Error for what is no picture that can be
  /// read.
  bool step(const ImageProgress& progress = {});
  PicturePtr finish() { return std::move(picture_); }

 private:
  SourcePtr source_;
  std::shared_ptr<OpenPicture> picture_;
};

}  // namespace wick::views
