#include "views/format.h"

#include <catch2/catch.hpp>

using namespace wick::views;

TEST_CASE("format: counts have a comma at each thousand") {
  CHECK(count_words(0) == "0");
  CHECK(count_words(999) == "999");
  CHECK(count_words(49'147) == "49,147");
  CHECK(count_words(-1'234'567) == "-1,234,567");
  CHECK(count_words(-123) == "-123");
}

TEST_CASE("format: durations, shares and rates") {
  CHECK(duration_words(0.2) == "1 s");
  CHECK(duration_words(200) == "3 min 20 s");
  CHECK(duration_words(3900) == "1 h 5 min");
  CHECK(percent_words(0.589) == "58.9 %");
  CHECK(rate_words(418, 10'000) == "41.8 tokens/s");
  CHECK(rate_words(3, 0).empty());
}
