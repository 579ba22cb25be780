// Masks: what is known of them, their run lengths and their small regions.
#include "core/image/mask.h"

#include <algorithm>
#include <array>

#include "core/image/boxes.h"
#include "core/image/mask_logits.h"
#include "core/image/mask_runs.h"
#include "core/image/regions.h"
#include "core/image_tools.h"
#include "kernels/dtype.h"

using namespace wick;
using namespace wick::test;

namespace {

/// What the picture's own numbers say: rows of 0 and 1.
Mask drawn(const std::vector<std::string>& rows) {
  Mask mask({static_cast<Index>(rows[0].size()), static_cast<Index>(rows.size())});
  auto bit = mask.bits.begin();
  for (const std::string& row : rows)
    bit = std::transform(row.begin(), row.end(), bit, [](char c) { return c == '#'; });
  return mask;
}

Mask golden_mask(const nlohmann::json& golden) {
  return noise_mask(size_of(golden.at("size")), golden.at("square"), golden.at("density"));
}

}  // namespace

TEST_CASE("mask: area, box, run lengths and small regions are those of pycocotools and Segment Anything") {
  const nlohmann::json goldens = image_golden("mask.json").at("masks");
  for (const auto& golden : goldens) {
    CAPTURE(golden.dump());
    const Mask mask = golden_mask(golden);
    REQUIRE(fingerprint(mask.bits) == golden.at("hash").get<std::string>());
    CHECK(area(mask) == golden.at("area").get<Index>());
    const auto box = golden.at("box").get<std::array<float, 4>>();
    CHECK(bounding_box(mask) == Box{box[0], box[1], box[2], box[3]});

    const Rle rle = rle_of(mask);
    const std::string packed = packed_counts(rle);
    if (golden.contains("packed")) {
      CHECK(packed == golden.at("packed").get<std::string>());
    } else {
      CHECK(fingerprint({reinterpret_cast<const std::uint8_t*>(packed.data()), packed.size()}) ==
            golden.at("packed_hash").get<std::string>());
    }
    CHECK(mask_of(rle).bits == mask.bits);
    CHECK(unpacked_counts(packed, mask.size()).counts == rle.counts);

    for (const int small : {2, 60, 100000}) {
      for (const auto& [which, name] : {std::pair(SmallRegions::holes, "holes"), {SmallRegions::islands, "islands"}}) {
        CAPTURE(small, name);
        Mask cleaned = mask;
        const auto& expected = golden.at(name + std::to_string(small));
        CHECK(remove_small_regions(cleaned, small, which) == expected.at(1).get<bool>());
        CHECK(fingerprint(cleaned.bits) == expected.at(0).get<std::string>());
      }
    }
  }
}

TEST_CASE("mask: logits at the picture's size are those of both bilinear steps, bit by bit") {
  std::vector<float> logits;
  for (const std::uint8_t byte : noise(kLowResSide * kLowResSide)) {
    logits.push_back((static_cast<float>(byte) - 140) / 32);
  }
  const nlohmann::json goldens = image_golden("mask.json").at("upsampled");
  for (const auto& golden : goldens) {
    CAPTURE(golden.dump());
    const UpsampledMask made = upsample_mask(logits, size_of(golden.at("size")));
    CHECK(area(made.rle) == golden.at("area").get<Index>());
    CHECK(fingerprint(mask_of(made.rle).bits) == golden.at("hash").get<std::string>());
    CHECK(made.stability.score() == Approx(golden.at("stability").get<double>()));
  }
  CHECK_THROWS_WITH(upsample_mask(std::span(logits).first(1000), {5, 5}), Catch::Contains("1000 logits"));
  CHECK_THROWS_AS(upsample_mask(logits, {0, 5}), Error);
}

