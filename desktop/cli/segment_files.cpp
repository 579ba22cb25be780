#include "segment_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <utility>

#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "core/image/compose.h"
#include "image/mask_files.h"
#include "image/png_writer.h"

namespace wick::cli {
namespace {

namespace fs = std::filesystem;

/// Easy to tell apart, also side by side and by those who see few colours (Okabe, Ito 2008).
constexpr std::array<Colour, 7> kColours{
    {{0, 114, 178}, {230, 159, 0}, {0, 158, 115}, {204, 121, 167}, {86, 180, 233}, {213, 94, 0}, {240, 228, 66}}};

Colour colour_of(std::size_t answer) { return kColours[answer % kColours.size()]; }

/// Of "a/b.png" and "x" "a/b.x.png".
std::string with_label(const std::string& path, const std::string& label) {
  if (path.empty()) return path;
  const fs::path p(path);
  return (p.parent_path() / fmt::format("{}.{}{}", p.stem().string(), label, p.extension().string())).string();
}

void check_place(const char* option, const std::string& path, const char* ending) {
  if (path.empty()) return;
  const fs::path p(path);
  if (p.extension() != ending) throw CLI::ValidationError(option, fmt::format("'{}' does not end in {}", path, ending));
  const fs::path folder = p.has_parent_path() ? p.parent_path() : fs::path(".");
  std::error_code missing;
  std::string why;
  if (!fs::is_directory(folder, missing)) {
    why = "there is no such folder";
  } else if (fs::is_directory(p, missing)) {
    why = "it is a folder";
  } else if (::access(folder.c_str(), W_OK) != 0) {
    why = std::strerror(errno);
  }
  if (!why.empty()) throw Error(ErrorKind::io, fmt::format("{} {}: cannot be written: {}", option, path, why));
}

std::vector<ShownMask> shown(std::span<const Answer> answers) {
  std::vector<ShownMask> masks;
  for (std::size_t i = 0; i < answers.size(); ++i) masks.push_back({answers[i].mask.rle, colour_of(i)});
  return masks;
}

}  // namespace

void SegmentFiles::check_names() const {
  check_place("--mask-out", masks, ".png");
  check_place("--cutout-out", cutouts, ".png");
  check_place("--overlay-out", overlay, ".png");
  check_place("--svg-out", svg, ".svg");
  const auto same = [](const std::string& a, const std::string& b) { return !a.empty() && a == b; };
  if (same(masks, cutouts) || same(masks, overlay) || same(cutouts, overlay)) {
    throw CLI::ValidationError("--mask-out, --cutout-out and --overlay-out", "each needs a file of its own");
  }
}

SegmentFiles SegmentFiles::labelled(const std::string& label) const {
  SegmentFiles files = *this;
  for (std::string* path : {&files.masks, &files.cutouts, &files.overlay, &files.svg}) *path = with_label(*path, label);
  return files;
}

void SegmentFiles::check_picture(const std::string& path) const {
  std::error_code missing;
  for (const std::string& picture : pictures) {
    if (!path.empty() && fs::equivalent(path, picture, missing)) {
      throw Error("{}: a file of masks would replace this picture", picture);
    }
  }
}

void SegmentFiles::check_pictures() const {
  for (const std::string& path : {masks, cutouts, overlay, svg}) check_picture(path);
}

std::string SegmentFiles::of_mask(const std::string& path, std::size_t number) const {
  return numbered ? with_label(path, std::to_string(number)) : path;
}

std::vector<std::string> SegmentFiles::write(const Image& picture, std::span<const Answer> answers) const {
  std::vector<std::string> errors;
  const auto attempt = [&](const std::string& path, const std::function<void()>& write_it) {
    if (path.empty()) return;
    try {
      check_picture(path);
      write_it();
    } catch (const Error& error) {
      errors.emplace_back(error.what());
    }
  };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string mask = of_mask(masks, i + 1), cutout = of_mask(cutouts, i + 1);
    const Rle& rle = answers[i].mask.rle;
    attempt(mask, [&] { write_png(mask, grey(mask_of(rle))); });
    attempt(cutout, [&] { write_png(cutout, cut_out(picture, mask_of(rle))); });
  }
  attempt(overlay, [&] { write_png(overlay, overlay_of(picture, shown(answers))); });
  attempt(svg, [&] { write_text(svg, svg_of(picture.size(), shown(answers), tolerance)); });
  return errors;
}

Json SegmentFiles::json(const Answer& answer, std::size_t number) const {
  const FoundMask& mask = answer.mask;
  Json json = Json::object();
  if (answer.question > 0) json["prompt"] = answer.question;
  if (!answer.name.empty()) json["name"] = answer.name;
  json["iou"] = mask.iou;
  json["stability"] = mask.stability;
  json["area"] = mask.area;
  json["box"] = mask.area > 0 ? box_json(mask.box) : Json(nullptr);
  if (answer.by_grid) json["point"] = {mask.x, mask.y};
  if (answer.best) json["best"] = true;
  if (!masks.empty()) json["mask_file"] = of_mask(masks, number);
  if (!cutouts.empty()) json["cutout_file"] = of_mask(cutouts, number);
  json["rle"] = rle_json(mask.rle);
  if (polygons) json["polygons"] = polygons_json(mask.rle, tolerance);
  return json;
}

std::vector<std::string> picture_labels(std::span<const std::string> pictures) {
  std::vector<std::string> labels;
  for (const std::string& picture : pictures) {
    const std::string stem = picture == "-" ? "standard-input" : fs::path(picture).stem().string();
    std::string label = stem;
    for (int number = 2; std::find(labels.begin(), labels.end(), label) != labels.end(); ++number) {
      label = fmt::format("{}-{}", stem, number);
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace wick::cli
