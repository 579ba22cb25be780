#pragma once
// Segment Anything: a picture is embedded once, a stage at a time, then prompts give masks of it.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/image/mask_logits.h"
#include "models/image_encoder.h"
#include "models/mask_decoder.h"
#include "models/model_files.h"

namespace wick {

/// A loaded model.
struct SegmentModel {
  ImageEncoder encoder;
  MaskDecoder decoder;
  Device device;
  std::size_t weight_bytes = 0;
};

/// Loads a model one stage at a time, so that a page or a window can show progress and stop.
class SegmentLoader {
 public:
  /// The encoder's matrices become `quantize`, if it is given. Throws Error for files that are no Segment Anything.
  SegmentLoader(const ModelFiles& files, const Device& device, Precision precision, std::optional<DType> quantize = {});

  std::uint64_t bytes_total() const { return bytes_total_; }
  std::uint64_t bytes_done() const { return tensors_.tensors().bytes_done(); }
  /// Loads the next part; false when all is loaded.
  bool step();
  /// The model, after the last step.
  std::shared_ptr<const SegmentModel> finish();

 private:
  SamTensors tensors_;
  std::uint64_t bytes_total_ = 0;
  ImageEncoderLoader encoder_;
  std::shared_ptr<SegmentModel> model_;
  bool loaded_ = false;
};

/// Coordinates in pixels of the picture: a pixel's middle is at its whole numbers.
struct SegmentPrompt {
  struct Point {
    double x, y;
    bool inside = true;  // else it is to be left out
    bool operator==(const Point&) const = default;
  };
  std::vector<Point> points = {};
  std::optional<Box> box = {};  // corners in any order
  Tensor mask = {};             // logits of an earlier candidate, or undefined
};

inline constexpr std::size_t kMostPoints = 1000;  // of a prompt: the memory that it takes grows with their square

/// Throws Error for a point outside the picture, more than kMostPoints, and a box that has no area or leaves it.
void check_prompt(const SegmentPrompt& prompt, ImageSize picture);

/// A candidate's mask in the picture.
struct SegmentMask {
  Rle rle;
  Index area;  // pixels
  Box box;     // around it
  double iou;  // as the model predicts it, at most 1
  double stability;
};

class Segmenter {
 public:
  explicit Segmenter(std::shared_ptr<const SegmentModel> model) : model_(std::move(model)) {}

  /// Begins with a picture, and forgets the one before. Throws Error for one without pixels.
  void start(const ImageView& picture) { start(picture, {picture.width, picture.height}); }
  /// The same of a smaller copy: prompts and masks are in pixels of the picture itself.
  void start(const ImageView& copy, ImageSize picture);
  /// Continues with a picture whose embedding [side, side, channels] is known.
  void resume(ImageSize picture, const Tensor& embedding);
  /// The next stage of the embedding: some tens of milliseconds. False when it is there.
  bool step();
  /// Of the stages, from 0 to 1.
  double progress() const;
  bool ready() const { return embedded_.has_value(); }
  /// To be kept for resume(). Throws Error before it is there.
  Tensor embedding() const;
  ImageSize picture() const { return picture_; }

  /// Four masks for a prompt, as logits. Throws Error as check_prompt does, for a picture that is not embedded, and
  /// where the model answers with what is no number.
  MaskCandidates candidates(const SegmentPrompt& prompt) const;
  /// Which of them a prompt means: the first for several points, or a box and points, else the likeliest of
  /// the other three. Where its mask has no pixel, the likeliest of all that have some, if there are any.
  Index best(const SegmentPrompt& prompt, const MaskCandidates& candidates) const;
  SegmentMask mask(const MaskCandidates& candidates, Index index) const;

 private:
  std::shared_ptr<const SegmentModel> model_;
  ImageSize picture_;
  Index stage_ = 0;
  Tensor state_;  // after the stages so far
  std::optional<EmbeddedPicture> embedded_;
};

}  // namespace wick
