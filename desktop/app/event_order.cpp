#include "key_order.h"

#include <imgui_internal.h>

#include <vector>

namespace wick::app {
namespace {

std::vector<ImGuiInputEvent> late;

bool is_modifier(ImGuiKey key) {
  return (key >= ImGuiKey_LeftCtrl && key <= ImGuiKey_RightSuper) || (key & ImGuiMod_Mask_) != 0;
}

}  // namespace

void hold_late_events() {
  ImVector<ImGuiInputEvent>& events = ImGui::GetCurrentContext()->InputEventsQueue;
  bool pressed = false;
  for (int i = 0; i < events.Size; ++i) {
    if (events[i].Type != ImGuiInputEventType_Key) continue;
    const ImGuiInputEventKey& key = events[i].Key;
    pressed |= key.Down && !is_modifier(key.Key);
    if (!pressed || key.Down || !is_modifier(key.Key)) continue;
    late.assign(events.begin() + i, events.end());
    events.resize(i);
    return;
  }
}

void give_late_events() {
  ImVector<ImGuiInputEvent>& events = ImGui::GetCurrentContext()->InputEventsQueue;
  for (const ImGuiInputEvent& event : late) events.push_back(event);
  late.clear();
}

}  // namespace wick::app
