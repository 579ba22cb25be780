// Of wick.h: from the host's files to a model.
#include <algorithm>

#include "models/task.h"
#include "wasm/handles.h"

using namespace wick::host;

namespace {

class HostSource final : public wick::ByteSource {
 public:
  explicit HostSource(const wick_source& source) : source_(source), name_(source.name ? source.name : "file") {
    if (!source.read) throw wick::Error("{}: the source has no read function", name_);
  }
  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return source_.size; }
  void read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > size() || into.size() > size() - offset) {
      throw wick::Error("{}: bytes {} to {} were asked for, the file has {}", name_, offset, offset + into.size(),
                        size());
    }
    constexpr std::size_t kLargestRead = std::size_t{16} << 20;
    for (std::size_t at = 0; at < into.size(); at += kLargestRead) {
      const std::size_t count = std::min(kLargestRead, into.size() - at);
      if (source_.read(source_.user, offset + at, into.data() + at, static_cast<std::uint32_t>(count)) != 0) {
        throw wick::Error(wick::ErrorKind::io,
                          fmt::format("{}: the file can no longer be read; was it moved or changed?", name_));
      }
    }
  }

 private:
  wick_source source_;
  std::string name_;
};

void take(wick::LanguageModelLoader& steps, wick_loader& into) { into.language = steps.finish(); }
void take(wick::SpeechModelLoader& steps, wick_loader& into) { into.speech = steps.finish(); }
void take(wick::SegmentLoader& steps, wick_loader& into) { into.segment = steps.finish(); }

}  // namespace

extern "C" {

wick_loader* wick_load_begin(wick_engine* engine, const wick_source* sources, uint32_t count, int32_t precise) {
  return guarded<wick_loader*>(nullptr, [&] {
    const wick::Device& device = given(engine, "engine").device;
    std::vector<wick::SourcePtr> opened;
    for (const wick_source& source : std::span(&given(sources, "source"), count))
      opened.push_back(std::make_shared<HostSource>(source));
    auto files = wick::ModelFiles::open(std::move(opened));
    const auto precision = precise ? wick::Precision::precise : wick::Precision::fast;
    auto loader = std::make_unique<wick_loader>();
    loader->name = files.checkpoint.name();
    switch (wick::task_of(files.checkpoint)) {
      case wick::Task::speech:
        loader->steps =
            std::make_unique<wick::SpeechModelLoader>(files, device, precision, wick::default_quantization(precision));
        break;
      case wick::Task::segment:
        loader->steps = std::make_unique<wick::SegmentLoader>(files, device, precision);
        break;
      case wick::Task::chat:
        loader->steps = std::make_unique<wick::LanguageModelLoader>(std::move(files), device, precision);
    }
    return loader.release();
  });
}

int32_t wick_load_task(wick_loader* loader) {
  return guarded<int32_t>(WICK_ERROR, [&] { return static_cast<int32_t>(given(loader, "loader").steps.index()); });
}

int32_t wick_load_step(wick_loader* loader, double progress[2]) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick_loader& l = given(loader, "loader");
    return std::visit(
        [&](auto& steps) {
          if (!steps) return 0;  // all is loaded
          const bool more = steps->step();
          if (progress) {
            progress[0] = static_cast<double>(steps->bytes_done());
            progress[1] = static_cast<double>(steps->bytes_total());
          }
          if (more) return 1;
          take(*steps, l);
          steps.reset();
          return 0;
        },
        l.steps);
  });
}

void wick_load_free(wick_loader* loader) { delete loader; }

}  // extern "C"
