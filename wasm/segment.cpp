// Of wick.h: pictures to masks.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/image/mask_runs.h"
#include "core/image/outline.h"
#include "core/image/resize.h"
#include "models/everything.h"
#include "wasm/handles.h"

using namespace wick::host;
using wick::Index;

struct wick_segmenter {
  std::shared_ptr<const wick::SegmentModel> model;
  wick::Segmenter segmenter{model};
  std::optional<wick::MaskCandidates> candidates = {};  // of the last prompt
};

struct wick_everything {
  std::vector<uint8_t> pixels;  // RGBA, where they are needed
  wick::Everything everything;
};

namespace {

constexpr double kPreviewTolerance = 0.75;  // pixels of what the model sees, fewer than a screen shows

/// A list of `count` numbers. Throws Error, naming `what`, for anything else.
std::vector<double> numbers(const Json& json, std::size_t count, const char* what) {
  const bool fine = json.is_array() && json.size() == count &&
                    std::all_of(json.begin(), json.end(), [](const Json& one) { return one.is_number(); });
  if (!fine) throw wick::Error("prompt: {} must be {} numbers", what, count);
  return json.get<std::vector<double>>();
}

wick::SegmentPrompt parse_prompt(const Json& json) {
  if (!json.is_object()) throw wick::Error("prompt: expected an object");
  wick::SegmentPrompt prompt;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) continue;
    if (key == "points") {
      if (!value.is_array()) throw wick::Error("prompt: 'points' must be a list");
      for (const Json& point : value) {
        const auto p = numbers(point, 3, "a point");
        prompt.points.push_back({p[0], p[1], p[2] != 0});
      }
    } else if (key == "box") {
      const auto corners = numbers(value, 4, "'box'");
      prompt.box.emplace(wick::Box{static_cast<float>(corners[0]), static_cast<float>(corners[1]),
                                   static_cast<float>(corners[2]), static_cast<float>(corners[3])});
    } else {
      throw wick::Error("prompt: no option '{}'", key);
    }
  }
  return prompt;
}

wick::EverythingOptions parse_everything(const Json& json) {
  if (!json.is_object()) throw wick::Error("options: expected an object");
  constexpr std::array<std::string_view, 6> kKnown = {"points_per_side", "least_iou",   "least_stability",
                                                      "most_overlap",    "crop_layers", "min_region_area"};
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) throw wick::Error("options: no option '{}'", key);
  }
  wick::EverythingOptions options;
  read_option(json, "points_per_side", options.points_per_side);
  read_option(json, "least_iou", options.least_iou);
  read_option(json, "least_stability", options.least_stability);
  read_option(json, "most_overlap", options.most_overlap);
  read_option(json, "crop_layers", options.crop_layers);
  read_option(json, "min_region_area", options.min_region_area);
  return options;
}

/// [side, side, channels]. Throws Error for a number of floats that makes none.
wick::Tensor embedding_of(const wick::SegmentModel& model, const float* values, uint32_t count) {
  const Index side = model.decoder.side();
  const std::size_t places = static_cast<std::size_t>(side * side);
  if (count == 0 || count % places != 0) throw wick::Error("[segment] an embedding of {} floats", count);
  return wick::Tensor::copy_of<float>({&given(values, "embedding"), count},
                                      {side, side, static_cast<Index>(count / places)}, model.device);
}

wick::ImageSize picture_size(uint32_t width, uint32_t height) {
  wick::check_image_size("the picture", width, height);
  return {static_cast<Index>(width), static_cast<Index>(height)};
}

const wick::MaskCandidates& candidates_of(wick_segmenter* segmenter, int32_t index) {
  const auto& candidates = given(segmenter, "segmenter").candidates;
  if (!candidates) throw wick::Error("[segment] nothing was pointed at yet");
  if (index < 0 || index >= wick::MaskCandidates::kCount) {
    throw wick::Error("[segment] candidate {}: there are {}", index, wick::MaskCandidates::kCount);
  }
  return *candidates;
}

Json size_json(wick::ImageSize size) { return {size.height, size.width}; }

Json rle_json(const wick::Rle& rle) { return {{"size", size_json(rle.size)}, {"counts", wick::packed_counts(rle)}}; }

wick::Rle parse_rle(const Json& json) {
  if (!json.is_object() || !json.contains("size") || !json.contains("counts") || !json["counts"].is_string())
    throw wick::Error("mask: expected {{size, counts}}");
  const auto size = numbers(json["size"], 2, "a mask's size");
  for (const double side : size) {
    if (!(side >= 1 && side <= wick::kMaxSide)) throw wick::Error("mask: a side of {:g} pixels", side);
  }
  return wick::unpacked_counts(json["counts"].get_ref<const std::string&>(),
                               {static_cast<Index>(size[1]), static_cast<Index>(size[0])});
}