TEST_CASE("mask: logits of the truck make the masks of the reference") {
  const std::string folder = WICK_SHARED_DIR "/data/reference/mobilesam/";
  std::ifstream reference(folder + "truck.json");
  if (!reference) {
    WARN("skipped: " << folder << " is missing");
    return;
  }
  const auto results = nlohmann::json::parse(reference).at("res");
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::ifstream file(folder + "truck_low" + std::to_string(i) + ".f32", std::ios::binary);
    std::vector<float> logits(static_cast<std::size_t>(kLowResSide * kLowResSide));
    REQUIRE(
        file.read(reinterpret_cast<char*>(logits.data()), static_cast<std::streamsize>(logits.size() * sizeof(float))));
    const UpsampledMask made = upsample_mask(logits, {1800, 1200});
    CHECK(std::abs(area(made.rle) - results[i].at("area").get<Index>()) <= 2);  // other sums, in another order
    const auto box = results[i].at("bbox").get<std::array<float, 4>>();
    CHECK(bounding_box(made.rle) == Box{box[0], box[1], box[2], box[3]});
    if (i == 0) CHECK(made.stability.score() == Approx(0.976032).margin(1e-4));
  }
}

TEST_CASE("mask: parts whose logits are far from the thresholds are as if computed") {
  std::vector<float> logits(static_cast<std::size_t>(kLowResSide * kLowResSide));
  const auto at = [&](Index x, Index y) -> float& { return logits[static_cast<std::size_t>(y * kLowResSide + x)]; };
  for (Index y = 0; y < kLowResSide; ++y) {
    for (Index x = 0; x < kLowResSide; ++x) {
      const auto to_edge = static_cast<float>(60 - std::max(std::abs(x - 128), std::abs(y - 100)));
      at(x, y) = std::clamp(to_edge, -9.0F, 9.0F);
    }
  }
  for (const ImageSize size : {ImageSize{1024, 1024}, {61, 61}, {3, 900}}) {
    CAPTURE(size.width, size.height);
    const UpsampledMask made = upsample_mask(logits, size);
    std::vector<float> shifted = logits;
    const auto pixels_over = [&](float threshold) {
      std::transform(logits.begin(), logits.end(), shifted.begin(), [=](float logit) { return logit - threshold; });
      return area(upsample_mask(shifted, size).rle);
    };
    CHECK(made.stability.narrow == pixels_over(1));
    CHECK(made.stability.wide == pixels_over(-1));
    for (const float threshold : {0.0F, 8.9F, 9.0F}) {
      const bool empty = pixels_over(threshold) == 0;
      CHECK(is_mask_empty(shifted, size) == empty);
    }
  }
}

TEST_CASE("mask: stability is 0 where nothing is near the mask") {
  CHECK(Stability{}.score() == 0);
  CHECK(Stability{.narrow = 0, .wide = 2}.score() == 0);
  CHECK(Stability{.narrow = 2, .wide = 4}.score() == 0.5);
  const std::vector<float> nothing(static_cast<std::size_t>(kLowResSide * kLowResSide), -5.0F);
  CHECK(upsample_mask(nothing, {7, 5}).stability.score() == 0);
  CHECK(is_mask_empty(nothing, {7, 5}));
}

TEST_CASE("mask: run lengths alone tell area and box, and are put together as masks are") {
  for (const ImageSize size : {ImageSize{1, 1}, {7, 5}, {64, 3}, {130, 70}}) {
    CAPTURE(size.width, size.height);
    const Mask a = noise_mask(size, 4, 40), b = noise_mask(size, 9, 70), empty(size);
    for (const Mask& mask : {a, b, empty}) {
      CHECK(area(rle_of(mask)) == area(mask));
      CHECK(bounding_box(rle_of(mask)) == bounding_box(mask));
    }
    Mask both = a, rest = a;
    for (std::size_t i = 0; i < a.bits.size(); ++i) {
      both.bits[i] |= b.bits[i];
      rest.bits[i] &= static_cast<std::uint8_t>(1 - b.bits[i]);
    }
    CHECK(united(rle_of(a), rle_of(b)).counts == rle_of(both).counts);
    CHECK(without(rle_of(a), rle_of(b)).counts == rle_of(rest).counts);
    CHECK(without(rle_of(a), rle_of(a)).counts == rle_of(empty).counts);
    const Mask lower = rows_of(rle_of(a), size.height / 2, size.height - size.height / 2);
    CHECK(std::equal(lower.bits.begin(), lower.bits.end(), a.row(size.height / 2)));
    CHECK(coarse_mask(rle_of(a), 1).bits == a.bits);
    const Mask whole = mask_of(placed(rle_of(a), 3, 2, {size.width + 4, size.height + 2}));
    CHECK(area(whole) == area(a));
    for (Index y = 0; y < size.height; ++y) CHECK(std::equal(a.row(y), a.row(y) + size.width, whole.row(y + 2) + 3));
  }
  CHECK_THROWS_WITH(united(rle_of(Mask({2, 3})), rle_of(Mask({3, 2}))), Catch::Contains("2 x 3 and 3 x 2"));
  CHECK_THROWS_AS(rows_of(rle_of(Mask({2, 3})), 2, 2), Error);
  CHECK_THROWS_AS(placed(rle_of(Mask({2, 3})), 1, 0, {2, 3}), Error);
}

