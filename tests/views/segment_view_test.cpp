// The segment page without its window: pictures and pointing, and with MobileSAM the masks.
#include "views/segment_view.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <semaphore>

#include "core/file_builder.h"
#include "core/formats/atomic_file.h"
#include "image/mask_files.h"
#include "image/png_writer.h"
#include "models/everything.h"
#include "views/app.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

using test::TemporaryFolder;

/// A view on threads of its own.
struct Page {
  explicit Page(const std::string& folder) : view(engine, models, settings, folder, [this] { woken.release(); }) {
    view.session.need_model = [this] {
      if (!model.empty()) models.use(Task::segment, "mobile-sam", model, settings);
    };
    view.session.on_show = [this](const std::string& id) { settings.picture = id; };
  }

  void deliver() {
    engine.deliver();
    view.deliver();
  }
  /// Handles what the threads find until something is so.
  void until(const std::function<bool()>& done) {
    using namespace std::chrono_literals;
    for (deliver(); !done(); deliver()) REQUIRE(woken.try_acquire_for(120s));
  }
  void open(const std::string& path) {
    view.session.open_file(path);
    until([&] { return view.session.opening().empty(); });
    view.stage.set_room({400, 300}, 1);
  }
  void click(double x, double y, bool alt = false) {
    view.stage.press(StageButton::left, {x, y}, alt, now_s += 10);
    view.stage.release({x, y}, alt);
  }
  void drag(Place from, Place to) {
    view.stage.press(StageButton::left, from, false, now_s += 10);
    view.stage.move(to, false);
    view.stage.release(to, false);
  }

  std::counting_semaphore<> woken{0};
  Settings settings;
  Worker engine{[this] { woken.release(); }};
  ModelHost models{engine};
  std::string model;
  double now_s = 0;
  SegmentView view;
};

