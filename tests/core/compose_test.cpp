#include "core/image/compose.h"

#include "core/image_tools.h"

using namespace wick;
using namespace wick::test;

TEST_CASE("compose: a cut-out keeps what is in the mask, with the picture's own transparency") {
  const Mask mask = noise_mask({6, 5}, 2, 128);
  for (const Index channels : {3, 4}) {
    const Image picture = noise_image({6, 5}, channels), cut = cut_out(picture, mask);
    CHECK(cut.channels == 4);
    for (std::size_t i = 0; i < mask.bits.size(); ++i) {
      const std::uint8_t *from = picture.pixels.data() + i * static_cast<std::size_t>(channels),
                         *to = cut.pixels.data() + i * 4;
      const std::uint8_t alpha = channels == 4 ? from[3] : 255;
      const std::vector<std::uint8_t> kept{from[0], from[1], from[2], alpha}, gone(4);
      CHECK(std::vector<std::uint8_t>(to, to + 4) == (mask.bits[i] != 0 ? kept : gone));
    }
  }
  CHECK_THROWS_WITH(cut_out(noise_image({5, 6}), mask), Catch::Contains("6 x 5") && Catch::Contains("5 x 6"));
  CHECK_THROWS_AS(cut_out(noise_image({6, 5}, 1), mask), Error);
}

TEST_CASE("compose: a painted mask is translucent inside a line of its colour, all else as it was") {
  Mask mask({9, 9});
  for (Index y = 2; y < 9; ++y) std::fill_n(mask.row(y) + 2, 5, std::uint8_t{1});
  Image picture{9, 9, 3, std::vector<std::uint8_t>(9 * 9 * 3, 100)};
  paint(picture, mask, {255, 0, 0});
  const auto pixel = [&](Index x, Index y) {
    const std::uint8_t* first = ImageView(picture).row(y) + 3 * x;
    return Colour{first[0], first[1], first[2]};
  };
  CHECK(pixel(1, 1) == Colour{100, 100, 100});
  CHECK(pixel(2, 2) == Colour{255, 0, 0});
  CHECK(pixel(6, 5) == Colour{255, 0, 0});
  CHECK(pixel(4, 4) == Colour{170, 55, 55});
  CHECK(pixel(4, 8) == Colour{170, 55, 55});  // cut by the picture's edge, not by its own
  Image transparent{9, 9, 4, std::vector<std::uint8_t>(9 * 9 * 4)};
  CHECK_THROWS_AS(paint(transparent, mask, {}), Error);
  CHECK(opaque(transparent).pixels == std::vector<std::uint8_t>(9 * 9 * 3, 255));
  CHECK(opaque(picture).pixels == picture.pixels);
}

TEST_CASE("compose: a mask as grey") {
  const Mask mask = noise_mask({4, 3}, 1, 128);
  const Image image = grey(mask);
  CHECK(image.channels == 1);
  for (std::size_t i = 0; i < mask.bits.size(); ++i) CHECK(image.pixels[i] == mask.bits[i] * 255);
}
