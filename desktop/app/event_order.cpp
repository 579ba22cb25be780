#include "event_order.h"

#include <imgui_internal.h>

#include <vector>

namespace wick::app {
namespace {

std::vector<ImGuiInputEvent> late;

bool is_modifier(ImGuiKey key) {
  return (key >= ImGuiKey_LeftCtrl && key <= ImGuiKey_RightSuper) || (key & ImGuiMod_Mask_) != 0;
}

/// What has come of a frame's events so far.
struct Come {
  bool key = false, move = false;

  /// Whether an event belongs to the next frame; takes it in if not.
  bool before(const ImGuiInputEvent& event) {
    switch (event.Type) {
      case ImGuiInputEventType_Key: {
        const bool modifier = is_modifier(event.Key.Key);
        key |= event.Key.Down && !modifier;
        return key && !event.Key.Down && modifier;
      }
      case ImGuiInputEventType_MousePos: {
        const ImVec2 now = ImGui::GetIO().MousePos;
        move |= event.MousePos.PosX != now.x || event.MousePos.PosY != now.y;
        return false;
      }
      case ImGuiInputEventType_MouseButton:
        return move && event.MouseButton.Down;
      default:
        return false;
    }
  }
};

}  // namespace

void hold_late_events() {
  ImVector<ImGuiInputEvent>& events = ImGui::GetCurrentContext()->InputEventsQueue;
  Come come;
  for (int i = 0; i < events.Size; ++i) {
    if (!come.before(events[i])) continue;
    late.assign(events.begin() + i, events.end());
    events.resize(i);
    return;
  }
}

bool give_late_events() {
  ImVector<ImGuiInputEvent>& events = ImGui::GetCurrentContext()->InputEventsQueue;
  for (const ImGuiInputEvent& event : late) events.push_back(event);
  const bool any = !late.empty();
  late.clear();
  return any;
}

}  // namespace wick::app
