#pragma once
// Finding in lists by what people type.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/jinja_text.h"

namespace wick::views {

/// Those of `items` whose text, a lower-case member, has every word of the query, upper or lower case; all for a query
/// without words. They point into `items`.
template <class Item>
std::vector<const Item*> with_all_words(const std::vector<Item>& items, std::string_view query,
                                        std::string Item::* text) {
  const std::string lower = jinja::lower(query);
  const std::vector<std::string_view> words = jinja::split_whitespace(lower, -1, false);
  std::vector<const Item*> found;
  for (const Item& item : items) {
    const auto has = [&](std::string_view word) { return (item.*text).find(word) != std::string::npos; };
    if (std::all_of(words.begin(), words.end(), has)) found.push_back(&item);
  }
  return found;
}

}  // namespace wick::views
