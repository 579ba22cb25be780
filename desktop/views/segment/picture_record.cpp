// A picture's record as JSON.
#include <algorithm>
#include <array>
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
  if (json.value("format", "") != kFormat) throw Error("{}: not a picture of Wick's", source);
  if (json.value("version", 0) > kVersion) throw Error("{}: written by a newer Wick", source);
  return json;
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
  thing.colour = std::clamp(json.at("colour").get<int>(), 0, kThingColours - 1);
  thing.hidden = json.at("hidden").get<bool>();
  for (const Json& point : json.at("points")) {
    thing.points.push_back({point.at(0).get<double>(), point.at(1).get<double>(), point.at(2).get<int>() != 0});
  }
  if (json.contains("box")) {
    const auto corners = json.at("box").get<std::array<float, 4>>();
    thing.box = Box{corners[0], corners[1], corners[2], corners[3]};
  }
  for (const Json& mask : json.at("candidates")) thing.candidates.push_back(mask_of_json(mask, picture));
  thing.chosen = std::clamp(json.at("chosen").get<int>(), -1, static_cast<int>(thing.candidates.size()) - 1);
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
            json.at("objects").get<std::size_t>()};
  } catch (const Json::exception&) {
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
    const auto width = head.at("width").get<std::int64_t>(), height = head.at("height").get<std::int64_t>();
    check_image_size(source, width, height);
    record.size = {static_cast<Index>(width), static_cast<Index>(height)};
    record.read_ms = head.at("read_ms").get<double>();
    record.source = head.at("source").get<std::string>();
    for (const Json& thing : scene.at("objects")) record.scene.things.push_back(thing_of(thing, record.size));
    record.scene.current = scene.at("current").get<std::string>();
  } catch (const Json::exception& e) {
    throw Error("{}: damaged: {}", source, e.what());
  }
  return record;
}

}  // namespace wick::views