TEST_CASE("mask: a coarse one has the middles of its squares") {
  const Mask mask = drawn({"....##", ".#..##", "......", "...###", "...###"});
  const Mask coarse = coarse_mask(rle_of(mask), 3);
  CHECK((coarse.width == 2 && coarse.height == 2));
  CHECK(coarse.bits == drawn({"##", ".#"}).bits);
}

TEST_CASE("mask: the coverage of a part's cells is the area that the mask has of each") {
  const Rle rle = rle_of(drawn({"....##", ".#..##", "......", "...###", "...###"}));
  CHECK(coverage(rle, {3, 2, 6, 5}, {1, 1}) == std::vector<float>{6.0F / 9});
  CHECK(coverage(rle, {0.5F, 1, 2.5F, 2}, {2, 1}) == std::vector<float>{0.5F, 0.5F});
  const std::vector<float> halves = coverage(rle, {4, 0, 6, 1}, {4, 2});  // smaller than pixels
  CHECK(halves == std::vector<float>(8, 1));
  CHECK_THROWS_AS(coverage(rle, {2, 2, 2, 3}, {1, 1}), Error);
  CHECK_THROWS_AS(coverage(rle, {0, 0, 1, 1}, {0, 1}), Error);
}

TEST_CASE("mask: a stroke has the pixels whose middles are near its line") {
  const ImageSize size{40, 30};
  const std::vector<StrokePlace> places = {{5, 5}, {20.5, 11}, {20.5, 25}, {60, -9}, {-3, 14}};
  for (const double radius : {0.3, 2.0, 7.5}) {
    CAPTURE(radius);
    const Mask mask = mask_of(stroke_of(places, radius, size));
    for (Index y = 0; y < size.height; ++y) {
      for (Index x = 0; x < size.width; ++x) {
        double nearest = 1e9;
        for (std::size_t i = 1; i < places.size(); ++i) {
          const StrokePlace &from = places[i - 1], &to = places[i];
          const double dx = to.x - from.x, dy = to.y - from.y, px = static_cast<double>(x) + 0.5 - from.x,
                       py = static_cast<double>(y) + 0.5 - from.y;
          const double along = std::clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0);
          nearest = std::min(nearest, std::hypot(px - along * dx, py - along * dy));
        }
        if (std::abs(nearest - radius) < 1e-9) continue;  // rounding decides
        CAPTURE(x, y, nearest);
        CHECK(static_cast<bool>(mask.row(y)[x]) == (nearest < radius));
      }
    }
  }
  CHECK(area(stroke_of({}, 3, size)) == 0);
  CHECK(area(stroke_of(std::array{StrokePlace{5.5, 5.5}}, 1, size)) == 5);
  CHECK_THROWS_WITH(stroke_of({}, 0, size), Catch::Contains("a brush of 0 pixels"));
  CHECK_THROWS_AS(stroke_of(std::array{StrokePlace{std::nan(""), 1}}, 1, size), Error);
}

