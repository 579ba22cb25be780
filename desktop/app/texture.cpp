#include "texture.h"

#include <GLFW/glfw3.h>

#include <utility>

namespace wick::app {
namespace {

constexpr GLint kClampToEdge = 0x812F;  // newer than the header of some systems

}  // namespace

Texture::Texture(const ImageView& image, Index x, Index y, Index width, Index height) {
  glGenTextures(1, &name_);
  glBindTexture(GL_TEXTURE_2D, name_);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, kClampToEdge);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, kClampToEdge);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, static_cast<GLint>(image.width));
  const bool alpha = image.channels == 4;
  glTexImage2D(GL_TEXTURE_2D, 0, alpha ? GL_RGBA8 : GL_RGB8, static_cast<GLsizei>(width), static_cast<GLsizei>(height),
               0, alpha ? GL_RGBA : GL_RGB, GL_UNSIGNED_BYTE, image.row(y) + x * image.channels);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
}

Texture::Texture(Texture&& other) noexcept : name_(std::exchange(other.name_, 0)) {}

Texture& Texture::operator=(Texture&& other) noexcept {
  std::swap(name_, other.name_);
  return *this;
}

Texture::~Texture() {
  if (name_ != 0 && glfwGetCurrentContext()) glDeleteTextures(1, &name_);  // the window takes them with it
}

}  // namespace wick::app
