#pragma once
// Where the engine's thread makes masks: the picture that a model has read, and what it remembers of others.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/segmenter.h"
#include "views/segment/picture_store.h"

namespace wick::views {

/// The masks that a prompt may mean.
struct MaskAnswer {
  std::vector<MaskPtr> candidates;
  int best = 0;
};

/// What a prompt would give, coarsely: an outline in a picture of `size`.
struct MaskPreview {
  std::vector<Polygon> outline;
  ImageSize size;
  double iou = 0;
};

/// Which of the four masks to choose from: the three for one point, or the one that many points or a box mean and the
/// two likeliest of the others.
std::vector<Index> offered(const MaskCandidates& candidates, Index best);

/// Only steps of a worker's jobs touch it.
class MaskDesk {
 public:
  /// Begins with a picture, from what is remembered of it in memory or in the store, if anything is. `model_name` tells
  /// what models have made apart.
  void begin(std::shared_ptr<const SegmentModel> model, const std::string& model_name, PicturePtr picture,
             const PictureStore& store);
  /// The next stage; false when prompts can be answered.
  bool step();
  double progress() const { return segmenter_ ? segmenter_->progress() : 0; }
  /// Lets go of the model; what it has made of pictures is remembered.
  void end();
  /// Whether it had to be read just now, not remembered.
  bool is_new() const { return new_; }
  const Segmenter& segmenter() const { return *segmenter_; }
  const std::shared_ptr<const SegmentModel>& model() const { return model_; }

  /// `refines`: the mask that the prompt's last point corrects, or nullptr.
  MaskAnswer answer(SegmentPrompt prompt, const MaskPtr& refines);
  MaskPreview preview(SegmentPrompt prompt, const MaskPtr& refines) const;

 private:
  static constexpr std::size_t kMostEmbeddings = 16;  // some megabytes each
  static constexpr std::size_t kMostLogits = 30;      // a quarter of a megabyte each

  struct Remembered {
    std::string picture, model;
    Tensor embedding;
  };
  const Remembered* find(const std::string& picture) const;
  void remember();
  void refine(SegmentPrompt& prompt, const MaskPtr& mask) const;

  std::shared_ptr<const SegmentModel> model_;
  std::string model_name_;
  PicturePtr picture_;
  std::optional<Segmenter> segmenter_;
  bool new_ = false;
  std::deque<Remembered> embeddings_;
  std::deque<std::pair<MaskPtr, Tensor>> logits_;  // of masks that were answered of late
};

}  // namespace wick::views
