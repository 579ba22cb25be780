#include "picture_tiles.h"

#include <algorithm>
#include <cmath>

namespace wick::app {
namespace {

constexpr Index kSide = 512, kBorder = 1;  // pixels of a level; the border is what filters at an edge look at
constexpr int kMostMade = 6;               // in a frame: some megabytes to copy
constexpr std::size_t kMostTiles = 160;    // that are kept: about a megabyte each

/// The level whose pixels are shown at half their size to their full one.
std::size_t level_of(double scale, std::size_t levels) {
  const double level = std::floor(std::log2(1 / std::min(scale, 1.0)) + 1e-9);
  return std::min(static_cast<std::size_t>(level), levels - 1);
}

}  // namespace

const PictureTiles::Tile* PictureTiles::find(const Key& key) {
  const auto found = tiles_.find(key);
  if (found == tiles_.end()) return nullptr;
  found->second.used = frame_;
  return &found->second;
}

const PictureTiles::Tile& PictureTiles::make(const views::OpenPicture& picture, const Key& key) {
  const Image& level = *picture.levels[key.level];
  const auto first = [](Index tile) { return std::max<Index>(0, tile * kSide - kBorder); };
  const auto end = [](Index tile, Index most) { return std::min(most, (tile + 1) * kSide + kBorder); };
  Tile tile{.texture = {}, .x = first(key.column), .y = first(key.row), .used = frame_};
  tile.width = end(key.column, level.width) - tile.x;
  tile.height = end(key.row, level.height) - tile.y;
  tile.texture = Texture(level, tile.x, tile.y, tile.width, tile.height);
  ++made_;
  return tiles_[key] = std::move(tile);
}

bool PictureTiles::draw(ImDrawList* canvas, const views::OpenPicture& picture, const views::Placement& placement,
                        ImVec2 corner, ImVec2 clip_from, ImVec2 clip_to, bool single_pixels) {
  const std::size_t levels = picture.levels.size(), wanted = level_of(placement.scale, levels);
  const auto pixels_of = [](std::size_t level) { return static_cast<double>(Index{1} << level); };
  const double side = static_cast<double>(kSide) * pixels_of(wanted);  // of a tile, in pixels of the picture
  const auto width = static_cast<double>(picture.size().width), height = static_cast<double>(picture.size().height);
  const auto at = [&](ImVec2 screen) {
    return placement.to_picture({static_cast<double>(screen.x - corner.x), static_cast<double>(screen.y - corner.y)});
  };
  const views::Place from = at(clip_from), to = at(clip_to);
  if (to.x <= 0 || to.y <= 0 || from.x >= width || from.y >= height) return false;
  const auto tile_at = [&](double pixel, double most) {
    return static_cast<Index>(std::clamp(pixel, 0.0, most - 1) / side);
  };
  // The coarsest level is one tile, which everything can be drawn from.
  const Key whole{picture.id, levels - 1, 0, 0};
  if (!find(whole)) make(picture, whole);

  bool missing = false;
  canvas->PushClipRect(clip_from, clip_to, true);
  if (single_pixels) canvas->AddCallback(ImGui::GetPlatformIO().DrawCallback_SetSamplerNearest, nullptr);
  for (Index row = tile_at(from.y, height); row <= tile_at(to.y, height); ++row) {
    for (Index column = tile_at(from.x, width); column <= tile_at(to.x, width); ++column) {
      Key key{picture.id, wanted, column, row};
      const Tile* tile = find(key);
      if (!tile && made_ < kMostMade) tile = &make(picture, key);
      missing = missing || !tile;
      while (!tile) {
        key = {picture.id, key.level + 1, key.column / 2, key.row / 2};
        tile = find(key);
      }
      const double x0 = static_cast<double>(column) * side, y0 = static_cast<double>(row) * side;
      const double x1 = std::min(x0 + side, width), y1 = std::min(y0 + side, height), scale = pixels_of(key.level);
      const auto u = [&](double x) {
        return static_cast<float>((x / scale - static_cast<double>(tile->x)) / static_cast<double>(tile->width));
      };
      const auto v = [&](double y) {
        return static_cast<float>((y / scale - static_cast<double>(tile->y)) / static_cast<double>(tile->height));
      };
      const auto screen = [&](double x, double y) {
        const views::Place place = placement.to_stage({x, y});
        return corner + ImVec2(static_cast<float>(place.x), static_cast<float>(place.y));
      };
      canvas->AddImage(tile->texture.ref(), screen(x0, y0), screen(x1, y1), {u(x0), v(y0)}, {u(x1), v(y1)});
    }
  }
  if (single_pixels) canvas->AddCallback(ImGui::GetPlatformIO().DrawCallback_SetSamplerLinear, nullptr);
  canvas->PopClipRect();
  return missing;
}

void PictureTiles::end_frame() {
  ++frame_;
  made_ = 0;
  std::erase_if(small_,
                [&](const auto& each) { return each.second.image.expired() && each.second.used + 2 <= frame_; });
  while (tiles_.size() > kMostTiles) {
    const auto oldest = std::min_element(tiles_.begin(), tiles_.end(),
                                         [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    if (oldest->second.used + 2 > frame_) break;  // all of them show
    tiles_.erase(oldest);
  }
}

PictureTiles& picture_tiles() {
  static PictureTiles tiles;
  return tiles;
}

ImTextureRef image_texture(const std::shared_ptr<const Image>& image) {
  PictureTiles::Small& small = picture_tiles().small_[image.get()];
  if (small.image.lock() != image) small = {image, Texture(*image)};
  small.used = picture_tiles().frame_;
  return small.texture.ref();
}

}  // namespace wick::app
