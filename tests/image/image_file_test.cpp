// Pictures as files: those that Pillow wrote, what it reads from them, and what is left of damaged ones.
#include "image/image_file.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "core/image/compose.h"
#include "core/image_tools.h"
#include "image/orientation.h"
#include "image/png_writer.h"

using namespace wick;
using namespace wick::test;

namespace {

std::string bytes_of(const std::string& file) {
  std::ifstream in(WICK_TESTS_DIR "/fuzz/seeds/image/" + file, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

Picture read(const std::string& bytes, Index most_pixels = kMaxPixels) {
  const auto all = std::as_bytes(std::span(bytes));
  return read_image(*memory_source("a picture", {all.begin(), all.end()}), most_pixels);
}

Image shown(Image image) {
  for (std::size_t i = 0; image.channels == 4 && i < image.pixels.size(); i += 4) {
    if (image.pixels[i + 3] == 0)
      std::fill_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(i), 3, std::uint8_t{0});
  }
  return image;
}

/// A BMP of 24 bits that says it has that size, and nothing more of it.
std::string bmp_header(std::int32_t width, std::int32_t height) {
  std::string bytes = "BM";
  for (const std::int32_t number : {54, 0, 54, 40, width, height, 1 | 24 << 16, 0, 0, 0, 0, 0, 0}) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  return bytes;
}

}  // namespace

TEST_CASE("image file: pixels are Pillow's, upright") {
  const auto golden = image_golden("files.json");
  for (const auto& [name, expected] : golden.items()) {
    CAPTURE(name);
    const Picture picture = read(bytes_of(name));
    CHECK(picture.image.size() == size_of(expected.at("size")));
    CHECK(picture.image.channels == expected.at("channels").get<Index>());
    CHECK(picture.broken.empty());
    check_bytes(shown(picture.image).pixels, expected);
  }
}

TEST_CASE("image file: a photograph is what Pillow reads") {
  const std::string path = WICK_SHARED_DIR "/data/images/sam_truck.jpg";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: " << path << " is missing");
    return;
  }
  const Image image = read_image(*open_file(path)).image;
  CHECK(image.size() == ImageSize{1800, 1200});
  CHECK(fingerprint(image.pixels) == "f8ee03a900634202");
}

TEST_CASE("image file: what is there of a picture cut off is kept, with a word of it") {
  for (const char* name : {"rgb444.jpg", "progressive.jpg", "cmyk.jpg", "rgb.png", "rgba.png", "interlaced.png",
                           "lossy.webp", "lossless.webp", "palette.gif", "rgb.bmp"}) {
    CAPTURE(name);
    const std::string bytes = bytes_of(name);
    const Picture whole = read(bytes), part = read(bytes.substr(0, bytes.size() * 4 / 5));
    CHECK(part.image.size() == whole.image.size());
    CHECK_THAT(part.broken, Catch::StartsWith("a picture: ") && Catch::Contains("cut off"));
    const auto begin = [](const Image& image) {
      std::vector<std::uint8_t> pixels = opaque(image).pixels;
      pixels.resize(3 * 16);
      return pixels;
    };
    if (std::string(name) != "progressive.jpg" && std::string(name) != "rgb.bmp") {  // coarse, and from the bottom up
      CHECK(begin(part.image) == begin(whole.image));
    }
  }
}

TEST_CASE("image file: the beginning of a picture, however little, is a part of it or an Error") {
  const auto golden = image_golden("files.json");
  for (const auto& [name, expected] : golden.items()) {
    CAPTURE(name);
    const std::string bytes = bytes_of(name);
    for (std::size_t count = 0; count < bytes.size(); count += 1 + bytes.size() / 100) {
      try {
        const Picture picture = read(bytes.substr(0, count));
        const ImageSize size = size_of(expected.at("size")), found = picture.image.size();
        // A WebP's orientation stands at its end.
        CHECK((found == size || (name == "turned.webp" && found == ImageSize{size.height, size.width})));
      } catch (const Error& error) {
        CHECK_THAT(error.what(), Catch::StartsWith("a picture: "));
      }
    }
  }
}

