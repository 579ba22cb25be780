// Things of a picture, where it lies on the stage, and what an outline covers of a screen.
#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.h"
#include "core/image/mask_logits.h"
#include "core/image/mask_runs.h"
#include "views/segment/export.h"
#include "views/segment/history.h"
#include "views/segment/logit_outline.h"
#include "views/segment/mask_fill.h"
#include "views/segment/mask_thumbnail.h"
#include "views/segment/placement.h"
#include "views/segment/scene.h"

namespace wick::views {
namespace {

const NewId kNewId = [] {
  static int number = 0;
  return std::to_string(++number);
};

/// A rectangle as a mask of a picture of 20 x 10.
MaskPtr rectangle(Index x0, Index y0, Index x1, Index y1) {
  Mask mask({20, 10});
  for (Index y = y0; y < y1; ++y) std::fill(mask.row(y) + x0, mask.row(y) + x1, std::uint8_t{1});
  Rle rle = rle_of(mask);
  const Index pixels = area(rle);
  const Box box = bounding_box(rle);
  return shown_mask({std::move(rle), pixels, box, 0.9, 0.8});
}

Scene with_masks(const std::vector<MaskPtr>& masks) { return with_found({}, masks, kNewId); }

TEST_CASE("scene: what is found becomes things, the large ones first, each with a name and a colour of its own") {
  const Scene scene = with_masks({rectangle(0, 0, 2, 2), rectangle(0, 0, 20, 10), rectangle(5, 5, 9, 9)});
  REQUIRE(scene.things.size() == 3);
  CHECK(scene.current.empty());
  CHECK(scene.things[0].mask()->area == 200);
  CHECK(scene.things[2].mask()->area == 4);
  CHECK(scene.things[1].name == "Object 2");
  CHECK((scene.things[0].colour == 0 && scene.things[1].colour == 1 && scene.things[2].colour == 2));
}

TEST_CASE("scene: a place belongs to the smallest thing there that shows") {
  Scene scene = with_masks({rectangle(0, 0, 20, 10), rectangle(2, 2, 6, 6)});
  CHECK(scene.at(3, 3)->name == "Object 2");
  CHECK(scene.at(10, 3)->name == "Object 1");
  scene = with_thing(scene, scene.things[1].id, [](Thing& thing) { thing.hidden = true; });
  CHECK(scene.at(3, 3)->name == "Object 1");
  CHECK(scene.at(-1, 3) == nullptr);
}

TEST_CASE("scene: one goes through the things that show, round and round") {
  Scene scene = with_masks({rectangle(0, 0, 20, 10), rectangle(2, 2, 6, 6), rectangle(8, 2, 9, 6)});
  CHECK(scene.beside(1)->name == "Object 1");
  CHECK(scene.beside(-1)->name == "Object 3");
  scene.current = scene.things[2].id;
  CHECK(scene.beside(1)->name == "Object 1");
  CHECK(Scene().beside(1) == nullptr);
}

TEST_CASE("scene: the last prompt takes its thing with it, unless it was given a name") {
  Scene scene = with_new_thing({}, kNewId);
  scene = with_thing(scene, scene.current, [](Thing& thing) { add_point(thing, {1, 1}); });
  CHECK_FALSE(scene.things[0].answered);
  const Scene emptied = with_thing(scene, scene.current, [](Thing& thing) { remove_point(thing, 0); });
  CHECK(without_emptied(emptied).things.empty());
  const Scene named = with_thing(emptied, emptied.current, [](Thing& thing) { thing.name = "Wheel"; });
  CHECK(without_emptied(named).things.size() == 1);
  CHECK(with_new_thing(named, kNewId).things.size() == 1);  // it is empty, and used again
}

TEST_CASE("scene: a further point refines the mask that the points before gave, and no other") {
  Thing thing;
  set_answer(thing, {rectangle(0, 0, 2, 2), rectangle(0, 0, 4, 4)}, 1);
  const MaskPtr chosen = thing.mask();
  add_point(thing, {1, 1});
  CHECK(thing.refines == chosen);
  add_point(thing, {2, 2});  // before the answer has come
  CHECK(thing.refines == chosen);
  remove_point(thing, 0);
  CHECK(thing.refines == nullptr);
}

TEST_CASE("scene: what is known already is not found again") {
  const MaskPtr known = rectangle(0, 0, 10, 10);
  const std::vector<MaskPtr> fresh =
      without_known({rectangle(0, 0, 10, 9), rectangle(10, 0, 20, 10), rectangle(0, 0, 4, 4)}, {known});
  REQUIRE(fresh.size() == 2);
  CHECK(fresh[0]->box.x0 == 10);
}

TEST_CASE("history: steps back and forth, and a new step forgets what was undone") {
  History<int> history(1);
  history.advance(2);
  history.advance(3);
  CHECK(history.undo());
  CHECK((history.now() == 2 && history.can_redo()));
  history.settle(20);
  CHECK(history.redo());
  CHECK(history.now() == 3);
  CHECK((history.undo() && history.now() == 20));
  history.advance(4);
  CHECK_FALSE(history.redo());
  CHECK((history.undo() && history.undo() && !history.undo() && history.now() == 1));
}

TEST_CASE("placement: a picture is fitted in, and a zoom keeps the place under the pointer") {
  const Placement whole = fitted({1800, 1200}, {900, 700});
  CHECK(whole.scale == Approx(0.5));
  CHECK(whole.y == Approx(50));
  const Place at{300, 200}, before = whole.to_picture(at);
  const Placement larger = zoomed(whole, 3, at, 0.1);
  CHECK(larger.to_picture(at).x == Approx(before.x));
  CHECK(zoomed(whole, 1e9, at, 0.1).scale == kMostScale);
  CHECK(fitted({50, 50}, {900, 700}).scale == 4);
  CHECK(fitted({10, 10}, {900, 700}, 2).scale == 32);  // to be seen
  const Placement dot = fitted({1, 1}, {900, 700});
  CHECK(dot.scale == 160);
  const Placement line = fitted({5000, 1}, {900, 700});
  CHECK((line.scale == 4 && line.x == 450 - 10000 && line.y == 348));
  const Placement far = moved(whole, {1e6, -1e6}, {1800, 1200}, {900, 700});
  CHECK((far.x == 900 - 48 && far.y == 48 - 600));
}

TEST_CASE("placement: places outside the picture are no pixels, boxes are cut to it") {
  const Placement p{2, 10, 10};
  CHECK_FALSE(pixel_at(p, {9, 20}, {20, 10}));
  CHECK(pixel_at(p, {49.9, 29.9}, {20, 10})->x == 19);
  const auto box = box_between(p, {30, 25}, {-100, 1000}, {20, 10});
  REQUIRE(box);
  CHECK(*box == Box{0, 8, 10, 10});
  CHECK_FALSE(box_between(p, {12, 12}, {12, 40}, {20, 10}));
}

TEST_CASE("mask fill: an outline covers the pixels of its mask, holes left out, alike rows in one") {
  Mask mask({20, 10});
  for (Index y = 1; y < 9; ++y) std::fill(mask.row(y) + 2, mask.row(y) + 18, std::uint8_t{1});
  for (Index y = 3; y < 6; ++y) std::fill(mask.row(y) + 5, mask.row(y) + 9, std::uint8_t{0});
  const std::vector<Polygon> lines = outline(mask);
  const std::vector<ScreenRect> rects = fill_of(lines, OutlinePlacement(Placement{2, 4, 6}), {0, 0, 100, 100});
  float covered = 0;
  for (const ScreenRect& rect : rects) covered += (rect.x1 - rect.x0) * (rect.y1 - rect.y0);
  CHECK(covered == 4.0F * static_cast<float>(area(mask)));
  CHECK(rects.size() == 4);
  CHECK(fill_of(lines, OutlinePlacement(Placement{2, 4, 6}), {0, 0, 100, 10}).size() == 1);
  CHECK(line_of(lines[0].outer, OutlinePlacement(Placement{2, 4, 6}), {200, 200, 300, 300}, 1).empty());
  CHECK(line_of(lines[0].outer, OutlinePlacement(Placement{2, 4, 6}), {0, 0, 100, 100}, 1).size() == 4);
}

TEST_CASE("logit outline: the line lies where the mask's own edge lies, along the picture's edges too") {
  const ImageSize seen{1024, 683};
  std::vector<float> logits(static_cast<std::size_t>(kLowResSide * kLowResSide));
  for (Index y = 0; y < kLowResSide; ++y) {
    for (Index x = 0; x < kLowResSide; ++x) {  // a disc, a ring around it, and a corner that leaves the picture
      const double away = std::hypot(static_cast<double>(x - 90), static_cast<double>(y - 80));
      const double ring = std::min(20 - away, 12.0), outer = 8 - std::abs(away - 50);
      const double corner = static_cast<double>(x - 200) + static_cast<double>(y - 130);
      logits[static_cast<std::size_t>(y * kLowResSide + x)] = static_cast<float>(std::max({ring, outer, corner}));
    }
  }
  const std::vector<Polygon> outline = logit_outline(logits, seen);
  CHECK(outline.size() == 4);
  Mask drawn(seen);
  OutlinePlacement at;
  at.x_scale = at.y_scale = 1.0 / static_cast<double>(kOutlineSteps);
  for (const ScreenRect& rect : fill_of(outline, at, {0, 0, 1024, 683})) {
    for (auto y = static_cast<Index>(rect.y0); y < static_cast<Index>(rect.y1); ++y) {
      for (auto x = static_cast<Index>(std::ceil(rect.x0 - 0.5F)); x < static_cast<Index>(std::ceil(rect.x1 - 0.5F));
           ++x)
        drawn.row(y)[x] = 1;
    }
  }
  CHECK(iou(drawn, mask_of(upsample_mask(logits, seen).rle)) > 0.995);
  CHECK(logit_outline(std::vector<float>(logits.size(), -1), seen).empty());
  const std::vector<Polygon> all = logit_outline(std::vector<float>(logits.size(), 1), {1, 1});
  REQUIRE(all.size() == 1);
  CHECK(all[0].outer.size() >= 4);
  CHECK_THROWS_AS(logit_outline(logits, {1025, 1}), Error);
}

TEST_CASE("picture record: what is kept is read again, and damage is told") {
  PictureRecord record{
      .id = "ab", .title = "truck \"1\".jpg", .updated = 5, .size = {20, 10}, .read_ms = 12, .source = {}, .scene = {}};
  record.scene = with_masks({rectangle(0, 0, 20, 10), rectangle(2, 2, 6, 6)});
  record.scene.things[0].points = {{3, 4, true}, {5, 6, false}};
  record.scene.things[0].box = Box{1, 2, 3, 4};
  record.scene.current = record.scene.things[0].id;
  const std::string text = record_file(record);
  const PictureRecord read = parse_record(text, "a.json");
  CHECK((read.title == record.title && read.size == record.size && read.scene.current == record.scene.current));
  REQUIRE(read.scene.things.size() == 2);
  CHECK(read.scene.things[0].points == record.scene.things[0].points);
  CHECK(read.scene.things[0].box == record.scene.things[0].box);
  CHECK(read.scene.things[1].mask()->rle.counts == record.scene.things[1].mask()->rle.counts);
  CHECK(parse_head(text.substr(0, text.find('\n')), "a.json").things == 2);
  CHECK_THROWS_WITH(parse_record(text.substr(0, text.size() / 2), "a.json"), Catch::Contains("a.json"));
  CHECK_THROWS_WITH(parse_record("{}", "a.json"), Catch::Contains("not a picture"));
  CHECK_THROWS_WITH(parse_head(R"({"format":1,"version":1})", "a.json"), Catch::Contains("not a picture"));
  std::string wrong = text;
  wrong.replace(wrong.find("\"width\":20"), 10, "\"width\":2e300");
  CHECK_THROWS_WITH(parse_record(wrong, "a.json"), Catch::Contains("a.json: damaged"));
}

TEST_CASE("mask thumbnail: a frame shows all of a mask with room around it, and never more than the picture") {
  const Box small = framed({100, 100, 119, 109}, {1800, 1200}, {80, 60});
  CHECK((small.x1 - small.x0 == Approx(200) && small.y1 - small.y0 == Approx(150)));  // not the pixels alone
  const Box wide = framed({150, 300, 1649, 899}, {1800, 1200}, {80, 60});
  CHECK((wide.x0 <= 150 && wide.x1 >= 1650 && wide.y0 >= 0 && wide.y1 <= 1200));
  CHECK((wide.x1 - wide.x0) / (wide.y1 - wide.y0) == Approx(80.0 / 60));
  const Box line = framed({0, 0, 4999, 0}, {5000, 1}, {80, 60});
  CHECK((line.y0 == 0 && line.y1 == 1 && line.x1 - line.x0 == Approx(80.0 / 60).epsilon(0.01)));
}

TEST_CASE("mask thumbnail: the mask in its colour, a white edge, the picture") {
  const auto pixels = std::make_shared<const Image>(Image{20, 10, 3, std::vector<std::uint8_t>(600, 0)});
  const OpenPicture picture{.id = {}, .title = {}, .levels = {pixels}, .broken = {}};
  const MaskPtr mask = rectangle(4, 2, 16, 8);
  const Image image = mask_thumbnail(picture, *mask, {200, 100, 50}, {40, 20}, 2);
  CHECK(image.size() == ImageSize{40, 20});
  const auto at = [&](Index x, Index y) {
    const std::uint8_t* const pixel = image.pixels.data() + 3 * (y * 40 + x);
    return Colour{pixel[0], pixel[1], pixel[2]};
  };
  CHECK(at(20, 10) == Colour{120, 60, 30});
  CHECK(at(4, 10) == Colour{255, 255, 255});
  CHECK(at(1, 1) == Colour{0, 0, 0});
}

TEST_CASE("export: all formats of visible things, none of what is hidden") {
  PictureRecord record{.id = "ab", .title = "a/b.c.jpg", .size = {20, 10}, .source = {}, .scene = {}};
  CHECK(export_file_name(record.title, ExportFormat::svg) == "a-b.c.outline.svg");
  CHECK_THROWS_WITH(export_text(record, ExportFormat::coco), Catch::Contains("no object is visible"));
  record.scene = with_masks({rectangle(0, 0, 10, 10), rectangle(12, 2, 16, 6)});
  record.scene.things[1].name = "A & B";
  const Image pixels{20, 10, 3, std::vector<std::uint8_t>(600, 200)};
  const Image mask = export_image(record, pixels, ExportFormat::mask);
  CHECK(std::count(mask.pixels.begin(), mask.pixels.end(), 255) == 116);
  CHECK(export_image(record, pixels, ExportFormat::cutout).channels == 4);
  CHECK(export_image(record, pixels, ExportFormat::overlay).channels == 3);
  CHECK_THAT(export_text(record, ExportFormat::svg), Catch::Contains("<title>A &amp; B</title>"));
  CHECK_THAT(export_text(record, ExportFormat::polygons), Catch::Contains("\"outer\""));
  record.scene.things[0].hidden = true;
  CHECK_THAT(export_text(record, ExportFormat::coco), !Catch::Contains("Object 1") && Catch::Contains("\"counts\""));
}

}  // namespace
}  // namespace wick::views
