// How the list of conversations is searched and parted.
#include "views/chat/conversation_list.h"

#include <catch2/catch.hpp>
#include <ctime>

#include "views/conversations.h"

namespace wick::views {
namespace {

/// Noon of a local day, in ms.
double noon(int year, int month, int day) {
  std::tm time{};
  time.tm_year = year - 1900;
  time.tm_mon = month - 1;
  time.tm_mday = day;
  time.tm_hour = 12;
  time.tm_isdst = -1;
  return static_cast<double>(std::mktime(&time)) * 1000;
}

std::vector<std::string> ids(const std::vector<const ConversationHead*>& heads) {
  std::vector<std::string> ids;
  for (const ConversationHead* head : heads) ids.push_back(head->id);
  return ids;
}

using Texts = std::vector<std::string>;

TEST_CASE("conversation list: a search finds what has every word, in any case and order") {
  const std::vector<ConversationHead> heads{
      {"a", "", 3, "green tea\nis a drink"}, {"b", "", 2, "grüße aus wien"}, {"c", "", 1, "tea time"}};
  CHECK(ids(search_heads(heads, "")) == Texts{"a", "b", "c"});
  CHECK(ids(search_heads(heads, "  \n")) == Texts{"a", "b", "c"});
  CHECK(ids(search_heads(heads, "TEA")) == Texts{"a", "c"});
  CHECK(ids(search_heads(heads, "drink  Green")) == Texts{"a"});
  CHECK(ids(search_heads(heads, "GRÜ")) == Texts{"b"});
  CHECK(search_heads(heads, "coffee").empty());
}

TEST_CASE("conversation list: days have names, older ones their month") {
  std::vector<ConversationHead> heads;
  for (const double time : {noon(2026, 3, 14), noon(2026, 3, 13) + 1, noon(2026, 3, 12), noon(2026, 3, 7),
                            noon(2026, 3, 6), noon(2026, 3, 2), noon(2026, 2, 28), noon(2025, 2, 28), 0.0, -5.0})
    heads.push_back({std::to_string(heads.size()), "", time, ""});
  const std::vector<DayGroup> groups = group_by_day(search_heads(heads, ""), noon(2026, 3, 14));
  Texts titles;
  for (const DayGroup& group : groups) titles.push_back(group.title);
  const std::string epoch = titles.back();  // where the sun is behind it is still 1969
  CHECK((epoch == "January 1970" || epoch == "December 1969"));
  CHECK(titles == Texts{"Today", "Yesterday", "Last week", "March 2026", "February 2026", "February 2025", epoch});
  CHECK(ids(groups[2].heads) == Texts{"2", "3"});
  CHECK(ids(groups[3].heads) == Texts{"4", "5"});
  CHECK(group_by_day({}, 1e300).empty());
}

TEST_CASE("conversation list: a head knows all words that were said") {
  const ConversationHead head = head_of(test::answered());
  CHECK(head.title == "What is tea?");
  CHECK(ids(search_heads({head}, "leaves drink")).size() == 1);
}

}  // namespace
}  // namespace wick::views
