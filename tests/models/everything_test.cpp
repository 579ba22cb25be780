// Everything in a picture: crops, and on the truck the masks that PyTorch finds (tests/golden/make_segment.py).
#include "models/everything.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "truck.h"

using namespace wick;

namespace {

/// The truck's size without its pixels, for what looks at its embedding alone.
struct Blank {
  std::vector<std::uint8_t> row;
  ImageView view;

  explicit Blank(ImageSize size) : row(static_cast<std::size_t>(size.width * 3)), view(row.data(), size, 3) {
    view.stride = 0;
  }
};

}  // namespace

TEST_CASE("everything: crops overlap, cover the picture and stay in it") {
  struct Case {
    ImageSize picture;
    Index layers;
    std::size_t crops;
  };
  for (const Case& c : {Case{{1800, 1200}, 0, 1}, {{1800, 1200}, 1, 5}, {{33, 77}, 2, 21}, {{1, 1}, 1, 2}}) {
    const std::vector<Crop> crops = crops_of(c.picture, {.crop_layers = c.layers});
    CAPTURE(c.picture.width, c.layers);
    REQUIRE(crops.size() == c.crops);
    for (Index layer = 0; layer <= c.layers; ++layer) {
      Mask covered(c.picture);
      for (const Crop& crop : crops) {
        if (crop.layer != layer) continue;
        REQUIRE((crop.x + crop.size.width <= c.picture.width && crop.y + crop.size.height <= c.picture.height));
        for (Index y = crop.y; y < crop.y + crop.size.height; ++y) {
          std::fill_n(covered.row(y) + crop.x, crop.size.width, std::uint8_t{1});
        }
      }
      CHECK(area(covered) == c.picture.width * c.picture.height);
    }
  }
  const std::vector<Crop> crops = crops_of({1800, 1200}, {.crop_layers = 1});  // as generate_crop_boxes has them
  CHECK((crops[1].x == 0 && crops[1].y == 0 && crops[1].size == ImageSize{1105, 805}));
  CHECK((crops[2].x == 0 && crops[2].y == 396 && crops[2].size == ImageSize{1105, 804}));
  CHECK((crops[3].x == 696 && crops[3].y == 0 && crops[3].size == ImageSize{1104, 805}));
}

TEST_CASE("everything: a grid on the truck finds what PyTorch finds, and tidies it") {
  auto t = truck(Precision::precise);
  if (!t) return;
  const nlohmann::json golden =
      nlohmann::json::parse(read_text(*open_file(WICK_TESTS_DIR "/golden/segment/everything.json")))["cases"][2];
  const Blank picture(t->size);
  const EverythingOptions options{.points_per_side = golden["points_per_side"],
                                  .least_iou = golden["pred_iou_thresh"],
                                  .least_stability = golden["stability_score_thresh"],
                                  .min_region_area = golden["min_mask_region_area"]};
  Everything everything(t->model, picture.view, options, reference_embedding(t->model->device));
  while (everything.step()) {
  }
  CHECK(everything.progress() == 1);
  const std::vector<FoundMask> masks = everything.masks();
  REQUIRE(masks.size() == golden["masks"].size());
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const nlohmann::json& expected = golden["masks"][i];
    const Mask mask = mask_of(masks[i].rle);
    CAPTURE(i);
    CHECK(iou(mask, mask_of(unpacked_counts(expected["mask"].get<std::string>(), t->size))) >= 0.998);
    CHECK(masks[i].iou == Approx(std::min(expected["iou"].get<double>(), 1.0)).margin(0.002));
    CHECK(masks[i].stability == Approx(expected["stability"].get<double>()).margin(0.002));
    CHECK(masks[i].x == expected["point"][0].get<double>());
    CHECK(masks[i].y == expected["point"][1].get<double>());
    CHECK(masks[i].area == area(mask));
    CHECK(masks[i].box == bounding_box(mask));
  }
}

TEST_CASE("everything: stopped anywhere, it has masks and none of them twice") {
  auto t = truck(Precision::precise);
  if (!t) return;
  const Blank picture(t->size);
  Everything everything(t->model, picture.view, {.points_per_side = 3, .least_iou = 0.7, .least_stability = 0.7},
                        reference_embedding(t->model->device));
  CHECK(everything.masks().empty());
  while (everything.step()) {
    const std::vector<FoundMask> masks = everything.masks();
    for (std::size_t i = 0; i < masks.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) REQUIRE(iou(masks[i].box, masks[j].box) <= 0.7F);
    }
  }
  CHECK(!everything.masks().empty());
}

TEST_CASE("everything: what is a pixel wide is found once") {
  auto t = truck(Precision::precise);
  if (!t) return;
  for (const ImageSize size : {ImageSize{1, 1}, {1, 700}, {700, 1}}) {
    const Blank picture(size);
    Everything everything(t->model, picture.view, {.points_per_side = 4, .least_iou = 0.5, .least_stability = 0},
                          reference_embedding(t->model->device));
    while (everything.step()) {
    }
    const std::vector<FoundMask> masks = everything.masks();
    CAPTURE(size.width, size.height, masks.size());
    CHECK(!masks.empty());
    for (std::size_t i = 0; i < masks.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) CHECK(masks[i].box != masks[j].box);
    }
  }
}

TEST_CASE("everything: options that make no sense are errors") {
  auto t = truck(Precision::precise);
  if (!t) return;
  const Blank picture(t->size);
  for (const EverythingOptions& options : {EverythingOptions{.points_per_side = 0},
                                           {.crop_layers = 9},
                                           {.crop_points_divisor = 0},
                                           {.min_region_area = -1},
                                           {.crop_overlap = 2}}) {
    CHECK_THROWS_WITH(Everything(t->model, picture.view, options), Catch::Contains("[everything]"));
  }
}
