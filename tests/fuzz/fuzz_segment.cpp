// Any calls of wick.h for pictures, in any order, with a tiny model: masks that lie in the picture, or an error that
// says why. A call is a byte and what it needs: sizes, texts up to a zero byte, numbers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "choices.h"
#include "wasm/wick_session.h"

namespace {

using wick::fuzz::Choices;
using Json = nlohmann::json;

constexpr std::array kSides = {1U, 2U, 3U, 40U, 255U, 0U, 40'000U, 4'000'000'000U};
constexpr uint32_t kMostSide = 255;  // of those for which there are pixels

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// An answer, or an error that says why.
bool answered(int32_t result) {
  if (result != WICK_ERROR) return true;
  require(std::strlen(wick_error_message()) > 0, "an error without words");
  return false;
}

Json json(int32_t length) {
  std::string text(static_cast<std::size_t>(length), '\0');
  require(wick_text(text.data(), length) == length, "a text of another length");
  return Json::parse(text);
}

float odd_number(Choices& choices) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr std::array kOdd = {0.0F,      -8.0F,      8.0F, std::numeric_limits<float>::quiet_NaN(),
                               kInfinity, -kInfinity, 3e38F};
  const unsigned which = choices.byte();
  return which < kOdd.size() ? kOdd[which] : choices.number();
}

std::vector<float> odd_numbers(std::size_t count, Choices& choices) {
  std::vector<float> numbers(count);
  const float some = odd_number(choices), others = odd_number(choices);
  const std::size_t period = choices.byte() + 1;
  for (std::size_t i = 0; i < count; ++i) numbers[i] = i % period == 0 ? others : some;
  return numbers;
}

void check_mask(const Json& mask, uint32_t width, uint32_t height) {
  require(mask["rle"]["size"] == Json{height, width}, "a mask of another size");
  require(mask["area"] >= 0 && mask["area"] <= std::uint64_t{width} * height, "an area beyond the picture");
  require(mask["stability"] >= 0 && mask["stability"] <= 1, "a stability that is none");
  require(mask["box"][0] >= 0 && mask["box"][2] < width && mask["box"][3] < height, "a box beyond the picture");
  const std::string rle = mask["rle"].dump();
  for (const double tolerance : {1.0, 5.0}) {
    for (const char* format : {"svg", "polygons"})
      require(answered(wick_mask_text(rle.c_str(), format, tolerance)), "no outline");
  }
  std::vector<uint8_t> pixels(std::size_t{width} * height);
  const auto room = static_cast<uint32_t>(pixels.size());
  require(answered(wick_mask_pixels(rle.c_str(), 0, height, pixels.data(), room)), "no pixels");
  require(std::count(pixels.begin(), pixels.end(), 1) == mask["area"].get<std::ptrdiff_t>(), "an area that is none");
}

/// A tiny model, and the embedding of a picture by it.
struct Model {
  wick::test::Session session{WICK_TESTS_DIR "/golden/sam", {"tiny_vit.pt"}};
  std::vector<float> embedding;

  Model() {
    wick_segmenter* segmenter = wick_segmenter_new(session.loader);
    const std::vector<uint8_t> pixels(64 * 48 * 4, 99);
    require(wick_segmenter_start(segmenter, pixels.data(), 64, 48, 64, 48) == 0,
            "the tiny model begins with no picture");
    while (wick_segmenter_step(segmenter, nullptr) == 1) {
    }
    embedding.resize(static_cast<std::size_t>(wick_segmenter_embedding(segmenter, nullptr, 0)));
    wick_segmenter_embedding(segmenter, embedding.data(), static_cast<uint32_t>(embedding.size()));
    wick_segmenter_free(segmenter);
  }
};

class Caller {
 public:
  Caller(const Model& model, Choices choices) : model_(model), choices_(choices) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { wick_segmenter_free(segmenter_); }

  void call() {
    switch (choices_.byte() % 10) {
      case 0:
        start();
        break;
      case 1:
        answered(wick_segmenter_step(segmenter_, nullptr));
        break;
      case 2:
        resume(model_.embedding);
        break;
      case 3:
        resume(odd_numbers(choices_.byte() % 2 == 0 ? model_.embedding.size() : choices_.byte(), choices_));
        break;
      case 4:
        prompt(choices_.text(), {});
        break;
      case 5:
        prompt(points(), {});
        break;
      case 6:
        prompt(choices_.text(), odd_numbers(WICK_MASK_LOGITS, choices_));
        break;
      case 7:
        mask(static_cast<int32_t>(choices_.byte()) - 1);
        break;
      case 8:
        everything();
        break;
      default:
        part_of_embedding();
    }
  }
  bool done() const { return choices_.empty(); }

