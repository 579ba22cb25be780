#pragma once
// What a call of wick.h has made, as its tests read it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "wasm/wick.h"

namespace wick::test {

inline std::string text(int32_t length) {
  REQUIRE(length >= 0);
  std::string result(static_cast<std::size_t>(length), '\0');
  REQUIRE(wick_text(result.data(), length) == length);
  return result;
}

inline nlohmann::json json(int32_t length) { return nlohmann::json::parse(text(length)); }

}  // namespace wick::test
