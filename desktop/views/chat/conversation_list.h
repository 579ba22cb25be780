#pragma once
// The list of conversations: what it shows of each, how it is searched and parted by days.
#include <string>
#include <string_view>
#include <vector>

#include "views/chat/conversation.h"

namespace wick::views {

struct ConversationHead {
  std::string id, title;
  double updated;     // ms since 1970
  std::string words;  // title and all messages, in lower case
};

ConversationHead head_of(const Conversation& conversation);

/// Those whose text has every word of the query, upper or lower case; all for a query without words. They point into
/// `heads`.
std::vector<const ConversationHead*> search_heads(const std::vector<ConversationHead>& heads, std::string_view query);

struct DayGroup {
  std::string title;  // "Today", "Yesterday", "Last week", or a month: "March 2026"
  std::vector<const ConversationHead*> heads;
};

/// Heads, newest first, under the names of their days by the local clock.
std::vector<DayGroup> group_by_day(const std::vector<const ConversationHead*>& heads, double now_ms);

}  // namespace wick::views
