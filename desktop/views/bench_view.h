#pragma once
// What the bench page shows and does.
#include "views/model_host.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

class BenchView {
 public:
  BenchView(Worker& worker, ModelHost& models, Settings& settings)
      : worker_(worker), models_(models), settings_(settings) {}

 private:
  Worker& worker_;
  ModelHost& models_;
  Settings& settings_;
};

}  // namespace wick::views
