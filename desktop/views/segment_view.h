#pragma once
// What the segment page shows and does.
#include <string>

#include "views/model_host.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

class SegmentView {
 public:
  SegmentView(Worker& worker, ModelHost& models, Settings& settings, const std::string& folder)
      : worker_(worker), models_(models), settings_(settings), folder_(folder) {}

 private:
  Worker& worker_;
  ModelHost& models_;
  Settings& settings_;
  std::string folder_;  // for what it keeps
};

}  // namespace wick::views