 private:
  uint32_t side() { return kSides[choices_.byte() % kSides.size()]; }

  void start() {
    const uint32_t width = side(), height = side();
    std::vector<uint8_t> pixels;
    if (std::max(width, height) <= kMostSide) pixels.assign(std::size_t{width} * height * 4, choices_.byte() & 0xFF);
    const bool is_copy = choices_.byte() % 4 == 0;
    const uint32_t own_width = is_copy ? side() : width, own_height = is_copy ? side() : height;
    const uint8_t* rgba = pixels.empty() ? nullptr : pixels.data();
    if (answered(wick_segmenter_start(segmenter_, rgba, width, height, own_width, own_height))) {
      require(!pixels.empty(), "a picture without pixels is begun");
      width_ = own_width;
      height_ = own_height;
    }
  }

  void resume(const std::vector<float>& embedding) {
    const uint32_t width = side(), height = side();
    const auto count = static_cast<uint32_t>(embedding.size());
    if (!answered(wick_segmenter_resume(segmenter_, width, height, embedding.data(), count))) return;
    width_ = width;
    height_ = height;
  }

  /// More points than any person would set, or a few.
  std::string points() {
    const unsigned count = choices_.byte() % 32 * (choices_.byte() % 16 == 0 ? 200 : 1);
    Json points = Json::array();
    for (unsigned i = 0; i < count; ++i) points.push_back({i % std::max(width_, 1U), i % std::max(height_, 1U), i % 2});
    return Json{{"points", points}}.dump();
  }

  void prompt(const std::string& text, const std::vector<float>& logits) {
    const int32_t length = wick_segmenter_prompt(segmenter_, text.c_str(), logits.empty() ? nullptr : logits.data());
    if (!answered(length)) return;
    const Json answer = json(length);
    require(answer["iou"].size() == 4 && answer["best"] >= 0 && answer["best"] < 4, "an answer that is none");
    for (const Json& iou : answer["iou"]) require(iou.is_number(), "an IoU that is no number");
    mask(answer["best"].get<int32_t>());
  }

  void mask(int32_t candidate) {
    static std::vector<float> logits(WICK_MASK_LOGITS);
    if (!answered(wick_segmenter_logits(segmenter_, candidate, logits.data()))) return;
    require(std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); }), "odd logits");
    const int32_t length = wick_segmenter_mask(segmenter_, candidate);
    require(answered(length), "no mask of a candidate");
    check_mask(json(length), width_, height_);
    require(answered(wick_segmenter_preview(segmenter_, candidate)), "no preview of a candidate");
  }

  void everything() {
    const uint32_t width = side(), height = side();
    const std::string options = choices_.text();
    std::vector<uint8_t> pixels;
    if (std::max(width, height) <= kMostSide) pixels.assign(std::size_t{width} * height * 4, 77);
    const auto count = static_cast<uint32_t>(model_.embedding.size());
    wick_everything* everything = wick_everything_new(model_.session.loader, width, height, model_.embedding.data(),
                                                      count, pixels.empty() ? nullptr : pixels.data(), options.c_str());
    if (!everything) {
      answered(WICK_ERROR);
      return;
    }
    for (unsigned steps = choices_.byte() % 4; steps > 0; --steps) {
      double progress = -1;
      require(answered(wick_everything_step(everything, &progress)), "a step fails");
      require(progress >= 0 && progress <= 1, "progress that is none");
    }
    for (const Json& mask : json(wick_everything_masks(everything))) check_mask(mask, width, height);
    wick_everything_free(everything);
  }

  void part_of_embedding() {
    std::vector<float> some(choices_.byte());
    answered(wick_segmenter_embedding(segmenter_, some.data(), static_cast<uint32_t>(some.size())));
  }

  const Model& model_;
  Choices choices_;
  wick_segmenter* segmenter_ = wick_segmenter_new(model_.session.loader);
  uint32_t width_ = 0, height_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Model model;
  constexpr int kMostCalls = 6;  // each looks at all 64 x 64 places, however tiny the model
  Caller caller(model, Choices(data, size));
  for (int i = 0; i < kMostCalls && !caller.done(); ++i) caller.call();
  return 0;
}
