#pragma once
// Pictures made of a picture and a mask.
#include <array>

#include "core/image/mask.h"

namespace wick {

using Colour = std::array<std::uint8_t, 3>;  // RGB

/// RGB, as it looks on a white page. Throws Error for a picture that has neither 3 nor 4 channels.
Image opaque(const ImageView& picture);

/// The mask as grey: 0 outside, 255 inside.
Image grey(const Mask& mask);

/// RGBA of the picture's size: what is in the mask, all else transparent and without a colour. Throws Error for a mask
/// of another size, or a picture that has neither 3 nor 4 channels.
Image cut_out(const ImageView& picture, const Mask& mask);

/// Colours the mask translucently, with a line of the full colour along the inside of its edge. Throws Error for a mask
/// of another size, or a picture that is not RGB.
void paint(Image& picture, const Mask& mask, Colour colour);

}  // namespace wick
