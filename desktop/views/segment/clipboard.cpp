#include "views/segment/clipboard.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "core/error.h"
#include "views/program.h"

namespace wick::views {
namespace {

constexpr std::string_view kScheme = "file://";

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// "a%20b" is "a b".
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += coded ? static_cast<char>(16 * digit(text[i + 1]) + digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

/// Nothing where a program gives its text, whatever was asked of it.
std::string picture_of(const std::vector<std::string>& command) {
  std::string png = is_installed(command.front().c_str()) ? output_of(command) : "";
  return png.starts_with("\x89PNG") ? png : "";
}

}  // namespace

std::string path_of_text(std::string text) {
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  if (text.starts_with(kScheme)) text = unescaped(std::string_view(text).substr(kScheme.size()));
  std::error_code failed;
  return !text.empty() && std::filesystem::is_regular_file(text, failed) ? text : "";
}

std::vector<std::byte> clipboard_picture() {
  std::string png;
  if (std::getenv("WAYLAND_DISPLAY")) png = picture_of({"wl-paste", "--type", "image/png"});
  if (png.empty()) png = picture_of({"xclip", "-selection", "clipboard", "-target", "image/png", "-out"});
  if (png.empty() && !is_installed("wl-paste") && !is_installed("xclip")) {
    throw Error(
        "A picture is pasted with the help of wl-paste or xclip: install wl-clipboard or xclip, or drop the file "
        "here.");
  }
  if (png.empty()) throw Error("The clipboard has no picture and no path of one.");
  const auto bytes = std::as_bytes(std::span(png));
  return {bytes.begin(), bytes.end()};
}

void copy_picture(std::span<const std::byte> png) {
  const bool wayland = std::getenv("WAYLAND_DISPLAY") && is_installed("wl-copy");
  if (!wayland && !is_installed("xclip")) {
    throw Error("A picture is copied with the help of wl-copy or xclip: install wl-clipboard or xclip, or export it.");
  }
  const std::vector<std::string> command =
      wayland ? std::vector<std::string>{"wl-copy", "--type", "image/png"}
              : std::vector<std::string>{"xclip", "-selection", "clipboard", "-target", "image/png", "-in"};
  if (!feed(command, png)) throw Error("{} did not take the picture: export it instead.", command.front());
}

}  // namespace wick::views
