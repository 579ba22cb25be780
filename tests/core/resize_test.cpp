#include "core/image/resize.h"

#include <algorithm>

#include "core/image_tools.h"

using namespace wick;
using namespace wick::test;

TEST_CASE("resize: the pixels are Pillow's, up and down, to the bit") {
  const nlohmann::json goldens = image_golden("resize.json").at("rgb");
  for (const auto& golden : goldens) {
    CAPTURE(golden.dump());
    const Image resized = resize(noise_image(size_of(golden.at("from"))), size_of(golden.at("to")));
    CHECK(resized.size() == size_of(golden.at("to")));
    CHECK(resized.channels == 3);
    check_bytes(resized.pixels, golden);
  }
}

TEST_CASE("resize: RGBA is what it looks like on white") {
  const auto golden = image_golden("resize.json").at("rgba");
  check_bytes(resize(noise_image(size_of(golden.at("from")), 4), size_of(golden.at("to"))).pixels, golden);
}

TEST_CASE("resize: rows of a larger picture are read where they lie") {
  const Image picture = noise_image({40, 30});
  ImageView part(picture.pixels.data() + 3 * (5 * 40 + 10), {20, 15}, 3);
  part.stride = 3 * 40;
  Image copy{20, 15, 3, {}};
  for (Index y = 0; y < 15; ++y) copy.pixels.insert(copy.pixels.end(), part.row(y), part.row(y) + 3 * 20);
  CHECK(resize(part, {9, 11}).pixels == resize(copy, {9, 11}).pixels);
}

TEST_CASE("resize: a large picture of one colour keeps it") {
  Image picture{9000, 3000, 3, std::vector<std::uint8_t>(9000 * 3000 * 3, 200)};
  const Image resized = resize(picture, sam_size(picture.size()));
  CHECK(resized.size() == ImageSize{1024, 341});
  CHECK(std::all_of(resized.pixels.begin(), resized.pixels.end(), [](std::uint8_t value) { return value == 200; }));
}

TEST_CASE("resize: sizes that are none are refused") {
  const Image picture = noise_image({4, 3});
  CHECK_THROWS_WITH(resize(picture, {0, 3}), Catch::Contains("0 x 3"));
  CHECK_THROWS_WITH(resize(picture, {70000, 3}), Catch::Contains("65535"));
  CHECK_THROWS_AS(resize(Image{}, {4, 3}), Error);
  CHECK_THROWS_AS(resize(noise_image({4, 3}, 2), {4, 3}), Error);
}

TEST_CASE("resize: Segment Anything sees 1024 pixels on the longer side") {
  CHECK(sam_size({1800, 1200}) == ImageSize{1024, 683});
  CHECK(sam_size({1200, 1800}) == ImageSize{683, 1024});
  CHECK(sam_size({12000, 9000}) == ImageSize{1024, 768});
  CHECK(sam_size({1, 1}) == ImageSize{1024, 1024});
  CHECK(sam_size({5000, 1}) == ImageSize{1024, 1});
  CHECK_THROWS_AS(sam_size({0, 5}), Error);
}
