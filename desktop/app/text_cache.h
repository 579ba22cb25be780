#pragma once
// Messages laid out, kept from frame to frame.
#include <imgui.h>
#include <imgui_internal.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rich_layout.h"

namespace wick::app {

/// A message's blocks, one below the other.
struct RichText {
  struct Placed {
    std::shared_ptr<const LaidBlock> block;
    float top = 0, gap = 0;  // where it stands, and the space above it
  };
  std::vector<Placed> blocks;
  float width = 0, height = 0;  // that it takes, in pixels
};

/// Lays a text out when it is asked for the first time at a width and scale, and forgets what no frame has asked for in
/// a while. While a message grows only its last block is laid out again.
class TextCache {
 public:
  /// A message in Markdown; `unfinished` as parse_markdown's. Stays until the frame's end.
  const RichText& markdown(std::string_view source, float width, bool unfinished = false);
  /// A message as it was typed.
  const RichText& plain(std::string_view source, float width);
  /// The height that something of that name had in a column when it was drawn last, 0 if it never was; for its caller
  /// to keep.
  float& height_of(std::string_view name, float width);
  /// Where the inspected token stands on the screen in this frame, once it was drawn.
  std::optional<ImRect> inspected;
  /// The frame is drawn.
  void end_frame();

 private:
  template <class Value>
  struct Kept {
    Value value;
    std::uint64_t used = 0;  // the frame that asked for it last
  };
  using Key = std::uint64_t;
  template <class Value>
  using Map = std::unordered_map<Key, Kept<Value>>;

  const RichText& find(std::string_view source, float width, int kind);
  std::shared_ptr<const LaidBlock> laid(const views::Block& block, float width, const LayoutStyle& style);
  template <class Value>
  void forget_unused(Map<Value>& map) const;

  Map<RichText> texts_;
  Map<std::shared_ptr<const LaidBlock>> blocks_;
  std::unordered_map<Key, float> heights_;
  std::uint64_t frame_ = 0;
};

}  // namespace wick::app
