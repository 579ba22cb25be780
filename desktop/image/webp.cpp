#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "image/decoders.h"
#include "image/orientation.h"

namespace wick {
namespace {

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;

int orientation_of(const WebPDemuxer* demuxer) {
  int orientation = 1;
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0) {
    std::span<const std::byte> exif = std::as_bytes(std::span(chunk.chunk.bytes, chunk.chunk.size));
    constexpr std::size_t kStart = 6;  // JPEG's "Exif\0\0", that some programs write here as well
    if (exif.size() > kStart && exif[0] == std::byte{'E'}) exif = exif.subspan(kStart);
    orientation = exif_orientation(exif);
  }
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

/// The first frame: of a still picture, all of it; of an animation, where it lies on the canvas.
class Frame {
 public:
  explicit Frame(const WebPDemuxer* demuxer) : found_(WebPDemuxGetFrame(demuxer, 1, &frame_) != 0) {}
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { WebPDemuxReleaseIterator(&frame_); }

  bool found() const { return found_; }
  bool has_alpha() const { return frame_.has_alpha != 0; }
  bool fills(ImageSize canvas) const { return frame_.width == canvas.width && frame_.height == canvas.height; }

  /// Draws as many rows as there are; whether that is all of them, and how many.
  std::pair<bool, Index> draw(Image& canvas) const {
    const Index stride = canvas.width * canvas.channels;
    const Index first = frame_.y_offset * stride + frame_.x_offset * canvas.channels;
    const std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)> decoder(
        WebPINewRGB(canvas.channels == 4 ? MODE_RGBA : MODE_RGB, canvas.pixels.data() + first,
                    canvas.pixels.size() - static_cast<std::size_t>(first), static_cast<int>(stride)),
        WebPIDelete);
    if (!decoder) throw Error(ErrorKind::memory, "no memory to read a WebP");
    const VP8StatusCode status = WebPIUpdate(decoder.get(), frame_.fragment.bytes, frame_.fragment.size);
    int rows = 0;
    WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr);
    return {status == VP8_STATUS_OK, rows};
  }

 private:
  WebPIterator frame_{};
  bool found_;
};

}  // namespace

DecodedImage read_webp(const EncodedImage& file) {
  const WebPData data{file.data(), file.bytes.size()};
  WebPDemuxState state;
  const Demuxer demuxer(WebPDemuxPartial(&data, &state), WebPDemuxDelete);
  if (!demuxer) throw Error("{}: not a WebP that can be read", file.name);
  if (state == WEBP_DEMUX_PARSING_HEADER) throw Error("{}: the WebP is cut off before its size", file.name);
  const Index width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const Index height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  file.check_size(width, height);
  const Frame frame(demuxer.get());
  if (!frame.found()) throw Error("{}: the WebP is cut off before its first frame", file.name);
  const bool opaque = !frame.has_alpha() && frame.fills({width, height});
  DecodedImage out{blank_image(width, height, opaque ? 3 : 4), orientation_of(demuxer.get()), {}};
  const auto [whole, rows] = frame.draw(out.image);
  if (!whole && rows == 0) throw Error("{}: the WebP is cut off or damaged at its very start", file.name);
  if (!whole) {
    out.broken = broken_from(rows, height, "the file ends too early, or is no WebP there");
  } else if (state != WEBP_DEMUX_DONE) {
    out.broken = "cut off after its first frame: which side is up may be lost";
  }
  return out;
}

}  // namespace wick
