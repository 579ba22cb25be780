#pragma once
// A mask where it lies in its picture, small.
#include <deque>
#include <memory>

#include "core/image/compose.h"
#include "views/segment/picture_file.h"
#include "views/segment/scene.h"
#include "views/worker.h"

namespace wick::views {

/// The part of a picture, between corners of its pixels, that a frame of that shape shows of a mask: all of it with
/// some room around it, or, where the picture has not enough at two sides, as much as there is.
Box framed(const Box& mask, ImageSize picture, ImageSize frame);

/// RGB of that size: the mask in a colour, with a white edge of `edge` pixels around it.
Image mask_thumbnail(const OpenPicture& picture, const MaskCandidate& mask, Colour colour, ImageSize size, double edge);

/// Such pictures of the masks that show, made on a worker's thread.
class MaskThumbnails {
 public:
  explicit MaskThumbnails(Worker& engine) : engine_(engine) {}

  /// As mask_thumbnail() has it, `colour` a thing's. Until it is made, one of another size, or nullptr.
  std::shared_ptr<const Image> get(const PicturePtr& picture, const MaskPtr& mask, int colour, ImageSize size,
                                   double edge);

 private:
  static constexpr std::size_t kMost = 24;

  struct Made {
    MaskPtr mask;
    int colour;
    ImageSize size;
    double edge;
    std::shared_ptr<const Image> image;
    bool is(const Made& other) const {
      return mask == other.mask && colour == other.colour && size == other.size && edge == other.edge;
    }
  };

  Worker& engine_;
  std::deque<Made> made_;
};

}  // namespace wick::views