TEST_CASE("image file: what is no picture, or not one that can be read, is said to be so") {
  CHECK_THROWS_WITH(read(""), Catch::Contains("empty"));
  CHECK_THROWS_WITH(read("Dear reader"), Catch::Contains("JPEG, PNG, WebP, GIF, BMP"));
  CHECK_THROWS_WITH(read(std::string("\0\0\0\x18"
                                     "ftypheic\0\0\0\0",
                                     16)),
                    Catch::Contains("HEIC"));
  CHECK_THROWS_WITH(read(std::string("II*\0\x8\0\0\0", 8)), Catch::Contains("TIFF"));
  CHECK_THROWS_WITH(read("RIFF\x24\x08\1\1WAVEfmt "), Catch::Contains("not a WebP"));
  CHECK_THROWS_WITH(read(bytes_of("lossy.webp").substr(0, 24)), Catch::Contains("cut off before its size"));
  CHECK_THROWS_AS(read_image(*open_file(WICK_TESTS_DIR "/CMakeLists.txt")), Error);
}

TEST_CASE("image file: pictures without pixels and those too large are refused before they are read") {
  CHECK_THROWS_WITH(read(bmp_header(0, 5)), Catch::Contains("0 x 5"));
  CHECK_THROWS_WITH(read(bmp_header(70000, 5)), Catch::Contains("70000 x 5") && Catch::Contains("65535"));
  CHECK_THROWS_WITH(read(bmp_header(60000, 60000)), Catch::Contains("too large") && Catch::Contains("134 million"));
  CHECK_THROWS_WITH(read(bytes_of("rgb.png"), 100), Catch::Contains("37 x 23") && Catch::Contains("100"));
}

TEST_CASE("image file: an orientation is read in either byte order, and a damaged one is none") {
  const auto orientation = [](const std::string& exif) { return exif_orientation(std::as_bytes(std::span(exif))); };
  const std::string little("II*\0\x8\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0", 22);
  const std::string big("MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0\6\0\0", 22);
  CHECK(orientation(little) == 6);
  CHECK(orientation(big) == 6);
  for (std::size_t count = 0; count < 20; ++count) CHECK(orientation(little.substr(0, count)) == 1);
  std::string wrong = little;
  wrong[18] = 9;
  CHECK(orientation(wrong) == 1);
  CHECK(orientation(std::string("II*\0\xff\xff\xff\xff", 8)) == 1);
}

TEST_CASE("image file: turning a picture and turning it back") {
  for (const Index channels : {3, 4}) {
    const Image image = noise_image({70, 41}, channels);
    for (const auto& [turned, back] : {std::pair(1, 1), {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 8}, {7, 7}, {8, 6}}) {
      CHECK(upright(upright(image, turned), back).pixels == image.pixels);
    }
  }
}

TEST_CASE("png: what is written is read again") {
  for (const Index channels : {3, 4}) {
    const Image image = noise_image({29, 17}, channels);
    const Image again = read_image(*memory_source("a.png", png_of(image))).image;
    CHECK(again.channels == channels);
    CHECK(again.pixels == image.pixels);
  }
  const Mask mask = noise_mask({31, 9}, 2, 128);
  const Image again = read_image(*memory_source("mask.png", png_of(grey(mask)))).image;
  for (std::size_t i = 0; i < mask.bits.size(); ++i) CHECK(again.pixels[3 * i] == mask.bits[i] * 255);
  CHECK_THROWS_AS(png_of(Image{}), Error);
  CHECK_THROWS_AS(png_of(noise_image({3, 3}, 2)), Error);
}

TEST_CASE("png: a file is written whole, or an Error says why not") {
  const Image image = noise_image({5, 4});
  const std::string path = std::filesystem::temp_directory_path() / "wick-image-test.png";
  write_png(path, image);
  CHECK(read_image(*open_file(path)).image.pixels == image.pixels);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(write_png("/nowhere/a.png", image), Catch::Contains("/nowhere/a.png"));
}
