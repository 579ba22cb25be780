// Which operation tables there are, and how WICK_CPU chooses among them.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "kernels/ops.h"

using namespace wick;

TEST_CASE("dispatch: every table is complete, named once, and the reference comes last") {
  const OpsList list = available_ops();
  REQUIRE(list.count >= 1);
  CHECK(list.ops[list.count - 1] == &reference_ops());
  std::set<std::string> names;
  for (int i = 0; i < list.count; ++i) {
    names.insert(list.ops[i]->name);
    const void* entries[sizeof(Ops) / sizeof(void*)];
    std::memcpy(entries, list.ops[i], sizeof entries);
    INFO(list.ops[i]->name);
    for (const void* entry : entries) CHECK(entry != nullptr);
  }
  CHECK(static_cast<int>(names.size()) == list.count);
}

TEST_CASE("dispatch: WICK_CPU names a table, nothing takes the best, and a name that is none gives none") {
  const char* const before = std::getenv("WICK_CPU");
  const std::string kept = before ? before : "";
  const OpsList list = available_ops();
  for (int i = 0; i < list.count; ++i) {
    setenv("WICK_CPU", list.ops[i]->name, 1);
    CHECK(choose_ops() == list.ops[i]);
  }
  setenv("WICK_CPU", "abacus", 1);
  CHECK(choose_ops() == nullptr);
  for (const char* nothing : {"", static_cast<const char*>(nullptr)}) {
    nothing ? setenv("WICK_CPU", nothing, 1) : unsetenv("WICK_CPU");
    CHECK(choose_ops() == list.ops[0]);
  }
  if (before) setenv("WICK_CPU", kept.c_str(), 1);
}
