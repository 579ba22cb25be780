#include "key_order.h"

#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_internal.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <variant>

namespace wick::app {
namespace {

struct Key {
  int key, scancode, action, modifiers;
};
struct Button {
  int button, action, modifiers;
};
struct Move {
  double x, y;
};
using Late = std::variant<Key, unsigned, Button, Move>;  // unsigned: a letter

std::deque<Late> late;

bool is_modifier(int key) { return key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER; }

/// Whether a key, no modifier, is among the presses that the toolkit has yet to take.
bool key_is_waiting() {
  return std::ranges::any_of(ImGui::GetCurrentContext()->InputEventsQueue, [](const ImGuiInputEvent& event) {
    const bool modifier = event.Type == ImGuiInputEventType_Key &&
                          ((event.Key.Key >= ImGuiKey_LeftCtrl && event.Key.Key <= ImGuiKey_RightSuper) ||
                           (event.Key.Key & ImGuiMod_Mask_) != 0);
    return event.Type == ImGuiInputEventType_Key && event.Key.Down && !modifier;
  });
}

void take_key(GLFWwindow* window, int key, int scancode, int action, int modifiers) {
  if (!late.empty() || (action == GLFW_RELEASE && is_modifier(key) && key_is_waiting())) {
    late.emplace_back(Key{key, scancode, action, modifiers});
  } else {
    ImGui_ImplGlfw_KeyCallback(window, key, scancode, action, modifiers);
  }
}

void take_letter(GLFWwindow* window, unsigned letter) {
  if (late.empty()) {
    ImGui_ImplGlfw_CharCallback(window, letter);
  } else {
    late.emplace_back(letter);
  }
}

/// The mouse must not overtake keys: a click on Send comes after what was typed.
void take_button(GLFWwindow* window, int button, int action, int modifiers) {
  if (late.empty()) {
    ImGui_ImplGlfw_MouseButtonCallback(window, button, action, modifiers);
  } else {
    late.emplace_back(Button{button, action, modifiers});
  }
}

void take_move(GLFWwindow* window, double x, double y) {
  if (late.empty()) {
    ImGui_ImplGlfw_CursorPosCallback(window, x, y);
  } else {
    late.emplace_back(Move{x, y});
  }
}

}  // namespace

void keep_chords(GLFWwindow* window) {
  glfwSetMouseButtonCallback(window, take_button);
  glfwSetCursorPosCallback(window, take_move);
  glfwSetKeyCallback(window, take_key);
  glfwSetCharCallback(window, take_letter);
}

bool give_late_keys(GLFWwindow* window) {
  const std::deque<Late> now = std::exchange(late, {});
  for (const Late& each : now) {
    if (const Key* const key = std::get_if<Key>(&each)) {
      take_key(window, key->key, key->scancode, key->action, key->modifiers);
    } else if (const Button* const button = std::get_if<Button>(&each)) {
      take_button(window, button->button, button->action, button->modifiers);
    } else if (const Move* const move = std::get_if<Move>(&each)) {
      take_move(window, move->x, move->y);
    } else {
      take_letter(window, std::get<unsigned>(each));
    }
  }
  return !now.empty();
}

}  // namespace wick::app