wick::Rle parse_rle(const char* text) { return parse_rle(parse(text, "mask")); }

/// The stroke of a brush in a picture of that size.
wick::Rle parse_stroke(const Json& json, wick::ImageSize size) {
  const bool fine = json.is_object() && json.contains("places") && json["places"].is_array() &&
                    json.contains("radius") && json["radius"].is_number();
  if (!fine) throw wick::Error("stroke: expected {{places, radius}}");
  std::vector<wick::StrokePlace> places;
  for (const Json& place : json["places"]) {
    const auto at = numbers(place, 2, "a place");
    places.push_back({at[0], at[1]});
  }
  return wick::stroke_of(places, json["radius"].get<double>(), size);
}

Json box_json(const wick::Box& box) { return {box.x0, box.y0, box.x1, box.y1}; }

/// What is known of a mask without its logits.
Json mask_json(const wick::Rle& rle) {
  return {{"area", area(rle)}, {"box", box_json(bounding_box(rle))}, {"rle", rle_json(rle)}};
}

/// A mask whose model had its say.
Json mask_json(const wick::SegmentMask& mask) {
  return {{"iou", mask.iou},
          {"stability", mask.stability},
          {"area", mask.area},
          {"box", box_json(mask.box)},
          {"rle", rle_json(mask.rle)}};
}

Json ring_json(const wick::Ring& ring) {
  Json corners = Json::array();
  for (const wick::Point& corner : ring) corners.push_back({corner.x, corner.y});
  return corners;
}

Json polygons_json(const std::vector<wick::Polygon>& polygons) {
  Json json = Json::array();
  for (const wick::Polygon& polygon : polygons) {
    Json holes = Json::array();
    for (const wick::Ring& hole : polygon.holes) holes.push_back(ring_json(hole));
    json.push_back({{"outer", ring_json(polygon.outer)}, {"holes", std::move(holes)}});
  }
  return json;
}

}  // namespace

extern "C" {

wick_segmenter* wick_segmenter_new(wick_loader* loader) {
  return guarded<wick_segmenter*>(
      nullptr, [&] { return new wick_segmenter{loaded(loader, &wick_loader::segment, "segment pictures")}; });
}

void wick_segmenter_free(wick_segmenter* segmenter) { delete segmenter; }

int32_t wick_segment_info(wick_loader* loader) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const auto& model = loaded(loader, &wick_loader::segment, "segment pictures");
    return give_json({{"name", loader->name}, {"weight_bytes", model->weight_bytes}});
  });
}

int32_t wick_segmenter_start(wick_segmenter* handle, const uint8_t* rgba, uint32_t width, uint32_t height,
                             uint32_t picture_width, uint32_t picture_height) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick_segmenter& s = given(handle, "segmenter");
    s.segmenter.start({&given(rgba, "pixel"), picture_size(width, height), 4},
                      picture_size(picture_width, picture_height));
    s.candidates.reset();
    return 0;
  });
}

int32_t wick_segmenter_step(wick_segmenter* handle, double* progress) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick::Segmenter& segmenter = given(handle, "segmenter").segmenter;
    const bool more = segmenter.step();
    if (!more && !segmenter.ready()) throw wick::Error("[segment] no picture was begun");
    if (progress) *progress = segmenter.progress();
    return more ? 1 : 0;
  });
}

int32_t wick_segmenter_embedding(wick_segmenter* handle, float* into, uint32_t count) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::Tensor embedding = given(handle, "segmenter").segmenter.embedding();
    const auto values = static_cast<std::size_t>(embedding.elements());
    if (into) std::copy_n(embedding.data<float>(), std::min<std::size_t>(values, count), into);
    return static_cast<int32_t>(values);
  });
}

int32_t wick_segmenter_resume(wick_segmenter* handle, uint32_t width, uint32_t height, const float* embedding,
                              uint32_t count) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick_segmenter& s = given(handle, "segmenter");
    s.segmenter.resume(picture_size(width, height), embedding_of(*s.model, embedding, count));
    s.candidates.reset();
    return 0;
  });
}

int32_t wick_segmenter_prompt(wick_segmenter* handle, const char* prompt_json, const float* mask) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick_segmenter& s = given(handle, "segmenter");
    wick::SegmentPrompt prompt = parse_prompt(parse(prompt_json, "prompt"));
    const Index side = s.model->decoder.mask_side();
    if (mask) prompt.mask = wick::Tensor::copy_of<float>({mask, WICK_MASK_LOGITS}, {side, side}, s.model->device);
    s.candidates = s.segmenter.candidates(prompt);
    return give_json({{"iou", s.candidates->iou}, {"best", s.segmenter.best(prompt, *s.candidates)}});
  });
}

