#pragma once
// What the tests of tensors share.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/tensor.h"

namespace wick::test {

/// One device for all tests that do not count its memory.
inline const Device& device() {
  static const Device cpu = Device::cpu(2);
  return cpu;
}

inline const nlohmann::json& tensor_golden() {
  static const nlohmann::json golden = nlohmann::json::parse(std::ifstream(WICK_TESTS_DIR "/golden/tensor.json"));
  return golden;
}

inline DType dtype_named(const std::string& name) {
  for (int i = 0; i < kDTypes; ++i) {
    if (name == info(static_cast<DType>(i)).name) return static_cast<DType>(i);
  }
  throw Error("no dtype is called {}", name);
}

/// All elements as doubles, whatever the dtype.
inline std::vector<double> values_of(const Tensor& x) {
  std::vector<double> values;
  const Tensor flat = x.reshape({-1});
  for (Index i = 0; i < flat.dim(0); ++i) values.push_back(flat.select(0, i).item());
  return values;
}

/// The message of the Error that `call` throws, or "" if it throws none.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace wick::test
