#pragma once
// Pictures on the graphics processor.
#include <imgui.h>

#include "core/image/image.h"

namespace wick::app {

/// A part of a picture, up to some thousands of pixels a side, in RGB or RGBA. Of the thread that draws.
class Texture {
 public:
  Texture() = default;
  /// Copies the pixels [x, x + width) x [y, y + height).
  Texture(const ImageView& image, Index x, Index y, Index width, Index height);
  explicit Texture(const ImageView& image) : Texture(image, 0, 0, image.width, image.height) {}
  Texture(Texture&& other) noexcept;
  Texture& operator=(Texture&& other) noexcept;
  ~Texture();

  ImTextureRef ref() const { return ImTextureRef(static_cast<ImTextureID>(name_)); }
  explicit operator bool() const { return name_ != 0; }

 private:
  unsigned name_ = 0;
};

}  // namespace wick::app
