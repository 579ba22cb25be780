#pragma once
// What the segment page shows and does.
#include <functional>
#include <string>

#include "views/model_host.h"
#include "views/segment/mask_thumbnail.h"
#include "views/segment/segment_session.h"
#include "views/segment/stage.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

class SegmentView {
 public:
  /// `wake`: see SegmentSession.
  SegmentView(Worker& engine, ModelHost& models, Settings& settings, const std::string& folder,
              std::function<void()> wake);

  /// Before each frame: what the threads have found.
  void deliver();
  /// The page shows: the picture that showed last comes back, once.
  void enter();

  void set_previews(bool on);
  void resize_brush(double by);
  /// Works on the next thing, or on the one before.
  void step_thing(int by);
  void remove_current();
  /// From the tool back to points, and from the thing to none, so that the next click selects.
  void escape();

  void begin_rename(const std::string& id);
  /// Ends it, with the new name or without.
  void end_rename(bool keep);

  /// "Finding everything · 62 %", or "" while nothing is done.
  std::string status() const;

  SegmentSession session;
  Stage stage;
  MaskThumbnails thumbnails;
  std::string renamed, name;  // the thing that is renamed, its name so far

 private:
  Settings& settings_;
  bool entered_ = false;
};

}  // namespace wick::views
