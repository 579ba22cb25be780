#pragma once
// The mark as a picture, for the system's bars.
struct GLFWwindow;

namespace wick::app {

void set_app_icon(GLFWwindow* window);

}  // namespace wick::app
