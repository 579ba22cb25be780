// The laws of the C interface for pictures, with MobileSAM where it is on this machine.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/tiny_model.h"
#include "wasm/wick_session.h"
#include "wasm/wick_text.h"

using namespace wick::test;

namespace {

const std::vector<std::string> kFiles = {"mobile-sam.encoder.onnx", "mobile-sam.decoder.onnx"};
constexpr uint32_t kWidth = 90, kHeight = 60;

bool model_is_here() {
  const bool here = std::filesystem::exists(std::string(WICK_MODELS_DIR "/") + kFiles[0]);
  if (!here) WARN("skipped: mobile-sam is not here");
  return here;
}

/// A dark picture with a bright square in [20, 50) x [15, 45), RGBA.
std::vector<uint8_t> bright_square() {
  std::vector<uint8_t> pixels;
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      const bool inside = x >= 20 && x < 50 && y >= 15 && y < 45;
      const uint8_t level = inside ? 230 : 30;
      pixels.insert(pixels.end(), {level, level, static_cast<uint8_t>(inside ? 60 : 30), 255});
    }
  }
  return pixels;
}

struct Segmenting {
  Session session{WICK_MODELS_DIR, kFiles};
  wick_segmenter* segmenter = wick_segmenter_new(session.loader);
  ~Segmenting() { wick_segmenter_free(segmenter); }

  /// `scale`: how many times larger the picture is than what is given of it.
  void embed(uint32_t scale = 1) {
    const std::vector<uint8_t> pixels = bright_square();
    REQUIRE(wick_segmenter_start(segmenter, pixels.data(), kWidth, kHeight, kWidth * scale, kHeight * scale) == 0);
    double progress = 0;
    for (double before = 0; wick_segmenter_step(segmenter, &progress) == 1; before = progress) CHECK(progress > before);
    CHECK(progress == 1);
  }
  std::string refusal(const char* prompt) {
    CHECK(wick_segmenter_prompt(segmenter, prompt, nullptr) == WICK_ERROR);
    return wick_error_message();
  }
};

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }
std::string error() { return wick_error_message(); }

}  // namespace

TEST_CASE("wick.h: a picture is embedded in steps, and what one points at becomes a mask") {
  if (!model_is_here()) return;
  Segmenting s;
  REQUIRE(s.segmenter);
  CHECK(wick_load_task(s.session.loader) == WICK_SEGMENT);
  CHECK(json(wick_segment_info(s.session.loader))["weight_bytes"].get<double>() > 1e7);
  CHECK(wick_segmenter_step(s.segmenter, nullptr) == WICK_ERROR);
  CHECK(s.refusal(R"({"points": [[5, 5, 1]]})") == "[segment] the picture is not embedded yet");
  s.embed();
  CHECK(wick_segmenter_mask(s.segmenter, 0) == WICK_ERROR);
  CHECK(error() == "[segment] nothing was pointed at yet");

  const nlohmann::json answer = json(wick_segmenter_prompt(s.segmenter, R"({"points": [[35, 30, 1]]})", nullptr));
  REQUIRE(answer["iou"].size() == 4);
  const int best = answer["best"];
  const nlohmann::json mask = json(wick_segmenter_mask(s.segmenter, best));
  CHECK(mask["area"].get<int>() == Approx(900).margin(90));
  CHECK(mask["rle"]["size"] == nlohmann::json{kHeight, kWidth});
  CHECK(mask["box"][0].get<int>() == Approx(20).margin(2));
  CHECK(mask["iou"].get<double>() > 0.8);
  const nlohmann::json preview = json(wick_segmenter_preview(s.segmenter, best));
  CHECK(preview["size"] == nlohmann::json{683, 1024});
  CHECK(preview["path"].get<std::string>().starts_with("M"));

  // All of its rows, and those of its box alone, have its pixels.
  const std::string rle = mask["rle"].dump();
  for (const auto& [first, rows] : {std::pair<uint32_t, uint32_t>{0, kHeight}, {10, 40}}) {
    std::vector<uint8_t> pixels(kWidth * rows);
    REQUIRE(wick_mask_pixels(rle.c_str(), first, rows, pixels.data(), kWidth * rows) == 0);
    CHECK(std::count(pixels.begin(), pixels.end(), 1) == mask["area"].get<int>());
  }

  // What was kept of the picture answers alike, and so does an earlier mask with a box.
  std::vector<float> embedding(static_cast<std::size_t>(wick_segmenter_embedding(s.segmenter, nullptr, 0)));
  wick_segmenter_embedding(s.segmenter, embedding.data(), static_cast<uint32_t>(embedding.size()));
  std::vector<float> logits(WICK_MASK_LOGITS);
  REQUIRE(wick_segmenter_logits(s.segmenter, best, logits.data()) == 0);
  CHECK(wick_segmenter_resume(s.segmenter, kWidth, kHeight, embedding.data(), 4096) == WICK_ERROR);
  CHECK(wick_segmenter_resume(s.segmenter, kWidth, kHeight, embedding.data(), 17) == WICK_ERROR);
  REQUIRE(wick_segmenter_resume(s.segmenter, kWidth, kHeight, embedding.data(),
                                static_cast<uint32_t>(embedding.size())) == 0);
  CHECK(json(wick_segmenter_prompt(s.segmenter, R"({"points": [[35, 30, 1]]})", nullptr)) == answer);
  const nlohmann::json refined =
      json(wick_segmenter_prompt(s.segmenter, R"({"points": [[35, 30, 1]], "box": [49, 44, 20, 15]})", logits.data()));
  CHECK(refined["best"] == 0);
  CHECK(json(wick_segmenter_mask(s.segmenter, 0))["area"].get<int>() == Approx(900).margin(90));
}

