// Of wick.h: measuring.
#include "models/bench/bench.h"

#include <algorithm>

#include "wasm/chat.h"
#include "wasm/handles.h"

using namespace wick::host;

struct wick_bench {
  wick::Device device;
  wick::Peaks peaks;
  std::vector<wick::BenchCase> cases;
  std::size_t next = 0;
};

namespace {

/// The rows whose names contain one of the texts, all if there are none.
void keep_wanted(std::vector<wick::BenchCase>& cases, const Json& texts) {
  if (!texts.is_array()) throw wick::Error("options: 'rows' must be a list of texts");
  for (const Json& text : texts)
    if (!text.is_string()) throw wick::Error("options: 'rows' must be a list of texts");
  std::erase_if(cases, [&](const wick::BenchCase& c) {
    return !texts.empty() && std::none_of(texts.begin(), texts.end(), [&](const Json& text) {
      return c.name.find(text.get_ref<const std::string&>()) != std::string::npos;
    });
  });
}

}  // namespace

extern "C" {

wick_bench* wick_bench_new(wick_engine* engine, wick_chat* chat, const char* options_json) {
  return guarded<wick_bench*>(nullptr, [&] {
    const Json options = parse(options_json, "options");
    if (!options.is_object()) throw wick::Error("options: expected an object");
    wick::BenchOptions bench;
    int threads = 0;
    read_option(options, "threads", threads);
    read_option(options, "repetitions", bench.repetitions);
    read_option(options, "seconds", bench.seconds);
    if (bench.repetitions < 1 || !(bench.seconds >= 0)) throw wick::Error("options: nothing would be measured");
    const wick::Device& own = given(engine, "engine").device;
    const wick::Device device = threads < 1 || threads == own.threads() ? own : wick::Device::cpu(threads);
    auto result = std::make_unique<wick_bench>(wick_bench{device, wick::measure_peaks(device), {}, 0});
    if (chat) {
      result->cases = wick::model_bench(chat->chat.generator().share_model(), bench);
    } else {
      result->cases = wick::attention_bench(device, result->peaks, bench);
      for (wick::BenchCase& c : wick::matmul_bench(device, result->peaks, bench)) result->cases.push_back(std::move(c));
    }
    keep_wanted(result->cases, options.value("rows", Json::array()));
    return result.release();
  });
}

void wick_bench_free(wick_bench* bench) { delete bench; }

int32_t wick_bench_info(wick_bench* bench) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick_bench& b = given(bench, "bench");
    Json names = Json::array();
    for (const wick::BenchCase& c : b.cases) names.push_back(c.name);
    return give_json({{"device", b.device.describe()},
                      {"threads", b.device.threads()},
                      {"peaks", b.peaks.to_json()},
                      {"rows", names}});
  });
}

int32_t wick_bench_step(wick_bench* bench) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick_bench& b = given(bench, "bench");
    if (b.next == b.cases.size()) return give_text("");
    return give_json(b.cases[b.next++].run().to_json());
  });
}

}  // extern "C"
