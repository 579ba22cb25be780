#pragma once
// Pages that are one column of cards.
#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

namespace wick::app {

/// A column in the middle of a region, while it lives. `width` in units of the design.
class Column {
 public:
  explicit Column(float width);
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;
  ~Column();

  float left() const { return left_; }
  float width() const { return width_; }  // in pixels

 private:
  float left_, width_;
};

/// The ground of a card behind what is drawn at the cursor while it lives, as wide as is said, in pixels; `padding` in
/// units of the design.
class Card {
 public:
  Card(float width, ImVec2 padding);
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  ~Card();

  /// What is left of the width inside.
  float inner() const;

 private:
  ImVec2 from_, padding_;
  float width_;
};

/// Facts in one line with gaps, the line wrapped where `width` pixels end.
void facts_line(const std::vector<std::string>& facts, ImU32 colour, float width);
/// Moves the cursor down by so many units of the design, whatever the spacing.
void gap(float height);
/// A card's or a group's title, and what it means.
void group_title(std::string_view title, std::string_view about);

}  // namespace wick::app
