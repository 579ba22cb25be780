#pragma once
// Pictures of any size on the screen: the tiles that are in sight, from the copy that is as large as they show.
#include <imgui.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "texture.h"
#include "views/segment/picture_file.h"
#include "views/segment/placement.h"

namespace wick::app {

class PictureTiles {
 public:
  /// Draws the part of a picture within [clip_from, clip_to), the stage's corner at `corner`. Of tiles that are not
  /// there yet a few are made, and for the others what there is of coarser ones shows: true where one more frame is
  /// due.
  bool draw(ImDrawList* canvas, const views::OpenPicture& picture, const views::Placement& placement, ImVec2 corner,
            ImVec2 clip_from, ImVec2 clip_to, bool single_pixels);
  /// Once a frame, after all is drawn: forgets tiles that were out of sight for long.
  void end_frame();

 private:
  struct Key {
    std::string picture;
    std::size_t level;
    Index column, row;
    auto operator<=>(const Key&) const = default;
  };
  struct Tile {
    Texture texture;
    Index x = 0, y = 0, width = 0, height = 0;  // what it has of the level, with a border
    std::uint64_t used = 0;
  };
  const Tile* find(const Key& key);
  const Tile& make(const views::OpenPicture& picture, const Key& key);

  struct Small {
    std::weak_ptr<const Image> image;
    Texture texture;
    std::uint64_t used = 0;
  };
  friend ImTextureRef image_texture(const std::shared_ptr<const Image>& image);

  std::map<Key, Tile> tiles_;
  std::map<const Image*, Small> small_;
  std::uint64_t frame_ = 0;
  int made_ = 0;  // in this frame
};

/// The window's.
PictureTiles& picture_tiles();

/// The texture of a small picture, made at the first call with it; picture_tiles().end_frame() forgets those whose
/// pictures are gone.
ImTextureRef image_texture(const std::shared_ptr<const Image>& image);

}  // namespace wick::app
