#include "views/format.h"

#include <catch2/catch.hpp>

using namespace wick::views;

TEST_CASE("format: bytes have three figures and a decimal unit") {
  CHECK(bytes_words(0) == "0 B");
  CHECK(bytes_words(999) == "999 B");
  CHECK(bytes_words(1000) == "1.00 kB");
  CHECK(bytes_words(98'362'432) == "98.4 MB");
  CHECK(bytes_words(999'499) == "999 kB");
  CHECK(bytes_words(999'600) == "1.00 MB");
  CHECK(bytes_words(3.2e12) == "3.20 TB");
}

TEST_CASE("format: a part has the unit and the digits of its whole") {
  CHECK(bytes_of_words(301e6, 639e6) == "301 of 639 MB");
  CHECK(bytes_of_words(1e6, 98'362'432) == "1.0 of 98.4 MB");
}

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
