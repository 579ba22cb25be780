#pragma once
// The picture that Segment Anything is held against, as others embed it.
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/segmenter.h"

namespace wick {

inline const std::string kReference = WICK_SHARED_DIR "/data/reference/mobilesam/";

/// The truck, embedded by onnxruntime: what every prompt is held against. Nothing, said aloud, where the model or the
/// shared data is missing.
struct Truck {
  std::shared_ptr<const SegmentModel> model;
  nlohmann::json golden;
  ImageSize size;
  Segmenter segmenter;

  explicit Truck(std::shared_ptr<const SegmentModel> loaded) : model(std::move(loaded)), segmenter(model) {
    golden = nlohmann::json::parse(read_text(*open_file(WICK_TESTS_DIR "/golden/segment/truck.json")));
    size = {golden["width"], golden["height"]};
  }
};

inline std::optional<Truck> truck(Precision precision) {
  const std::string path = WICK_MODELS_DIR "/mobile-sam.encoder.onnx";
  if (!std::filesystem::exists(path) || !std::filesystem::exists(kReference)) {
    WARN("skipped: mobile-sam or the shared data is not here");
    return {};
  }
  SegmentLoader loader(ModelFiles::open(path), Device::cpu(2), precision);
  return Truck(loader.finish());
}

/// [side, side, channels], which the file has as [channels, side, side].
inline Tensor reference_embedding(const Device& device) {
  const std::string bytes = read_text(*open_file(kReference + "truck_embed.f32"));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return Tensor::copy_of<float>(values, {256, 64, 64}, device).permute({1, 2, 0}).contiguous();
}

}  // namespace wick