TEST_CASE("wick.h: a small copy stands for a large picture, whose masks are in its own pixels") {
  if (!model_is_here()) return;
  Segmenting s;
  s.embed(100);
  const nlohmann::json answer = json(wick_segmenter_prompt(s.segmenter, R"({"points": [[3500, 3000, 1]]})", nullptr));
  const nlohmann::json mask = json(wick_segmenter_mask(s.segmenter, answer["best"]));
  CHECK(mask["rle"]["size"] == nlohmann::json{6000, 9000});
  CHECK(mask["area"].get<double>() == Approx(9e6).margin(9e5));
  const std::string path = text(wick_mask_text(mask["rle"].dump().c_str(), "svg", 4));
  CHECK(path.starts_with("M"));
  CHECK(path.size() < 4000);
}

TEST_CASE("wick.h: what one cannot point at is refused in words, and the next prompt is answered") {
  if (!model_is_here()) return;
  Segmenting s;
  CHECK(wick_segmenter_start(s.segmenter, nullptr, 5, 5, 5, 5) == WICK_ERROR);
  CHECK(wick_segmenter_start(s.segmenter, bright_square().data(), 0, 5, 5, 5) == WICK_ERROR);
  CHECK(wick_segmenter_start(s.segmenter, bright_square().data(), 4'000'000'000, 5, 5, 5) == WICK_ERROR);
  CHECK(wick_segmenter_start(s.segmenter, bright_square().data(), 5, 5, 0, 5) == WICK_ERROR);
  s.embed();
  CHECK(s.refusal("{") == "prompt: not valid JSON");
  CHECK(s.refusal("[]") == "prompt: expected an object");
  CHECK(s.refusal(R"({"pionts": []})") == "prompt: no option 'pionts'");
  CHECK(s.refusal(R"({"points": 5})") == "prompt: 'points' must be a list");
  CHECK(s.refusal(R"({"points": [[1, 2]]})") == "prompt: a point must be 3 numbers");
  CHECK(s.refusal(R"({"points": [[1, 2, "in"]]})") == "prompt: a point must be 3 numbers");
  CHECK(s.refusal(R"({"box": [1, 2, 3]})") == "prompt: 'box' must be 4 numbers");
  CHECK(contains(s.refusal(R"({"points": [[90, 2, 1]]})"), "outside the picture of 90 x 60"));
  CHECK(contains(s.refusal(R"({"box": [5, 5, 5, 9]})"), "no area"));
  CHECK(s.refusal("{}") == "[segment] neither a point nor a box nor a mask");
  std::string points = "[1, 1, 1]";
  for (int i = 0; i < 1000; ++i) points += ", [1, 1, 0]";
  CHECK(s.refusal(("{\"points\": [" + points + "]}").c_str()) ==
        "[segment] 1001 points are too many for one thing: at most 1000");
  const std::vector<float> odd(WICK_MASK_LOGITS, std::numeric_limits<float>::quiet_NaN());
  CHECK(wick_segmenter_prompt(s.segmenter, "{}", odd.data()) == WICK_ERROR);
  CHECK(contains(error(), "the answer is no numbers"));
  CHECK(json(wick_segmenter_prompt(s.segmenter, R"({"points": [[35, 30, 1]], "box": null})", nullptr))["iou"].size() ==
        4);
  for (const int32_t candidate : {-1, 4}) {
    CHECK(wick_segmenter_mask(s.segmenter, candidate) == WICK_ERROR);
    CHECK(wick_segmenter_preview(s.segmenter, candidate) == WICK_ERROR);
    CHECK(wick_segmenter_logits(s.segmenter, candidate, nullptr) == WICK_ERROR);
  }
}

TEST_CASE("wick.h: everything in a picture is found, and what is found is told at any time") {
  if (!model_is_here()) return;
  Segmenting s;
  s.embed();
  std::vector<float> embedding(static_cast<std::size_t>(wick_segmenter_embedding(s.segmenter, nullptr, 0)));
  const auto count = static_cast<uint32_t>(embedding.size());
  wick_segmenter_embedding(s.segmenter, embedding.data(), count);
  wick_loader* loader = s.session.loader;
  const auto begin = [&](const char* options) {
    return wick_everything_new(loader, kWidth, kHeight, embedding.data(), count, nullptr, options);
  };
  for (const char* wrong : {"", "[]", R"({"points": 4})", R"({"points_per_side": 0})", R"({"crop_layers": 1})"}) {
    CAPTURE(wrong);
    CHECK_FALSE(begin(wrong));
    CHECK_FALSE(error().empty());
  }
  wick_everything* everything = begin(R"({"points_per_side": 4})");
  REQUIRE(everything);
  CHECK(json(wick_everything_masks(everything)).empty());
  double progress = 0;
  int steps = 1;
  while (wick_everything_step(everything, &progress) == 1) ++steps;
  CHECK(steps >= 16);
  CHECK(progress == 1);
  const nlohmann::json found = json(wick_everything_masks(everything));
  CHECK(std::any_of(found.begin(), found.end(), [](const nlohmann::json& mask) {
    return mask["area"] > 800 && mask["area"] < 1000 && mask["rle"]["size"] == nlohmann::json{kHeight, kWidth};
  }));
  wick_everything_free(everything);
}

TEST_CASE("wick.h: a mask is written as a path and as polygons") {
  const std::string rle = R"({"size": [3, 3], "counts": "0410"})";  // all but the middle
  CHECK(json(wick_mask_text(rle.c_str(), "polygons", 0)) ==
        nlohmann::json::parse(R"([{"outer": [[0, 0], [3, 0], [3, 3], [0, 3]],
                                   "holes": [[[2, 1], [1, 1], [1, 2], [2, 2]]]}])"));
  CHECK(text(wick_mask_text(rle.c_str(), "svg", 0)).starts_with("M0 0"));
  CHECK(wick_mask_text(rle.c_str(), "svg", -1) == WICK_ERROR);
  CHECK(wick_mask_text(rle.c_str(), "svg", std::numeric_limits<double>::quiet_NaN()) == WICK_ERROR);
  CHECK(wick_mask_text(rle.c_str(), "dxf", 0) == WICK_ERROR);
  CHECK(error() == "format 'dxf': only svg and polygons");
  std::vector<uint8_t> pixels(9);
  CHECK(wick_mask_pixels(rle.c_str(), 0, 3, pixels.data(), 8) == WICK_ERROR);
  CHECK(error() == "mask: 9 pixels, and room for 8");
  CHECK(wick_mask_pixels(rle.c_str(), 2, 0xFFFFFFFF, pixels.data(), 9) == WICK_ERROR);
  CHECK(error() == "mask: rows 2 to 4294967297 of 3");
  for (const char* wrong : {"", "[]", R"({"size": [3, 3]})", R"({"size": [3], "counts": ""})",
                            R"({"size": [3, 3], "counts": "0"})", R"({"size": [0, 3], "counts": ""})",
                            R"({"size": [1e9, 1e9], "counts": ""})", R"({"size": [3, 3], "counts": "~~"})"}) {
    CAPTURE(wrong);
    CHECK(wick_mask_text(wrong, "svg", 0) == WICK_ERROR);
    CHECK_FALSE(error().empty());
  }
}

TEST_CASE("wick.h: masks are painted on, erased and put together") {
  const char* nothing = R"({"size": [3, 3], "counts": "9"})";
  const char* middle = R"({"places": [[1.5, 1.5]], "radius": 0.5})";
  const nlohmann::json cross = json(wick_mask_paint(nothing, R"({"places": [[1.5, 1.5]], "radius": 1.2})", 0));
  CHECK(cross["area"] == 5);
  CHECK(cross["box"] == nlohmann::json{0, 0, 2, 2});
  const nlohmann::json open = json(wick_mask_paint(cross["rle"].dump().c_str(), middle, 1));
  CHECK(open["area"] == 4);
  const nlohmann::json dot = json(wick_mask_paint(nothing, middle, 0));
  CHECK(dot["box"] == nlohmann::json{1, 1, 1, 1});
  CHECK(json(wick_mask_union(nlohmann::json{open["rle"], dot["rle"]}.dump().c_str())) == cross);
  for (const char* wrong : {"", "{}", R"({"places": [[1]], "radius": 1})", R"({"places": [], "radius": 0})",
                            R"({"places": [[1e99, 1]], "radius": 1})"}) {
    CAPTURE(wrong);
    CHECK(wick_mask_paint(nothing, wrong, 0) == WICK_ERROR);
    CHECK_FALSE(error().empty());
  }
  const nlohmann::json wide = {{"size", {1, 2}}, {"counts", "2"}};
  CHECK(wick_mask_union(nlohmann::json{open["rle"], wide}.dump().c_str()) == WICK_ERROR);
  CHECK(error() == "mask: 3 x 3 and 2 x 1 pixels do not go together");
  CHECK(wick_mask_union("[]") == WICK_ERROR);
}

TEST_CASE("wick.h: a model that chats cannot segment") {
  const TemporaryFolder folder;
  tiny_model().write(folder / "tiny.gguf");
  const Session chat(folder / "", {"tiny.gguf"});
  CHECK_FALSE(wick_segmenter_new(chat.loader));
  CHECK(error() == "a language model cannot segment pictures");
  CHECK(wick_segment_info(chat.loader) == WICK_ERROR);
}

TEST_CASE("wick.h: no handle is an error for pictures too") {
  CHECK_FALSE(wick_segmenter_new(nullptr));
  CHECK(wick_segment_info(nullptr) == WICK_ERROR);
  CHECK(wick_segmenter_start(nullptr, nullptr, 1, 1, 1, 1) == WICK_ERROR);
  CHECK(wick_segmenter_step(nullptr, nullptr) == WICK_ERROR);
  CHECK(wick_segmenter_embedding(nullptr, nullptr, 0) == WICK_ERROR);
  CHECK(wick_segmenter_resume(nullptr, 1, 1, nullptr, 0) == WICK_ERROR);
  CHECK(wick_segmenter_prompt(nullptr, "{}", nullptr) == WICK_ERROR);
  CHECK(wick_segmenter_logits(nullptr, 0, nullptr) == WICK_ERROR);
  CHECK(wick_segmenter_mask(nullptr, 0) == WICK_ERROR);
  CHECK(wick_segmenter_preview(nullptr, 0) == WICK_ERROR);
  CHECK(wick_mask_text(nullptr, nullptr, 0) == WICK_ERROR);
  CHECK(wick_mask_pixels(nullptr, 0, 1, nullptr, 0) == WICK_ERROR);
  CHECK(wick_mask_union(nullptr) == WICK_ERROR);
  CHECK(wick_mask_paint(nullptr, nullptr, 0) == WICK_ERROR);
  wick_segmenter_free(nullptr);
  CHECK_FALSE(wick_everything_new(nullptr, 1, 1, nullptr, 0, nullptr, "{}"));
  CHECK(wick_everything_step(nullptr, nullptr) == WICK_ERROR);
  CHECK(wick_everything_masks(nullptr) == WICK_ERROR);
  wick_everything_free(nullptr);
}
