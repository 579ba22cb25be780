// A picture's record as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/image/mask_runs.h"
#include "image/mask_files.h"
#include "views/segment/picture_store.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "wick-picture";
constexpr int kVersion = 1;

Json json_of(const MaskCandidate& mask) {
  return {{"iou", mask.iou}, {"stability", mask.stability}, {"rle", rle_json(mask.rle)}};
}

Json json_of(const Thing& thing) {
  Json points = Json::array(), candidates = Json::array();
  for (const ScenePoint& point : thing.points) points.push_back({point.x, point.y, point.inside ? 1 : 0});
  for (const MaskPtr& mask : thing.candidates) candidates.push_back(json_of(*mask));
  Json json{{"id", thing.id}, {"name", thing.name}, {"colour", thing.colour}, {"hidden", thing.hidden}};
  json["points"] = std::move(points);
  if (thing.box) json["box"] = box_json(*thing.box);
  json["candidates"] = std::move(candidates);
  json["chosen"] = thing.chosen;
  json["answered"] = thing.answered;
  return json;
}

Json head_json(const PictureRecord& record) {
  return {{"format", kFormat},          {"version", kVersion},          {"id", record.id},
          {"title", record.title},      {"updated", record.updated},    {"objects", head_of(record).things},
          {"width", record.size.width}, {"height", record.size.height}, {"read_ms", record.read_ms},
          {"source", record.source}};
}

Json parse(std::string_view text, std::string_view source) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw Error("{}: not a picture of Wick's", source);
  return json;
}

Json parse_head_json(std::string_view line, std::string_view source) {
  Json json = parse(line, source);
  if (!json.contains("format") || json["format"] != kFormat) throw Error("{}: not a picture of Wick's", source);
  if (!json.contains("version") || !json["version"].is_number_integer()) {
    throw Error("{}: not a picture of Wick's", source);
  }
  if (json["version"] > kVersion) throw Error("{}: written by a newer Wick", source);
  return json;
}

/// A number with a fraction, or beyond all sizes, is damage: it is not cut to fit.
std::int64_t whole_number(const Json& json) {
  constexpr std::int64_t kMost = 1'000'000'000;
  if (!json.is_number_integer() || json < -kMost || json > kMost) throw Error("a number that is none of a picture's");
  return json.get<std::int64_t>();
}

Box box_of_json(const Json& json, ImageSize picture) {
  const auto corner = [&](std::size_t i, Index most) {
    return static_cast<float>(std::clamp<std::int64_t>(whole_number(json.at(i)), 0, most));
  };
  return {corner(0, picture.width), corner(1, picture.height), corner(2, picture.width), corner(3, picture.height)};
}

MaskPtr mask_of_json(const Json& json, ImageSize picture) {
  SegmentMask mask;
  mask.rle = rle_of_json(json.at("rle"));
  if (mask.rle.size != picture) throw Error("a mask of another size");
  mask.area = area(mask.rle);
  mask.box = bounding_box(mask.rle);
  mask.iou = json.at("iou").get<double>();
  mask.stability = json.at("stability").get<double>();
  return shown_mask(std::move(mask));
}

Thing thing_of(const Json& json, ImageSize picture) {
  Thing thing;
  thing.id = json.at("id").get<std::string>();
  thing.name = json.at("name").get<std::string>();
  thing.colour = static_cast<int>(std::clamp<std::int64_t>(whole_number(json.at("colour")), 0, kThingColours - 1));
  thing.hidden = json.at("hidden").get<bool>();
  for (const Json& point : json.at("points")) {
    thing.points.push_back({point.at(0).get<double>(), point.at(1).get<double>(), whole_number(point.at(2)) != 0});
  }
  if (json.contains("box")) thing.box = box_of_json(json.at("box"), picture);
  for (const Json& mask : json.at("candidates")) thing.candidates.push_back(mask_of_json(mask, picture));
  const auto last = static_cast<std::int64_t>(thing.candidates.size()) - 1;
  thing.chosen = static_cast<int>(std::clamp<std::int64_t>(whole_number(json.at("chosen")), -1, last));
  thing.answered = json.at("answered").get<bool>() || (thing.points.empty() && !thing.box);
  return thing;
}

}  // namespace

PictureHead head_of(const PictureRecord& record) {
  const auto masked = [](const Thing& thing) { return thing.mask() != nullptr; };
  return {record.id, record.title, record.updated,
          static_cast<std::size_t>(std::ranges::count_if(record.scene.things, masked))};
}

std::string record_file(const PictureRecord& record) {
  Json things = Json::array();
  for (const Thing& thing : record.scene.things) things.push_back(json_of(thing));
  const Json scene{{"current", record.scene.current}, {"objects", std::move(things)}};
  const auto line = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; };
  return line(head_json(record)) + line(scene);
}

PictureHead parse_head(std::string_view line, std::string_view source) {
  const Json json = parse_head_json(line, source);
  try {
    return {json.at("id").get<std::string>(), json.at("title").get<std::string>(), json.at("updated").get<double>(),
            static_cast<std::size_t>(std::max<std::int64_t>(0, whole_number(json.at("objects"))))};
  } catch (const std::exception&) {
    throw Error("{}: not a picture of Wick's", source);
  }
}

PictureRecord parse_record(std::string_view text, std::string_view source) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const Json head = parse_head_json(text.substr(0, end), source);
  const Json scene = parse(text.substr(std::min(end + 1, text.size())), source);
  PictureRecord record;
  try {
    record.id = head.at("id").get<std::string>();
    record.title = head.at("title").get<std::string>();
    record.updated = head.at("updated").get<double>();
    const std::int64_t width = whole_number(head.at("width")), height = whole_number(head.at("height"));
    check_image_size("the picture", width, height);
    record.size = {static_cast<Index>(width), static_cast<Index>(height)};
    record.read_ms = head.at("read_ms").get<double>();
    record.source = head.at("source").get<std::string>();
    for (const Json& thing : scene.at("objects")) record.scene.things.push_back(thing_of(thing, record.size));
    record.scene.current = scene.at("current").get<std::string>();
  } catch (const std::exception& e) {
    throw Error("{}: damaged: {}", source, e.what());
  }
  return record;
}

}  // namespace wick::views
