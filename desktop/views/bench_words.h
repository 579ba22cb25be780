#pragma once
// What the names of the benchmark's rows mean, in words. A name is as `wick bench` has it:
// attention/prefill/f16/hd64/s512/t2.
#include <array>
#include <string>
#include <string_view>

#include "models/bench/bench.h"

namespace wick::views {

enum class BenchGroup { attention, reading, writing, chat, speech, segment, other };

struct BenchGroupWords {
  BenchGroup group;
  const char *title, *about;
};
extern const std::array<BenchGroupWords, 7> kBenchGroups;

struct BenchWords {
  BenchGroup group = BenchGroup::other;
  std::string title, detail;  // beneath the group's title
  std::string full;           // alone
};
BenchWords words_of(const std::string& name);

/// Of a quick look: a half-precision model, and the quantisations one meets most.
bool is_quick(std::string_view name);

/// "1,235" or "41.2": three figures of a rate.
std::string big_number(double value);
/// A row's figures: the median, its unit, and the least and most where they are not the same.
struct BenchFigures {
  std::string median, unit, range;
};
BenchFigures figures_of(const BenchRow& row);
/// 0.618 -> "62 %"
std::string share_words(double share);

struct PeakWords {
  double Peaks::* value;
  const char *unit, *what;
};
extern const std::array<PeakWords, 4> kPeakWords;

}  // namespace wick::views
