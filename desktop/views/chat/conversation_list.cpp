#include "views/chat/conversation_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <limits>

#include "core/text/jinja_text.h"
#include "views/search.h"

namespace wick::views {
namespace {

std::tm local_time(double ms) {
  // Within what every system's calendar knows.
  const auto seconds = static_cast<std::time_t>(std::floor(std::clamp(ms, 0.0, 8.64e15) / 1000));
  std::tm time{};
  localtime_r(&seconds, &time);
  return time;
}

/// When the local day that is `days` before this one began, in ms; a day is not always 24 hours.
double midnight(std::tm time, int days) {
  time.tm_sec = time.tm_min = time.tm_hour = 0;
  time.tm_mday -= days;
  time.tm_isdst = -1;
  return static_cast<double>(std::mktime(&time)) * 1000;
}

std::string month_of(double ms) {
  constexpr std::array kMonths{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};
  const std::tm time = local_time(ms);
  return fmt::format("{} {}", kMonths.at(static_cast<std::size_t>(time.tm_mon)), 1900 + time.tm_year);
}

}  // namespace

ConversationHead head_of(const Conversation& conversation) {
  std::string words = conversation.title;
  for (const auto& [id, turn] : conversation.turns) words += '\n' + turn.text;
  return {conversation.id, conversation.title, conversation.updated, jinja::lower(words)};
}

std::vector<const ConversationHead*> search_heads(const std::vector<ConversationHead>& heads, std::string_view query) {
  return with_all_words(heads, query, &ConversationHead::words);
}

std::vector<DayGroup> group_by_day(const std::vector<const ConversationHead*>& heads, double now_ms) {
  const std::tm now = local_time(now_ms);
  const std::array<std::pair<double, const char*>, 3> days{
      {{midnight(now, 0), "Today"}, {midnight(now, 1), "Yesterday"}, {midnight(now, 7), "Last week"}}};
  std::vector<DayGroup> groups;
  for (const ConversationHead* head : heads) {
    const auto day = std::ranges::find_if(days, [&](const auto& one) { return head->updated >= one.first; });
    std::string title = day == days.end() ? month_of(head->updated) : day->second;
    if (groups.empty() || groups.back().title != title) groups.push_back({std::move(title), {}});
    groups.back().heads.push_back(head);
  }
  return groups;
}

}  // namespace wick::views
