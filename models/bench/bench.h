#pragma once
// How fast the kernels and a model are on this machine, and what part of its own peaks that is. The terminal and the
// page measure the same rows.
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/language_model.h"
#include "models/segmenter.h"
#include "models/whisper.h"

namespace wick {

struct BenchOptions {
  int repetitions = 5;
  double seconds = 0.3;  // at least this long for each row
};

/// One measured quantity: a rate, or where the unit is ms a time, of which less is better.
struct BenchRow {
  std::string name, unit;
  std::vector<double> values;  // one of each repetition
  double peak = 0;             // of the machine in this unit, 0 where there is none

  double median() const;
  /// What the best repetition reached of the peak, 0 where there is none.
  double peak_fraction() const;
  /// {name, unit, min, median, max, peak_fraction}: this where there is a peak.
  nlohmann::ordered_json to_json() const;
};

/// What a device's threads do at most, together.
struct Peaks {
  double fma_gflops = 0, int8_gops = 0, bf16_gflops = 0, read_gbs = 0;

  nlohmann::ordered_json to_json() const;
};
/// Measures them, half a second long.
Peaks measure_peaks(const Device& device);
/// That of reading memory alone.
double measure_read_gbs(const Device& device);

/// A row that can be measured.
struct BenchCase {
  std::string name;
  std::function<BenchRow()> run;
};
/// Attention: causal prefill and decode with each type of cache, 16 heads, 8 kv heads.
std::vector<BenchCase> attention_bench(const Device& device, const Peaks& peaks, const BenchOptions& options);
/// Matrix products [4096, 4096] of every weight type with 256 rows (gemm) and with one, read from memory (gemv).
std::vector<BenchCase> matmul_bench(const Device& device, const Peaks& peaks, const BenchOptions& options);
/// Prompt and generation rates at several depths.
std::vector<BenchCase> model_bench(const std::shared_ptr<const LanguageModel>& model, const BenchOptions& options);
/// Whisper's parts: log-mel, the encoder, the decoder's memory of a window, tokens of one text and of five beams
/// together (each step counted once).
std::vector<BenchCase> speech_bench(const std::shared_ptr<const Whisper>& model, const Peaks& peaks,
                                    const BenchOptions& options);
/// Segment Anything's parts, in ms: a picture made what the encoder takes, the encoder, what is remembered of its
/// embedding, the four masks' logits that a point gives, and one of them as a mask of the picture. `weights` names
/// their type in the rows; the encoder's time in f32 is held against the peak of multiply-adds.
std::vector<BenchCase> segment_bench(const std::shared_ptr<const SegmentModel>& model, const std::string& weights,
                                     const std::shared_ptr<const Image>& picture, const Peaks& peaks,
                                     const BenchOptions& options);

}  // namespace wick