std::string picture_in(const TemporaryFolder& folder, Index width = 80, Index height = 60,
                       const char* name = "picture.png") {
  Image image{width, height, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(i * 7 / 3);
  write_png(folder / name, image);
  return folder / name;
}

TEST_CASE("segment view: a picture opens, is kept, and comes back after a restart") {
  const TemporaryFolder folder;
  std::string id;
  {
    Page page(folder / "pictures");
    page.open(picture_in(folder));
    REQUIRE(page.view.session.picture());
    CHECK(page.view.session.picture()->title == "picture.png");
    CHECK(page.view.session.picture()->size == ImageSize{80, 60});
    id = page.view.session.picture()->id;
    page.view.stage.tool = Tool::brush;
    page.drag({100, 100}, {140, 120});
    page.until([&] { return page.view.session.scene().things.size() == 1; });
    page.view.session.rename(page.view.session.scene().current, "  Stroke ");
  }
  fs::remove(folder / "picture.png");
  Page page(folder / "pictures");
  page.until([&] { return page.view.session.heads().size() == 1; });
  CHECK(page.view.session.heads()[0].things == 1);
  page.settings.picture = id;
  page.view.enter();
  page.until([&] { return page.view.session.picture() != nullptr; });
  REQUIRE(page.view.session.scene().things.size() == 1);
  CHECK(page.view.session.scene().things[0].name == "Stroke");
  CHECK(page.view.session.scene().things[0].mask()->area > 0);
}

TEST_CASE("segment view: reading a picture tells how far it is, and ends where that throws") {
  const TemporaryFolder folder;
  const std::string path = picture_in(folder, 200, 300);
  PictureReader reader(open_file(path), "picture.png"), stopped(open_file(path), "picture.png");
  std::vector<double> told;
  while (reader.step([&](double part) { told.push_back(part); })) {
  }
  CHECK(told.size() > 2);
  CHECK(std::is_sorted(told.begin(), told.end()));
  stopped.step();
  CHECK_THROWS_AS(stopped.step([](double) { throw std::runtime_error("enough"); }), std::runtime_error);
}

TEST_CASE("segment view: what cannot be read is told, and what was there stays") {
  const TemporaryFolder folder;
  Page page(folder / "pictures");
  page.open(picture_in(folder));
  const std::string id = page.view.session.picture()->id;
  write_text(folder / "no.png", "not a picture");
  page.open(folder / "no.png");
  CHECK_THAT(page.view.session.problem(), Catch::Contains("not a picture that can be read"));
  page.open(folder / "missing.png");
  CHECK_THAT(page.view.session.problem(), Catch::Contains("missing.png"));
  CHECK(page.view.session.picture()->id == id);
  write_text(folder / "pictures/" + std::string("damaged.json"), "{\"format\":");
  page.view.session.open("damaged");
  page.until([&] { return page.view.session.opening().empty(); });
  CHECK_FALSE(page.view.session.problem().empty());
}

TEST_CASE("segment view: a picture that was deleted can come back until another goes") {
  const TemporaryFolder folder;
  Page page(folder / "pictures");
  page.open(picture_in(folder));
  const std::string id = page.view.session.picture()->id;
  page.open(picture_in(folder, 30, 20, "other.png"));
  CHECK(page.view.session.heads().size() == 2);
  page.view.session.remove(id);
  CHECK(page.view.session.heads().size() == 1);
  page.view.session.restore_removed();
  page.view.session.open(id);
  page.until([&] { return page.view.session.opening().empty(); });
  CHECK(page.view.session.picture()->id == id);
}

TEST_CASE("segment view: clicks, double clicks, drags and the wheel do what the tool says") {
  const TemporaryFolder folder;
  Page page(folder / "pictures");
  page.open(picture_in(folder));
  Stage& stage = page.view.stage;
  SegmentSession& session = page.view.session;
  CHECK(stage.placement().scale == 4);  // 80 x 60 on 400 x 300, at most four times
  page.click(200, 150, true);
  CHECK_THAT(session.problem(), Catch::Contains("nothing to leave out"));
  page.click(200, 150);
  REQUIRE(session.scene().things.size() == 1);
  CHECK(session.scene().things[0].points[0] == ScenePoint{40, 30, true});
  stage.press(StageButton::left, {200, 151}, false, page.now_s + 0.1);  // a double click is one
  stage.release({200, 151}, false);
  CHECK(session.scene().things[0].points.size() == 1);
  page.click(260, 150, true);
  REQUIRE(session.scene().things[0].points.size() == 2);
  CHECK_FALSE(session.scene().things[0].points[1].inside);
  page.click(262, 149);  // on that point: it goes
  CHECK(session.scene().things[0].points.size() == 1);
  page.drag({60, 50}, {160, 120});
  CHECK(session.scene().things[0].box == Box{5, 5, 30, 23});
  session.undo();
  CHECK_FALSE(session.scene().things[0].box);
  session.redo();
  CHECK(session.scene().things[0].box);

  stage.tool = Tool::move;
  const double before = stage.placement().x;
  page.drag({100, 100}, {130, 90});
  CHECK(stage.placement().x == before + 30);
  const Place at{150, 80}, under = stage.placement().to_picture(at);
  stage.zoom(2, at);
  for (int i = 0; i < 200 && stage.advance(1.0 / 60); ++i) {
  }
  CHECK(stage.placement().scale == Approx(8));
  CHECK(stage.placement().to_picture(at).x == Approx(under.x));
  stage.fit();
  CHECK(stage.placement().scale == 4);
}

TEST_CASE("segment view: strokes are painted one on the other, and an eraser takes out") {
  const TemporaryFolder folder;
  Page page(folder / "pictures");
  page.open(picture_in(folder));
  page.view.stage.tool = Tool::brush;
  page.view.resize_brush(0.5);
  CHECK(page.view.stage.brush.size == 12);
  page.drag({100, 100}, {200, 100});
  page.drag({200, 100}, {200, 200});
  const auto area_now = [&] {
    const Thing* const thing = page.view.session.scene().current_thing();
    return thing && thing->mask() ? thing->mask()->area : 0;
  };
  page.until([&] { return page.view.session.scene().things.size() == 1 && area_now() > 600; });
  const Index both = area_now();
  page.view.stage.brush.erases = true;
  page.drag({100, 100}, {120, 100});
  page.until([&] { return area_now() < both; });
  page.view.session.undo();
  CHECK(area_now() == both);
  page.view.session.save_as(ExportFormat::coco, folder / "a.json");
  page.until([&] { return !page.view.session.exporting(); });
  CHECK(fs::exists(folder / "a.json"));
  page.view.session.save_as(ExportFormat::mask, folder / "none/a.png");
  page.until([&] { return !page.view.session.exporting(); });
  CHECK_THAT(page.view.session.export_problem(), Catch::Contains("Not exported"));
}

/// A clipboard that is a file, where programs are looked for first; both as before at the end.
class FileClipboard {
 public:
  explicit FileClipboard(const TemporaryFolder& folder) : path_(std::getenv("PATH")), file_(folder / "clipboard") {
    if (const char* const display = std::getenv("WAYLAND_DISPLAY")) display_ = display;
    const std::string xclip = folder / "xclip";
    std::ofstream(xclip) << "#!/bin/sh\ncase \"$*\" in *-in*) cat > '" << file_ << "';; *) cat '" << file_
                         << "';; esac\n";
    fs::permissions(xclip, fs::perms::owner_all);
    unsetenv("WAYLAND_DISPLAY");
    setenv("PATH", (fs::path(xclip).parent_path().string() + ':' + path_).c_str(), 1);
  }
  ~FileClipboard() {
    setenv("PATH", path_.c_str(), 1);
    if (display_) setenv("WAYLAND_DISPLAY", display_->c_str(), 1);
  }
  void put(std::string_view text) const { std::ofstream(file_) << text; }

 private:
  std::string path_, file_;
  std::optional<std::string> display_;
};

TEST_CASE("segment view: a cut-out that is copied is pasted as a picture of its box, and other text is told") {
  const TemporaryFolder folder;
  const FileClipboard clipboard(folder);
  Page page(folder / "pictures");
  SegmentSession& session = page.view.session;
  page.open(picture_in(folder));
  page.view.stage.tool = Tool::brush;
  page.view.stage.brush.size = 4;
  page.drag({100, 100}, {200, 100});
  page.until([&] { return !session.scene().shown().empty(); });
  session.copy_picture(ExportFormat::cutout);
  page.until([&] { return !session.exporting(); });
  CHECK(session.exported() == "Copied the cut-out of Object 1");
  const Box box = session.scene().things[0].mask()->box;
  session.paste("no file");
  page.until([&] { return session.picture()->title == "Pasted picture"; });
  CHECK(session.picture()->size ==
        ImageSize{static_cast<Index>(box.x1 - box.x0) + 1, static_cast<Index>(box.y1 - box.y0) + 1});
  clipboard.put("words");
  session.paste("words");
  page.until([&] { return !session.problem().empty(); });
  CHECK_THAT(session.problem(), Catch::Contains("no picture"));
  session.copy_picture(ExportFormat::mask);
  page.until([&] { return !session.exporting(); });
  CHECK_THAT(session.export_problem(), Catch::Contains("Not copied") && Catch::Contains("no object is visible"));
}

TEST_CASE("segment view: steps can be taken back after another picture has shown") {
  const TemporaryFolder folder;
  Page page(folder / "pictures");
  SegmentSession& session = page.view.session;
  page.open(picture_in(folder));
  const std::string id = session.picture()->id;
  page.click(200, 150);
  page.click(260, 150);
  page.open(picture_in(folder, 40, 30, "other.png"));
  CHECK_FALSE(session.can_undo());
  session.open(id);
  page.until([&] { return session.opening().empty(); });
  REQUIRE(session.scene().things.size() == 1);
  CHECK(session.scene().things[0].points.size() == 2);
  session.undo();
  CHECK(session.scene().things[0].points.size() == 1);
  session.redo();
  CHECK(session.scene().things[0].points.size() == 2);
  session.remove(id);
  page.open(folder / "picture.png");  // anew
  CHECK((session.scene().things.empty() && !session.can_undo()));
}

TEST_CASE("segment view: the tool and the thing are left by Escape, one after the other") {
  const TemporaryFolder folder;
  Page page(folder / "pictures");
  page.open(picture_in(folder));
  page.click(200, 150);
  page.view.stage.tool = Tool::box;
  page.view.escape();
  CHECK((page.view.stage.tool == Tool::point && !page.view.session.scene().current.empty()));
  page.view.escape();
  CHECK(page.view.session.scene().current.empty());
}

TEST_CASE("segment view: the truck's window by a click is the mask that the model gives, refined, found, kept") {
  const std::string model = WICK_MODELS_DIR "/mobile-sam.encoder.onnx",
                    truck = WICK_SHARED_DIR "/data/images/sam_truck.jpg";
  if (!fs::exists(model) || !fs::exists(truck)) {
    WARN("skipped: mobile-sam or the shared data is not here");
    return;
  }
  const TemporaryFolder folder;
  std::vector<std::uint32_t> counts;
  {
    Page page(folder / "pictures");
    page.model = model;
    page.open(truck);
    SegmentSession& session = page.view.session;
    page.until([&] { return session.ready(); });
    CHECK(session.picture()->read_ms > 0);
    page.view.stage.set_room({900, 600}, 1);
    REQUIRE(page.view.stage.placement().scale == 0.5);

    page.view.stage.move({250.2, 187.7}, false);  // pixel (500, 375)
    page.until([&] { return session.preview() != nullptr; });
    CHECK(session.preview()->size == ImageSize{16 * 1024, 16 * 683});
    page.click(250.2, 187.7);
    page.until([&] { return session.scene().things[0].answered; });
    const Thing thing = session.scene().things[0];
    REQUIRE(thing.candidates.size() == 3);

    Segmenter segmenter([&] {
      SegmentLoader loader(ModelFiles::open(model), Device::cpu(), Precision::fast);
      return loader.finish();
    }());
    segmenter.start(*session.pixels()->levels.front());
    while (segmenter.step()) {
    }
    const SegmentPrompt prompt{.points = {{500, 375}}};
    const MaskCandidates candidates = segmenter.candidates(prompt);
    const SegmentMask expected = segmenter.mask(candidates, segmenter.best(prompt, candidates));
    CHECK(iou(mask_of(thing.mask()->rle), mask_of(expected.rle)) >= 0.999);

    page.click(312, 162);  // a second point: the clear answer comes first
    page.until([&] { return session.scene().things[0].answered; });
    CHECK(session.scene().things[0].points.size() == 2);
    session.choose(1);
    counts = session.scene().things[0].mask()->rle.counts;
  }
  Page page(folder / "pictures");
  page.model = model;
  page.open(truck);  // known by its bytes
  page.until([&] { return page.view.session.ready(); });
  CHECK(page.view.session.scene().things.at(0).mask()->rle.counts == counts);
  CHECK_FALSE(page.view.session.reading());  // what the model made of it was kept
  page.view.session.everything();
  page.until([&] { return !page.view.session.found().empty() || !page.view.session.finding(); });
  page.view.session.stop_everything();
  page.until([&] { return !page.view.session.finding(); });
  CHECK(page.view.session.scene().things.size() > 1);
}

}  // namespace
}  // namespace wick::views