TEST_CASE("mask: what two masks share over what they cover") {
  const Mask a = drawn({"##..", "##.."}), b = drawn({".##.", ".##."}), none = drawn({"....", "...."});
  CHECK(iou(a, b) == Approx(1.0 / 3));
  CHECK(iou(a, a) == 1);
  CHECK(iou(a, none) == 0);
  CHECK(iou(none, none) == 0);
  CHECK_THROWS_WITH(iou(a, drawn({"#"})), Catch::Contains("4 x 2") && Catch::Contains("1 x 1"));
}

TEST_CASE("mask: a large one takes its bytes and no more") {
  Mask mask({12000, 9000});
  std::fill(mask.bits.begin() + 5000, mask.bits.begin() + 50'000'000, std::uint8_t{1});
  const Rle rle = rle_of(mask);
  CHECK(rle.counts.size() == 2 * 12000 + 1);
  CHECK(mask_of(rle).bits == mask.bits);
  CHECK(area(mask) == 49'995'000);
  CHECK(Regions(mask, 1).count() == 1);
}

TEST_CASE("rle: counts that do not make the mask are refused") {
  CHECK_THROWS_WITH(mask_of({{3, 2}, {1, 2}}), Catch::Contains("3 pixels") && Catch::Contains("3 x 2"));
  CHECK_THROWS_AS(mask_of({{3, 2}, {}}), Error);
  CHECK_THROWS_AS(mask_of({{3, 2}, {4294967295, 7}}), Error);
  CHECK_THROWS_AS(mask_of({{0, 2}, {}}), Error);
  CHECK(mask_of({{3, 1}, {0, 1, 0, 1, 1}}).bits == std::vector<std::uint8_t>{1, 1, 0});  // empty runs are harmless
  for (const char* bad : {"", "\x7f", "6 ", "o", "oooooooooooo0", "7", "N2", "ooooo\x0f"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(unpacked_counts(bad, {3, 2}), Error);
  }
  CHECK(unpacked_counts("6", {3, 2}).counts == std::vector<std::uint32_t>{6});
}

TEST_CASE("regions: what touches at a corner is one") {
  const Mask mask = drawn({"#..#.", ".##..", "....#", "##..#"});
  const Regions regions(mask, 1);
  CHECK(regions.areas() == std::vector<Index>{4, 2, 2});
  CHECK(regions.row(0)[1].region == 0);
  CHECK(Regions(mask, 0).count() == 1);
}

TEST_CASE("boxes: of those that overlap too much the best stays") {
  const std::vector<Box> boxes{{0, 0, 10, 10}, {1, 0, 11, 10}, {20, 0, 30, 10}, {0, 0, 10, 10}, {5, 0, 15, 10}};
  const std::vector<float> scores{0.8F, 0.9F, 0.1F, 0.8F, 0.2F};
  CHECK(non_maximum_suppression(boxes, scores, 0.7F) == std::vector<Index>{1, 4, 2});
  CHECK(non_maximum_suppression(boxes, scores, 0.9F) == std::vector<Index>{1, 0, 4, 2});
  CHECK(non_maximum_suppression(boxes, scores, 1) == std::vector<Index>{1, 0, 3, 4, 2});
  CHECK(iou(boxes[0], boxes[4]) == Approx(1.0 / 3));
  CHECK(non_maximum_suppression(boxes, scores, iou(boxes[1], boxes[0])).size() == 4);  // as much is not more
  CHECK(non_maximum_suppression({}, {}, 0.5F).empty());
  const std::vector<Box> thin{{3, 4, 3, 4}, {3, 4, 3, 4}, {0, 0, 0, 99}, {0, 0, 0, 89}, {5, 4, 5, 4}, {0, 0, 9, 99}};
  const std::vector<float> equal(thin.size(), 1.0F);
  CHECK(non_maximum_suppression(thin, equal, 0.7F) == std::vector<Index>{0, 2, 4, 5});
  CHECK(iou(thin[0], thin[1]) == 1);
  CHECK(iou(thin[2], thin[3]) == Approx(0.9));
  CHECK(iou(thin[0], thin[4]) == 0);
  CHECK_THROWS_AS(non_maximum_suppression(boxes, {}, 0.5F), Error);
}
