#pragma once
// What the segment page does, apart from how it looks: pictures, what a model makes of them, and their things.
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/image/mask_runs.h"
#include "views/model_host.h"
#include "views/segment/export.h"
#include "views/segment/history.h"
#include "views/segment/mask_desk.h"
#include "views/segment/picture_store.h"
#include "views/segment/scene.h"
#include "views/worker.h"

namespace wick::views {

class SegmentSession {
 public:
  /// `engine` computes masks. Files have a thread of their own, which calls `wake` as a Worker does. Throws nothing:
  /// what goes wrong is told in problem() and unkept().
  SegmentSession(Worker& engine, ModelHost& models, const std::string& folder, std::function<void()> wake);
  ~SegmentSession();
  SegmentSession(const SegmentSession&) = delete;
  SegmentSession& operator=(const SegmentSession&) = delete;

  /// Has the model loaded, or its state say why not.
  std::function<void()> need_model = [] {};
  /// A picture shows, or none with "".
  std::function<void(const std::string& id)> on_show = [](const std::string&) {};

  /// Before each frame: what the threads have found.
  void deliver();

  // ---- what shows ----
  const PictureRecord* picture() const { return picture_ ? &*picture_ : nullptr; }
  const PicturePtr& pixels() const { return pixels_; }
  const Scene& scene() const { return history_.now(); }
  bool can_undo() const { return history_.can_undo(); }
  bool can_redo() const { return history_.can_redo(); }
  /// The name of a file that is being looked into.
  const std::string& opening() const { return opening_; }
  /// How much of it is read.
  double opening_share() const { return opening_share_; }
  /// How much of the picture the model has read; nothing while it does not read.
  std::optional<double> reading() const { return reading_; }
  /// Whether prompts are answered at once.
  bool ready() const { return ready_; }
  /// Whether that is on its way.
  bool preparing() const { return static_cast<bool>(reading_job_); }
  bool answering() const { return answering_; }
  /// How much is done of finding everything; nothing while that is not asked for.
  std::optional<double> finding() const { return finding_; }
  const std::vector<MaskPtr>& found() const { return found_; }
  /// Seconds until everything is found; 0 while that cannot be told.
  double finding_left() const;
  /// What the thing under the pointer would be; nullptr for none.
  const MaskPreview* preview() const { return preview_ ? &*preview_ : nullptr; }
  /// Why what was asked last did not work; what was there stays.
  const std::string& problem() const { return problem_; }
  /// Why pictures are not kept.
  const std::string& unkept() const;
  /// The kept pictures, newest first.
  const std::vector<PictureHead>& heads() const { return heads_; }
  /// A small copy of a kept picture, once it is read; nullptr before.
  std::shared_ptr<const Image> thumbnail(const std::string& id);
  /// The same of any other picture, by a name of its own; `open` is called on a thread of files.
  std::shared_ptr<const Image> small_copy(const std::string& name, const std::function<SourcePtr()>& open);
  bool exporting() const { return exporting_; }
  /// What became of the last export.
  const std::string& exported() const { return exported_; }
  const std::string& export_problem() const { return export_problem_; }

  // ---- pictures ----
  void open_file(const std::string& path);
  /// Of bytes in memory.
  void open_bytes(SourcePtr source, const std::string& title) { open_source(std::move(source), title, ""); }
  /// The picture of the desktop's clipboard, or the file that `text`, its text, names.
  void paste(const std::string& text);
  /// One of the kept pictures.
  void open(const std::string& id);
  /// Gives up what is being looked into.
  void cancel_open();
  /// Back to the empty page; what is on its way is given up.
  void close();
  void remove(const std::string& id);
  /// Brings back what was removed last.
  void restore_removed();
  /// Loads the model if need be, and has it read the picture.
  void prepare();
  /// Gives up reading; prepare() begins again.
  void cancel_reading();

