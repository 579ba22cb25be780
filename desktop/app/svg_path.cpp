#include "svg_path.h"

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <optional>
#include <string>

namespace wick::app {
namespace {

constexpr int kCurvePieces = 12;

float turn_of(ImVec2 from) { return std::atan2(from.y, from.x); }

/// Reads numbers and flags as SVG writes them: ".5-3" are two.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : text_(text) {}

  /// The next command letter, if one comes.
  std::optional<char> command() {
    skip();
    if (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0) return text_[at_++];
    return std::nullopt;
  }
  bool ended() {
    skip();
    return at_ >= text_.size();
  }
  float number() {
    skip();
    const std::size_t begin = at_;
    if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
    for (bool dot = false; at_ < text_.size(); ++at_) {
      if (text_[at_] == '.' && !dot) {
        dot = true;
      } else if (std::isdigit(static_cast<unsigned char>(text_[at_])) == 0) {
        break;
      }
    }
    if (at_ == begin) ++at_;  // no number: go on, or it would be read for ever
    return std::strtof(std::string(text_.substr(begin, at_ - begin)).c_str(), nullptr);
  }
  bool flag() {
    skip();
    return at_ < text_.size() && text_[at_++] == '1';
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == ',' || text_[at_] == '\n')) ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

/// Walks along a path.
class Pen {
 public:
  ImVec2 at() const { return at_; }

  void move(ImVec2 to) {
    strokes_.push_back({{to}});
    at_ = to;
  }
  void line(ImVec2 to) {
    if (strokes_.empty() || strokes_.back().closed) move(at_);
    strokes_.back().points.push_back(to);
    at_ = to;
  }
  void cubic(ImVec2 first, ImVec2 second, ImVec2 to) {
    const ImVec2 from = at_;
    for (int i = 1; i <= kCurvePieces; ++i) {
      const float t = static_cast<float>(i) / kCurvePieces, s = 1 - t;
      line(from * (s * s * s) + first * (3 * s * s * t) + second * (3 * s * t * t) + to * (t * t * t));
    }
  }
  /// A circle's arc between two points (SVG 1.1, F.6.5, for equal radii).
  void arc(float radius, bool large, bool sweep, ImVec2 to) {
    const ImVec2 from = at_, half = (from - to) * 0.5F;
    const float apart = half.x * half.x + half.y * half.y;
    if (apart == 0) return;
    radius = std::max(radius, std::sqrt(apart));
    const float along = std::sqrt(std::max(0.0F, radius * radius / apart - 1)) * (large == sweep ? -1.0F : 1.0F);
    const ImVec2 middle = (from + to) * 0.5F + ImVec2(half.y, -half.x) * along;
    const float begin = turn_of(from - middle);
    float turn = turn_of(to - middle) - begin;
    constexpr float kRound = 2 * std::numbers::pi_v<float>;
    if (sweep && turn < 0) turn += kRound;
    if (!sweep && turn > 0) turn -= kRound;
    for (int i = 1; i < kCurvePieces; ++i) {
      const float angle = begin + turn * static_cast<float>(i) / kCurvePieces;
      line(middle + ImVec2(std::cos(angle), std::sin(angle)) * radius);
    }
    line(to);
  }
  void close() {
    if (strokes_.empty()) return;
    strokes_.back().closed = true;
    at_ = strokes_.back().points.front();
  }
  std::vector<Stroke> take() { return std::move(strokes_); }

 private:
  std::vector<Stroke> strokes_;
  ImVec2 at_;
};

}  // namespace

std::vector<Stroke> strokes_of_path(std::string_view d) {
  Numbers numbers(d);
  Pen pen;
  char command = 'M';
  ImVec2 handle;  // the last curve's second one
  while (!numbers.ended()) {
    if (const std::optional<char> next = numbers.command()) command = *next;
    const bool relative = command >= 'a';
    const ImVec2 origin = relative ? pen.at() : ImVec2();
    const auto point = [&] {
      const float x = numbers.number();
      return ImVec2(x, numbers.number()) + origin;
    };
    switch (command & ~0x20) {
      case 'M':
        pen.move(point());
        command = relative ? 'l' : 'L';  // more points of it are lines
        break;
      case 'L':
        pen.line(point());
        break;
      case 'H':
        pen.line({numbers.number() + origin.x, pen.at().y});
        break;
      case 'V':
        pen.line({pen.at().x, numbers.number() + origin.y});
        break;
      case 'C': {
        const ImVec2 first = point();
        handle = point();
        pen.cubic(first, handle, point());
        continue;
      }
      case 'S': {
        const ImVec2 first = pen.at() * 2 - handle;
        handle = point();
        pen.cubic(first, handle, point());
        continue;
      }
      case 'A': {
        const float radius = numbers.number();
        numbers.number();  // the other radius
        numbers.number();  // rotation
        const bool large = numbers.flag(), sweep = numbers.flag();
        pen.arc(radius, large, sweep, point());
        break;
      }
      case 'Z':
        pen.close();
        break;
      default:
        return pen.take();
    }
    handle = pen.at();
  }
  return pen.take();
}

Stroke circle_stroke(ImVec2 middle, float radius) {
  Stroke stroke{.points = {}, .closed = true};
  constexpr int kPieces = 28;
  for (int i = 0; i < kPieces; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kPieces;
    stroke.points.push_back(middle + ImVec2(std::cos(angle), std::sin(angle)) * radius);
  }
  return stroke;
}

Stroke rectangle_stroke(ImVec2 corner, ImVec2 size, float radius) {
  const ImVec2 end = corner + size;
  Pen pen;
  pen.move({corner.x + radius, corner.y});
  pen.line({end.x - radius, corner.y});
  pen.arc(radius, false, true, {end.x, corner.y + radius});
  pen.line({end.x, end.y - radius});
  pen.arc(radius, false, true, {end.x - radius, end.y});
  pen.line({corner.x + radius, end.y});
  pen.arc(radius, false, true, {corner.x, end.y - radius});
  pen.line({corner.x, corner.y + radius});
  pen.arc(radius, false, true, {corner.x + radius, corner.y});
  pen.close();
  return pen.take().front();
}

}  // namespace wick::app
