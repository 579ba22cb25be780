#include "views/segment/mask_desk.h"

#include <algorithm>

#include "core/image/resize.h"
#include "views/segment/logit_outline.h"

namespace wick::views {
namespace {

constexpr Index kMostPixels = 16'000'000;  // of a picture that is read as it is; a larger one's copy looks the same

}  // namespace

std::vector<Index> offered(const MaskCandidates& candidates, Index best) {
  std::vector<Index> others = {1, 2, 3};
  if (best != 0) return others;
  std::ranges::sort(others, std::ranges::greater(),
                    [&](Index i) { return std::pair(candidates.iou[static_cast<std::size_t>(i)], -i); });
  return {0, others[0], others[1]};
}

const MaskDesk::Remembered* MaskDesk::find(const std::string& picture) const {
  const auto found = std::ranges::find_if(
      embeddings_, [&](const Remembered& each) { return each.picture == picture && each.model == model_name_; });
  return found == embeddings_.end() ? nullptr : &*found;
}

void MaskDesk::end() {
  segmenter_.reset();
  logits_.clear();
  model_.reset();
  picture_.reset();
}

void MaskDesk::begin(std::shared_ptr<const SegmentModel> model, const std::string& model_name, PicturePtr picture,
                     const PictureStore& store) {
  if (model != model_) {
    logits_.clear();
    model_ = std::move(model);
  }
  model_name_ = model_name;
  picture_ = std::move(picture);
  segmenter_.emplace(model_);
  new_ = false;
  const Remembered* const known = find(picture_->id);
  Tensor embedding = known ? known->embedding : store.embedding(picture_->id, model_name_, model_->device);
  const Index side = model_->decoder.side();
  if (embedding && embedding.shape()[0] == side && embedding.shape()[1] == side) {
    segmenter_->resume(picture_->size(), embedding);
    return remember();
  }
  new_ = true;
  segmenter_->start(picture_->at_most(kMostPixels), picture_->size());
}

bool MaskDesk::step() {
  if (segmenter_->ready()) return false;
  if (segmenter_->step()) return true;
  remember();
  return false;
}

void MaskDesk::remember() {
  std::erase_if(embeddings_, [&](const Remembered& each) { return each.picture == picture_->id; });
  embeddings_.push_back({picture_->id, model_name_, segmenter_->embedding()});
  if (embeddings_.size() > kMostEmbeddings) embeddings_.pop_front();
}

/// Where the logits are forgotten, the points alone have to do.
void MaskDesk::refine(SegmentPrompt& prompt, const MaskPtr& mask) const {
  if (!mask) return;
  const auto found = std::ranges::find_if(logits_, [&](const auto& each) { return each.first == mask; });
  if (found != logits_.end()) prompt.mask = found->second;
}

MaskAnswer MaskDesk::answer(SegmentPrompt prompt, const MaskPtr& refines) {
  refine(prompt, refines);
  const MaskCandidates candidates = segmenter_->candidates(prompt);
  const Index best = segmenter_->best(prompt, candidates);
  MaskAnswer answer;
  for (const Index index : offered(candidates, best)) {
    if (index == best) answer.best = static_cast<int>(answer.candidates.size());
    answer.candidates.push_back(shown_mask(segmenter_->mask(candidates, index)));
    logits_.emplace_back(answer.candidates.back(), candidates.logits.select(0, index).contiguous());
  }
  while (logits_.size() > kMostLogits) logits_.pop_front();
  return answer;
}

MaskPreview MaskDesk::preview(SegmentPrompt prompt, const MaskPtr& refines) const {
  refine(prompt, refines);
  const MaskCandidates candidates = segmenter_->candidates(prompt);
  const Index best = segmenter_->best(prompt, candidates);
  const ImageSize seen = sam_size(segmenter_->picture());
  const double iou = static_cast<double>(candidates.iou[static_cast<std::size_t>(best)]);
  return {logit_outline(candidates.logits_of(best), seen),
          {seen.width * kOutlineSteps, seen.height * kOutlineSteps},
          std::min(1.0, iou)};
}

}  // namespace wick::views
