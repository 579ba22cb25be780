#include "views/segment/segment_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "image/png_writer.h"
#include "views/chat/conversation.h"
#include "views/segment/clipboard.h"

namespace wick::views {
namespace {

constexpr std::size_t kMostHistories = 32;
constexpr std::size_t kMostRecentBytes = std::size_t{256} << 20;  // of pictures that do not show

/// Nobody waits for it.
void ignore(const std::string&) {}

}  // namespace

SegmentSession::SegmentSession(Worker& engine, ModelHost& models, const std::string& folder, std::function<void()> wake)
    : engine_(engine),
      models_(models),
      store_(std::make_shared<const PictureStore>(folder)),
      files_(std::make_unique<Worker>(std::move(wake))) {
  files_->start(
      [this, store = store_](const Worker::Turn& turn) {
        store->purge();
        turn.post([this, heads = store->heads()] {
          for (const PictureHead& head : heads)  // one may have been opened meanwhile
            if (std::ranges::find(heads_, head.id, &PictureHead::id) == heads_.end()) heads_.push_back(head);
        });
        return false;
      },
      ignore);
}

SegmentSession::~SegmentSession() {
  stop_jobs();
  const bool unsaved = saving_ || unsaved_;
  files_.reset();
  if (!unsaved || !picture_) return;
  try {
    store_->save(current_record());
  } catch (const std::exception&) {  // there is nobody left to be told
  }
}

void SegmentSession::deliver() {
  files_->deliver();
  follow_model();
}

/// A model that comes in the place of another has read nothing yet.
void SegmentSession::follow_model() {
  const ModelState& state = models_.state(Task::segment);
  if (state.kind == ModelState::Kind::ready) {
    if (model_ == state.path) return;
    model_ = state.path;
    return prepare();
  }
  if (!model_.empty()) end_model();
  if (state.kind != ModelState::Kind::loading) cancel_reading();
}

/// The model goes: what it was asked is asked of the next one.
void SegmentSession::end_model() {
  model_.clear();
  ready_ = false;
  stop_jobs();
  engine_.start(
      [desk = desk_](const Worker::Turn&) {
        desk->end();
        return false;
      },
      ignore);
}

// ---- pictures -------------------------------------------------------------------------------------------------------

void SegmentSession::stop_jobs() {
  for (Job* const job : {&reading_job_, &answer_job_, &hover_job_, &finding_job_, &paint_job_}) {
    job->stop();
    *job = {};
  }
  if (enough_) *enough_ = true;
  answering_ = hovering_ = painting_ = false;
  strokes_.clear();
  next_hover_.reset();
  reading_.reset();
  finding_.reset();
  found_.clear();
  preview_.reset();
}

void SegmentSession::put_history_away() {
  if (!picture_) return;
  histories_.emplace_back(picture_->id, std::exchange(history_, History<Scene>()));
  if (histories_.size() > kMostHistories) histories_.pop_front();
}

/// The steps of this run, which end with what is kept, or what is kept alone.
History<Scene> SegmentSession::history_of(PictureRecord& record) {
  const auto known = std::ranges::find(histories_, record.id, &std::pair<std::string, History<Scene>>::first);
  if (known == histories_.end()) return History<Scene>(std::move(record.scene));
  History<Scene> history = std::move(known->second);
  histories_.erase(known);
  return history;
}

void SegmentSession::show(std::optional<PictureRecord> record, PicturePtr pixels) {
  stop_jobs();
  if (unsaved_) begin_saving();
  if (pixels_) recent_.push_back(std::move(pixels_));
  std::size_t bytes = 0;
  for (const PicturePtr& each : recent_) bytes += each->bytes();
  while (bytes > kMostRecentBytes) {
    bytes -= recent_.front()->bytes();
    recent_.pop_front();
  }
  put_history_away();
  picture_ = std::move(record);
  pixels_ = std::move(pixels);
  history_ = picture_ ? history_of(*picture_) : History<Scene>();
  ready_ = false;
  problem_.clear();
  forget_exported();
  on_show(picture_ ? picture_->id : "");
  if (picture_) prepare();
}

void SegmentSession::begin_opening(const std::string& title, Worker::Step step) {
  opening_job_.stop();
  opening_ = title;
  opening_share_ = 0;
  problem_.clear();
  opening_job_ = files_->start(std::move(step), [this](const std::string& message) {
    opening_.clear();
    problem_ = message;
  });
}

/// A step, from a thread of files, which ends early once nobody waits for it.
bool SegmentSession::read_on(PictureReader& reader, const Worker::Turn& turn) {
  return reader.step([&](double part) {
    if (turn.stopped()) throw Error(ErrorKind::cancelled, "stopped");
    turn.post([this, part] { opening_share_ = part; });
  });
}

void SegmentSession::opened(PictureRecord record, PicturePtr pixels) {
  opening_.clear();
  const auto refused = refused_.find(record.id);
  if (refused != refused_.end()) record = refused->second;
  if (picture_ && picture_->id == record.id) return;
  const std::string broken = pixels->broken;
  show(std::move(record), std::move(pixels));
  if (!broken.empty()) problem_ = broken;
  save();
}

/// Its objects are: the file is found again where it was, if it came from one.
void SegmentSession::not_kept(const std::string& id, const std::string& path, const std::string& why) {
  unkept_pictures_[id] = fmt::format("{}. The picture itself is not kept: free space and open it again.", why);
  if (path.empty() || !picture_ || picture_->id != id) return;
  picture_->source = path;
  save();
}

const std::string& SegmentSession::unkept() const {
  const auto found = picture_ ? unkept_pictures_.find(picture_->id) : unkept_pictures_.end();
  return unkept_.empty() && found != unkept_pictures_.end() ? found->second : unkept_;
}

void SegmentSession::open_file(const std::string& path) {
  try {
    open_source(wick::open_file(path), std::filesystem::path(path).filename().string(), path);
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
}

void SegmentSession::open_source(SourcePtr source, const std::string& title, const std::string& path) {
  auto reader = std::make_shared<PictureReader>(source, title);
  begin_opening(title, [this, store = store_, source, title, path, reader,
                        record = std::optional<PictureRecord>()](const Worker::Turn& turn) mutable {
    if (read_on(*reader, turn)) return true;
    const PicturePtr pixels = reader->finish();
    try {
      record = store->load(pixels->id);
    } catch (const Error&) {  // a damaged record is replaced by a new one
    }
    if (!record || record->size != pixels->size()) {
      record = PictureRecord{.id = pixels->id, .title = title, .size = pixels->size(), .source = {}, .scene = {}};
      if (source->size() > PictureStore::kMostFileBytes) record->source = path;
    }
    turn.post([this, record = *record, pixels] { opened(record, pixels); });
    try {
      store->keep(*pixels, *source);
    } catch (const std::exception& e) {
      turn.post([this, id = pixels->id, path, why = std::string(e.what())] { not_kept(id, path, why); });
    }
    return false;
  });
}

void SegmentSession::open(const std::string& id) {
  if (picture_ && picture_->id == id) return;
  const auto head = std::ranges::find(heads_, id, &PictureHead::id);
  const auto known = std::ranges::find(recent_, id, [](const PicturePtr& each) { return each->id; });
  PicturePtr pixels = known == recent_.end() ? nullptr : *known;
  if (known != recent_.end()) recent_.erase(known);
  begin_opening(head == heads_.end() ? id : head->title,
                [this, store = store_, id, pixels, record = std::optional<PictureRecord>(),
                 reader = std::shared_ptr<PictureReader>()](const Worker::Turn& turn) mutable {
                  if (!record) {
                    record = store->load(id);
                    if (!record) throw Error("There is no such picture any more.");
                    if (!pixels) reader = std::make_shared<PictureReader>(store->open(*record), record->title);
                  }
                  if (reader) {
                    if (read_on(*reader, turn)) return true;
                    pixels = reader->finish();
                  }
                  turn.post([this, record = *record, pixels] { opened(record, pixels); });
                  return false;
                });
}

void SegmentSession::paste(const std::string& text) {
  const std::string path = path_of_text(text);
  if (!path.empty()) return open_file(path);
  begin_opening("the clipboard", [this](const Worker::Turn& turn) {
    std::vector<std::byte> bytes = clipboard_picture();
    turn.post([this, bytes = std::move(bytes)]() mutable {
      open_source(memory_source("clipboard.png", std::move(bytes)), "Pasted picture", "");
    });
    return false;
  });
}

void SegmentSession::cancel_open() {
  opening_job_.stop();
  opening_.clear();
}

void SegmentSession::close() {
  cancel_open();
  show(std::nullopt, nullptr);
}

void SegmentSession::remove(const std::string& id) {
  const auto head = std::ranges::find(heads_, id, &PictureHead::id);
  if (head == heads_.end()) return;
  if (picture_ && picture_->id == id) close();
  std::erase_if(recent_, [&](const PicturePtr& each) { return each->id == id; });
  std::erase_if(histories_, [&](const auto& each) { return each.first == id; });
  refused_.erase(id);
  removed_ = *head;
  heads_.erase(head);
  files_->start(
      [store = store_, id](const Worker::Turn&) {
        store->purge();
        store->remove(id);
        return false;
      },
      [this](const std::string& message) {
        problem_ = message;
        if (removed_) set_head(*std::exchange(removed_, std::nullopt));
      });
}

void SegmentSession::restore_removed() {
  if (!removed_) return;
  const PictureHead head = *std::exchange(removed_, std::nullopt);
  set_head(head);
  files_->start(
      [store = store_, id = head.id](const Worker::Turn&) {
        store->restore(id);
        return false;
      },
      [this](const std::string& message) { problem_ = message; });
}

std::shared_ptr<const Image> SegmentSession::thumbnail(const std::string& id) {
  return small_copy(id, [store = store_, id] { return wick::open_file(store->thumbnail_path(id)); });
}

std::shared_ptr<const Image> SegmentSession::small_copy(const std::string& name,
                                                        const std::function<SourcePtr()>& open) {
  const auto known = thumbnails_.find(name);
  if (known != thumbnails_.end()) return known->second;
  if (!thumbnails_asked_.insert(name).second) return nullptr;
  files_->start(
      [this, name, open](const Worker::Turn& turn) {
        PictureReader reader(open(), name);
        while (reader.step()) {
        }
        auto image = std::make_shared<const Image>(thumbnail_of(*reader.finish(), kThumbnailSide));
        turn.post([this, name, image] { thumbnails_[name] = image; });
        return false;
      },
      ignore);
  return nullptr;
}

// ---- the model and what it reads ------------------------------------------------------------------------------------

void SegmentSession::prepare() {
  if (!picture_ || ready_ || reading_job_) return;
  need_model();
  problem_.clear();
  const ModelState& state = models_.state(Task::segment);
  if (state.kind != ModelState::Kind::loading && state.kind != ModelState::Kind::ready) return;
  auto read = [this, models = models_.loaded(), desk = desk_, store = store_, name = state.model, pixels = pixels_,
               begun_ms = 0.0](const Worker::Turn& turn) mutable {
    if (!models->has(Task::segment)) return true;
    if (begun_ms == 0) {
      begun_ms = now_ms();
      desk->begin(models->segment, name, pixels, *store);
      if (desk->is_new()) turn.post([this] { reading_ = 0; });
      return true;
    }
    if (desk->step()) {
      turn.post([this, part = desk->progress()] { reading_ = part; });
      return true;
    }
    if (desk->is_new()) {
      turn.post([this, name, embedding = desk->segmenter().embedding()] { keep_embedding(embedding, name); });
    }
    turn.post([this, took = desk->is_new() ? now_ms() - begun_ms : 0] { has_read(took); });
    return false;
  };
  reading_job_ = engine_.start(std::move(read), [this](const std::string& message) {
    reading_job_ = {};
    reading_.reset();
    if (models_.state(Task::segment).kind != ModelState::Kind::failed) problem_ = message;  // else that tells it
  });
}

void SegmentSession::cancel_reading() {
  reading_job_.stop();
  reading_job_ = {};
  reading_.reset();
}

void SegmentSession::has_read(double read_ms) {
  reading_job_ = {};
  reading_.reset();
  ready_ = true;
  if (read_ms > 0) {
    picture_->read_ms = read_ms;
    save();
  }
  answer();
  next_stroke();
}

void SegmentSession::keep_embedding(const Tensor& embedding, const std::string& model) {
  files_->start(
      [store = store_, id = picture_->id, embedding, model](const Worker::Turn&) {
        store->keep_embedding(id, model, embedding);
        return false;
      },
      ignore);  // it is read again then
}

// ---- keeping --------------------------------------------------------------------------------------------------------

PictureRecord SegmentSession::current_record() const {
  PictureRecord record = *picture_;
  record.scene = scene();
  return record;
}

void SegmentSession::set_head(const PictureHead& head) {
  std::erase_if(heads_, [&](const PictureHead& each) { return each.id == head.id; });
  const auto later =
      std::ranges::find_if(heads_, [&](const PictureHead& each) { return each.updated <= head.updated; });
  heads_.insert(later, head);
}

/// One after the other; of what changes while one is written, only the last state is.
void SegmentSession::save() {
  if (!picture_) return;
  picture_->updated = wall_ms();
  unsaved_ = true;
  set_head(head_of(current_record()));
  if (!saving_) begin_saving();
}

void SegmentSession::begin_saving() {
  unsaved_ = false;
  saving_ = true;
  auto record = std::make_shared<const PictureRecord>(current_record());
  const auto ended = [this] {
    saving_ = false;
    if (unsaved_ && picture_) begin_saving();
  };
  files_->start(
      [this, store = store_, record, ended](const Worker::Turn& turn) {
        store->save(*record);
        turn.post([this, id = record->id, ended] {
          refused_.erase(id);
          if (refused_.empty()) unkept_.clear();
          ended();
        });
        return false;
      },
      [this, record, ended](const std::string& message) {
        refused_[record->id] = *record;
        unkept_ = fmt::format("{}. It stays in this window: free space, or export what you need.", message);
        ended();
      });
}

// ---- exports --------------------------------------------------------------------------------------------------------

void SegmentSession::forget_exported() {
  exported_.clear();
  export_problem_.clear();
}

/// `failed`: what stands before what went wrong, `advice`: behind it.
void SegmentSession::begin_export(const char* failed, const char* advice, Worker::Step step) {
  forget_exported();
  exporting_ = true;
  files_->start(std::move(step), [this, failed, advice](const std::string& message) {
    exporting_ = false;
    export_problem_ = fmt::format("{}: {}{}", failed, message, advice);
  });
}

void SegmentSession::save_as(ExportFormat format, const std::string& path) {
  if (!picture_ || exporting_) return;
  begin_export("Not exported", ". The objects are kept here: free space or choose another place, then export again.",
               [this, record = current_record(), pixels = pixels_, format, path](const Worker::Turn& turn) {
                 write_export(path, record, *pixels->levels.front(), format);
                 turn.post([this, path] {
                   exporting_ = false;
                   exported_ = fmt::format("Saved {}", path);
                 });
                 return false;
               });
}

void SegmentSession::export_as_text(ExportFormat format, std::function<void(const std::string&)> done) {
  if (!picture_ || exporting_ || !is_text(format)) return;
  begin_export("Not copied", "",
               [this, record = current_record(), format, done = std::move(done)](const Worker::Turn& turn) {
                 turn.post([this, format, done, text = export_text(record, format)] {
                   exporting_ = false;
                   exported_ = fmt::format("Copied the {}", name_of(format).copied);
                   done(text);
                 });
                 return false;
               });
}

bool SegmentSession::copies_current() const {
  const Thing* const thing = scene().current_thing();
  return thing && thing->mask() && !thing->hidden;
}

void SegmentSession::copy_picture(ExportFormat format) {
  if (!picture_ || exporting_ || is_text(format)) return;
  PictureRecord record = current_record();
  std::string whose;
  if (format == ExportFormat::cutout && copies_current()) {
    record.scene.things = {*scene().current_thing()};
    whose = fmt::format(" of {}", record.scene.things.front().name);
  }
  begin_export(
      "Not copied", "", [this, record = std::move(record), pixels = pixels_, format, whose](const Worker::Turn& turn) {
        const Image& all = *pixels->levels.front();
        views::copy_picture(
            png_of(format == ExportFormat::cutout ? trimmed_cut_out(record, all) : export_image(record, all, format)));
        turn.post([this, format, whose] {
          exporting_ = false;
          exported_ = fmt::format("Copied the {}{}", name_of(format).copied, whose);
        });
        return false;
      });
}

}  // namespace wick::views
