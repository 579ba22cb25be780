#include "probe.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace wick::app {
namespace {

using Json = nlohmann::ordered_json;

const std::string& probe_file() {
  static const std::string path = [] {
    const char* const value = std::getenv("WICK_APP_PROBE");
    return std::string(value ? value : "");
  }();
  return path;
}

Json seen = Json::array();
std::string written;

void add(const char* kind, std::string_view text, ImVec2 from, ImVec2 to) {
  if (probe_file().empty()) return;
  const ImVec2 clip_from = ImGui::GetWindowDrawList()->GetClipRectMin(),
               clip_to = ImGui::GetWindowDrawList()->GetClipRectMax();
  from = {std::max(from.x, clip_from.x), std::max(from.y, clip_from.y)};
  to = {std::min(to.x, clip_to.x), std::min(to.y, clip_to.y)};
  if (from.x >= to.x || from.y >= to.y) return;  // scrolled away
  seen.push_back({{kind, text}, {"box", {from.x, from.y, to.x, to.y}}});
}

}  // namespace

bool probing() { return !probe_file().empty(); }

void probe_part(std::string_view name, ImVec2 from, ImVec2 to) { add("part", name, from, to); }
void probe_text(std::string_view text, ImVec2 from, ImVec2 to) { add("text", text, from, to); }

void probe_end_frame() {
  if (probe_file().empty()) return;
  std::string now = seen.dump(-1, ' ', false, Json::error_handler_t::replace);
  seen = Json::array();
  if (now == written) return;
  const std::string part = probe_file() + ".part";
  std::ofstream(part) << now;
  std::error_code ignored;
  std::filesystem::rename(part, probe_file(), ignored);
  written = std::move(now);
}

}  // namespace wick::app