int32_t wick_segmenter_logits(wick_segmenter* handle, int32_t candidate, float* into) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const auto logits = candidates_of(handle, candidate).logits_of(candidate);
    std::copy(logits.begin(), logits.end(), &given(into, "room for logits"));
    return 0;
  });
}

int32_t wick_segmenter_mask(wick_segmenter* handle, int32_t candidate) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::MaskCandidates& candidates = candidates_of(handle, candidate);
    return give_json(mask_json(handle->segmenter.mask(candidates, candidate)));
  });
}

int32_t wick_segmenter_preview(wick_segmenter* handle, int32_t candidate) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const auto logits = candidates_of(handle, candidate).logits_of(candidate);
    const wick::ImageSize seen = wick::sam_size(handle->segmenter.picture());
    const wick::Mask mask = wick::mask_of(wick::upsample_mask(logits, seen).rle);
    return give_json({{"path", wick::svg_path(wick::outline(mask, kPreviewTolerance))}, {"size", size_json(seen)}});
  });
}

wick_everything* wick_everything_new(wick_loader* loader, uint32_t width, uint32_t height, const float* embedding,
                                     uint32_t count, const uint8_t* rgba, const char* options_json) {
  return guarded<wick_everything*>(nullptr, [&] {
    const auto& model = loaded(loader, &wick_loader::segment, "segment pictures");
    const wick::ImageSize size = picture_size(width, height);
    const wick::EverythingOptions options = parse_everything(parse(options_json, "options"));
    if (options.crop_layers > 0 && !rgba) throw wick::Error("options: 'crop_layers' needs the picture's pixels");
    std::vector<uint8_t> pixels;
    if (rgba) pixels.assign(rgba, rgba + std::size_t{width} * height * 4);
    const wick::Tensor known = embedding_of(*model, embedding, count);
    wick::Everything everything(model, wick::ImageView(pixels.data(), size, 4), options, known);
    return new wick_everything{std::move(pixels), std::move(everything)};
  });
}

void wick_everything_free(wick_everything* everything) { delete everything; }

int32_t wick_everything_step(wick_everything* handle, double* progress) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick::Everything& everything = given(handle, "search").everything;
    const bool more = everything.step();
    if (progress) *progress = everything.progress();
    return more ? 1 : 0;
  });
}

int32_t wick_everything_masks(wick_everything* handle) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    Json masks = Json::array();
    for (const wick::FoundMask& found : given(handle, "search").everything.masks()) {
      masks.push_back(mask_json(found));
      masks.back()["point"] = {found.x, found.y};
    }
    return give_json(masks);
  });
}

int32_t wick_mask_text(const char* rle_json, const char* format, double tolerance) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const std::string_view wanted = &given(format, "format");
    if (wanted != "svg" && wanted != "polygons") throw wick::Error("format '{}': only svg and polygons", wanted);
    if (!(tolerance >= 0)) throw wick::Error("mask: a tolerance of {:g} pixels", tolerance);
    const auto polygons = wick::outline_near(parse_rle(rle_json), tolerance);
    return wanted == "svg" ? give_text(wick::svg_path(polygons)) : give_json(polygons_json(polygons));
  });
}

int32_t wick_mask_pixels(const char* rle_json, uint32_t first_row, uint32_t rows, uint8_t* pixels, uint32_t size) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::Rle rle = parse_rle(rle_json);
    const auto most = static_cast<uint32_t>(rle.size.height);
    if (first_row >= most || rows == 0 || rows > most - first_row) {
      throw wick::Error("mask: rows {} to {} of {}", first_row, uint64_t{first_row} + rows, most);
    }
    const wick::Mask mask = wick::rows_of(rle, static_cast<Index>(first_row), static_cast<Index>(rows));
    if (size < mask.bits.size()) throw wick::Error("mask: {} pixels, and room for {}", mask.bits.size(), size);
    std::copy(mask.bits.begin(), mask.bits.end(), &given(pixels, "room for pixels"));
    return 0;
  });
}

int32_t wick_mask_union(const char* rles_json) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const Json json = parse(rles_json, "masks");
    if (!json.is_array() || json.empty()) throw wick::Error("masks: expected a list of them");
    wick::Rle all = parse_rle(json[0]);
    for (std::size_t i = 1; i < json.size(); ++i) all = wick::united(all, parse_rle(json[i]));
    return give_json(mask_json(all));
  });
}

int32_t wick_mask_paint(const char* rle_json, const char* stroke_json, int32_t erase) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::Rle rle = parse_rle(rle_json);
    const wick::Rle stroke = parse_stroke(parse(stroke_json, "stroke"), rle.size);
    return give_json(mask_json(erase != 0 ? wick::without(rle, stroke) : wick::united(rle, stroke)));
  });
}

}  // extern "C"
