#include "segment_prompts.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>

#include "command.h"
#include "core/error.h"

namespace wick::cli {
namespace {

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
  }
  return parts;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

SegmentPrompt::Point point_of(const std::string& text) {
  const std::vector<std::string_view> parts = split_at_commas(text);
  const bool signed_ = parts.size() == 3 && (parts[2] == "-" || parts[2] == "+");
  if (parts.size() == 2 || signed_) {
    const auto x = number_of(parts[0]), y = number_of(parts[1]);
    if (x && y) return {*x, *y, !signed_ || parts[2] == "+"};
  }
  throw CLI::ValidationError("--point", "'" + text + "' is no point: write X,Y, or X,Y,- for what is to be left out");
}

Box box_of(const std::string& text) {
  const std::vector<std::string_view> parts = split_at_commas(text);
  std::vector<float> corners;
  for (const std::string_view part : parts) {
    if (const auto number = number_of(part)) corners.push_back(static_cast<float>(*number));
  }
  if (parts.size() == 4 && corners.size() == 4) return {corners[0], corners[1], corners[2], corners[3]};
  throw CLI::ValidationError("--box", "'" + text + "' is no box: write X0,Y0,X1,Y1");
}

std::vector<Question> each_by_itself(const SegmentPrompt& prompt, const std::vector<Box>& boxes) {
  std::vector<SegmentPrompt::Point> outside;
  std::copy_if(prompt.points.begin(), prompt.points.end(), std::back_inserter(outside),
               [](const SegmentPrompt::Point& point) { return !point.inside; });
  std::vector<Question> questions;
  for (const SegmentPrompt::Point& point : prompt.points) {
    if (!point.inside) continue;
    questions.push_back({.prompt = {.points = {point}}});
  }
  for (const Box& box : boxes) questions.push_back({.prompt = {.box = box}});
  for (Question& question : questions) {
    question.prompt.points.insert(question.prompt.points.end(), outside.begin(), outside.end());
  }
  if (questions.empty()) throw CLI::ValidationError("--each", "no --point or --box is part of a thing");
  return questions;
}

/// An entry of a file of prompts.
class Entry {
 public:
  Entry(const Json& entry, std::string where) : entry_(entry), where_(std::move(where)) {
    if (!entry_.is_object()) fail("is no object");
    for (const auto& [key, value] : entry_.items()) {
      constexpr std::array kKeys{"image", "points", "box", "name", "mask_from"};
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) fail("has an unknown '" + key + "'");
    }
  }

  Question question() const {
    Question question{.image = text("image"), .name = text("name"), .mask_from = text("mask_from")};
    for (const Json& point : list("points")) {
      const std::vector<double> numbers = numbers_of(point);
      const bool labelled = numbers.size() == 3 && (numbers[2] == 0 || numbers[2] == 1);
      if (numbers.size() != 2 && !labelled) fail("has a point that is none: [x, y], or [x, y, label] with 0 or 1");
      question.prompt.points.push_back({numbers[0], numbers[1], !labelled || numbers[2] == 1});
    }
    if (const Json& box = list("box"); !box.empty()) {
      const std::vector<double> corners = numbers_of(box);
      if (corners.size() != 4) fail("has a box that is none: [x0, y0, x1, y1]");
      const auto corner = [&](std::size_t i) { return static_cast<float>(corners[i]); };
      question.prompt.box = Box{corner(0), corner(1), corner(2), corner(3)};
    }
    if (question.prompt.points.empty() && !question.prompt.box && question.mask_from.empty()) {
      fail("has neither points nor a box");
    }
    return question;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error("{} {}", where_, what); }

  std::string text(const char* key) const {
    const auto found = entry_.find(key);
    if (found == entry_.end() || found->is_null()) return {};
    if (!found->is_string()) fail(fmt::format("has a '{}' that is no text", key));
    return found->get<std::string>();
  }