  // ---- things ----
  void add_point(ScenePoint point);
  void remove_point(std::size_t index);
  void draw_box(const Box& box);
  void remove_box();
  /// Shows what a further point would give; nothing for none. Only the newest counts.
  void hover(std::optional<ScenePoint> point);
  /// Adds a stroke to the mask that is worked on, or takes it out; places and radius in pixels of the picture.
  void paint(std::vector<StrokePlace> places, double radius, bool erase);
  /// Finds everything in the picture; each thing found becomes one of the scene.
  void everything();
  /// Ends that with what is found.
  void stop_everything();
  void choose(int candidate);
  /// The next prompt begins another thing.
  void new_thing();
  /// Works on a thing; "" for none.
  void select(const std::string& id);
  void rename(const std::string& id, const std::string& name);
  void toggle_hidden(const std::string& id);
  void remove_thing(const std::string& id);
  void undo();
  void redo();
  void forget_problem() { problem_.clear(); }

  void save_as(ExportFormat format, const std::string& path);
  /// Calls `done` with the text of a text format.
  void export_as_text(ExportFormat format, std::function<void(const std::string&)> done);
  /// Whether a copied cut-out is that of the thing that is worked on: where it shows, else it is of all that show.
  bool copies_current() const;
  /// Copies the cut-out, or, of all that show, the mask or the picture with overlay.
  void copy_picture(ExportFormat format);
  void forget_exported();

 private:
  struct Question {
    SegmentPrompt prompt;
    MaskPtr refines;
  };
  struct Stroke {
    std::vector<StrokePlace> places;
    double radius;
    bool erase;
  };

  void open_source(SourcePtr source, const std::string& title, const std::string& path);
  void begin_opening(const std::string& title, Worker::Step step);
  void not_kept(const std::string& id, const std::string& path, const std::string& why);
  bool read_on(PictureReader& reader, const Worker::Turn& turn);
  void opened(PictureRecord record, PicturePtr pixels);
  void show(std::optional<PictureRecord> record, PicturePtr pixels);
  void put_history_away();
  History<Scene> history_of(PictureRecord& record);
  void follow_model();
  void stop_jobs();
  void end_model();
  void has_read(double read_ms);
  void keep_embedding(const Tensor& embedding, const std::string& model);

  void step(Scene next);
  void settle(Scene next);
  void scene_changed();
  void prompt(const ChangeThing& change);
  void retract(const ChangeThing& change);
  bool nothing_yet() const;
  void answer();
  void answered(const Thing& asked, MaskAnswer found);
  void give_up();
  void ask_hover(Question question);
  void forget_hover();
  void next_stroke();
  void painted(const std::string& id, MaskPtr mask);
  void end_everything(std::vector<MaskPtr> fresh);

  PictureRecord current_record() const;
  void begin_export(const char* failed, const char* advice, Worker::Step step);
  void save();
  void begin_saving();
  void set_head(const PictureHead& head);

  Worker& engine_;
  ModelHost& models_;
  std::shared_ptr<const PictureStore> store_;
  std::shared_ptr<MaskDesk> desk_ = std::make_shared<MaskDesk>();  // the engine's thread alone looks into it

  std::optional<PictureRecord> picture_;  // its scene is the history's
  PicturePtr pixels_;
  std::deque<PicturePtr> recent_;  // pictures that showed before, as far as they are small
  History<Scene> history_;
  std::deque<std::pair<std::string, History<Scene>>> histories_;  // of pictures that showed before, by their ids
  std::vector<PictureHead> heads_;
  std::optional<PictureHead> removed_;
  std::map<std::string, std::shared_ptr<const Image>> thumbnails_;
  std::set<std::string> thumbnails_asked_;
  std::map<std::string, PictureRecord> refused_;        // that the disk has not taken
  std::map<std::string, std::string> unkept_pictures_;  // why their files are not kept, by their ids

  std::string opening_, problem_, unkept_, exported_, export_problem_;
  std::string model_;  // the path of the one that is ready
  std::optional<double> reading_, finding_;
  double finding_began_ms_ = 0, opening_share_ = 0;
  bool ready_ = false, answering_ = false, hovering_ = false, exporting_ = false, saving_ = false, unsaved_ = false;
  std::vector<MaskPtr> found_;
  std::optional<MaskPreview> preview_;
  std::optional<Question> next_hover_;
  std::deque<Stroke> strokes_;
  bool painting_ = false;
  std::shared_ptr<std::atomic<bool>> enough_;  // ends the search for everything
  Job opening_job_, reading_job_, answer_job_, hover_job_, finding_job_, paint_job_;

  std::unique_ptr<Worker> files_;
};

}  // namespace wick::views
