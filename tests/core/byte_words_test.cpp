#include "core/text/byte_words.h"

#include <catch2/catch.hpp>

using namespace wick;

TEST_CASE("byte words: bytes have three figures and a decimal unit") {
  CHECK(bytes_words(0) == "0 B");
  CHECK(bytes_words(999) == "999 B");
  CHECK(bytes_words(1000) == "1.00 kB");
  CHECK(bytes_words(98'362'432) == "98.4 MB");
  CHECK(bytes_words(999'499) == "999 kB");
  CHECK(bytes_words(999'600) == "1.00 MB");
  CHECK(bytes_words(3.2e12) == "3.20 TB");
}

TEST_CASE("byte words: a part has the unit and the digits of its whole") {
  CHECK(bytes_of_words(301e6, 639e6) == "301 of 639 MB");
  CHECK(bytes_of_words(1e6, 98'362'432) == "1.0 of 98.4 MB");
}