  const Json& list(const char* key) const {
    static const Json kNothing = Json::array();
    const auto found = entry_.find(key);
    if (found == entry_.end() || found->is_null()) return kNothing;
    if (!found->is_array()) fail(fmt::format("has a '{}' that is no list", key));
    return *found;
  }

  /// None where the list holds anything else, or is none.
  static std::vector<double> numbers_of(const Json& list) {
    const auto is_number = [](const Json& value) { return value.is_number(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_number)) return {};
    return list.get<std::vector<double>>();
  }

  const Json& entry_;
  std::string where_;
};

/// Where a parser is in a list of prompts.
struct Place {
  std::size_t prompt = 0, number = 0;  // counted from 1, the latter in what belongs to the key
  std::string key = {};

  void follow(int depth, Json::parse_event_t event, const Json& value) {
    using Event = Json::parse_event_t;
    const bool begins = event == Event::object_start || event == Event::array_start || event == Event::value;
    if (depth == 1 && begins) *this = {.prompt = prompt + 1};
    if (depth == 2 && event == Event::key) *this = {.prompt = prompt, .key = value.get<std::string>()};
    if (event == Event::value && value.is_number()) ++number;
  }
};

/// "line 2, column 7: syntax error while parsing value - invalid literal", without what else the parser says.
std::string reason_of(const Json::parse_error& error, const std::string& text) {
  const std::size_t read = std::clamp<std::size_t>(error.byte, 1, text.size() + 1);  // the last is what is wrong
  const std::string_view before = std::string_view(text).substr(0, read - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  std::string_view why = error.what();
  if (const std::size_t begin = why.find("syntax error"); begin != std::string_view::npos) why.remove_prefix(begin);
  return fmt::format("line {}, column {}: {}", line, column, why.substr(0, why.find("; last read")));
}

Json parsed(const std::string& text, const std::string& source) {
  Place place;
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, const Json& value) {
      place.follow(depth, event, value);
      return true;
    });
  } catch (const Json::parse_error& error) {
    throw Error("{}: not JSON: {}", source, reason_of(error, text));
  } catch (const Json::out_of_range&) {
    if (place.key.empty()) throw Error("{}: a number is out of range, and in no prompt", source);
    throw Error("{}: prompt {}: number {} of '{}' is out of range", source, place.prompt, place.number + 1, place.key);
  }
}

}  // namespace

bool are_coordinates(const std::string& text) {
  const std::vector<std::string_view> parts = split_at_commas(text);
  const auto is_number = [](std::string_view part) { return number_of(part).has_value(); };
  const bool is_left_out = parts.size() == 3 && (parts[2] == "-" || parts[2] == "+");
  return parts.size() >= 2 && parts.size() <= 4 &&
         std::all_of(parts.begin(), parts.end() - static_cast<int>(is_left_out), is_number);
}

std::vector<Question> questions_of(const std::vector<std::string>& points, const std::vector<std::string>& boxes,
                                   bool each) {
  SegmentPrompt prompt;
  std::vector<Box> all_boxes;
  for (const std::string& text : points) prompt.points.push_back(point_of(text));
  for (const std::string& text : boxes) all_boxes.push_back(box_of(text));
  if (each) return each_by_itself(prompt, all_boxes);
  if (all_boxes.size() > 1) {
    throw CLI::ValidationError("--box", "a thing has one box: add --each if every --point and --box is another thing");
  }
  if (!all_boxes.empty()) prompt.box = all_boxes[0];
  return {{.prompt = prompt}};
}

std::vector<Question> parse_questions(const std::string& text, const std::string& source) {
  const Json list = parsed(text, source);
  if (!list.is_array())
    throw Error("{}: expected a list of prompts, [{{...}}, ...], found a JSON {}", source, list.type_name());
  if (list.empty()) throw Error("{}: the list of prompts is empty", source);
  std::vector<Question> questions;
  for (std::size_t i = 0; i < list.size(); ++i) {
    questions.push_back(Entry(list[i], fmt::format("{}: prompt {}", source, i + 1)).question());
  }
  return questions;
}

}  // namespace wick::cli
