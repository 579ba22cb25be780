#include "models/whisper_alignment.h"

#include <algorithm>

#include "core/error.h"

namespace wick {
namespace {

/// One of OpenAI's models: what tells it from the others, and its heads.
struct Known {
  Index text_layers, heads, vocab;  // large-v1 is not told from large-v2
  std::vector<AlignmentHead> alignment_heads;
};

const std::vector<Known>& known_models() {
  constexpr Index kEnglish = 51864, kMultilingual = 51865, kV3 = 51866;
  static const std::vector<Known> known = {
      {4, 6, kEnglish, {{1, 0}, {2, 0}, {2, 5}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}}},
      {4, 6, kMultilingual, {{2, 2}, {3, 0}, {3, 2}, {3, 3}, {3, 4}, {3, 5}}},
      {6, 8, kEnglish, {{3, 3}, {4, 7}, {5, 1}, {5, 5}, {5, 7}}},
      {6, 8, kMultilingual, {{3, 1}, {4, 2}, {4, 3}, {4, 7}, {5, 1}, {5, 2}, {5, 4}, {5, 6}}},
      {12,
       12,
       kEnglish,
       {{6, 6},
        {7, 0},
        {7, 3},
        {7, 8},
        {8, 2},
        {8, 5},
        {8, 7},
        {9, 0},
        {9, 4},
        {9, 8},
        {9, 10},
        {10, 0},
        {10, 1},
        {10, 2},
        {10, 3},
        {10, 6},
        {10, 11},
        {11, 2},
        {11, 4}}},
      {12, 12, kMultilingual, {{5, 3}, {5, 9}, {8, 0}, {8, 4}, {8, 7}, {8, 8}, {9, 0}, {9, 7}, {9, 9}, {10, 5}}},
      {24,
       16,
       kEnglish,
       {{11, 4},
        {14, 1},
        {14, 12},
        {14, 14},
        {15, 4},
        {16, 0},
        {16, 4},
        {16, 9},
        {17, 12},
        {17, 14},
        {18, 7},
        {18, 10},
        {18, 15},
        {20, 0},
        {20, 3},
        {20, 9},
        {20, 14},
        {21, 12}}},
      {24, 16, kMultilingual, {{13, 15}, {15, 4}, {15, 15}, {16, 1}, {20, 0}, {23, 4}}},
      {32, 20, kMultilingual, {{10, 12}, {13, 17}, {16, 11}, {16, 12}, {16, 13}, {17, 15}, {17, 16}, {18, 4},
                               {18, 11}, {18, 19}, {19, 11}, {21, 2},  {21, 3},  {22, 3},  {22, 9},  {22, 12},
                               {23, 5},  {23, 7},  {23, 13}, {25, 5},  {26, 1},  {26, 12}, {27, 15}}},
      {32, 20, kV3, {{7, 0}, {10, 17}, {12, 18}, {13, 12}, {16, 1}, {17, 14}, {19, 11}, {21, 4}, {24, 1}, {25, 6}}},
      {4, 20, kV3, {{2, 4}, {2, 11}, {3, 3}, {3, 6}, {3, 11}, {3, 14}}},  // large-v3-turbo
  };
  return known;
}

std::vector<AlignmentHead> find_heads(const WhisperConfig& c, const nlohmann::ordered_json& json) {
  std::vector<AlignmentHead> heads;
  if (json.is_object() && json.contains("alignment_heads")) {
    try {
      for (const auto& head : json.at("alignment_heads")) heads.push_back({head.at(0), head.at(1)});
    } catch (const nlohmann::json::exception& error) {
      throw Error("config.json: alignment_heads: {}", error.what());
    }
    if (!heads.empty()) return heads;
  }
  for (const Known& known : known_models()) {
    if (known.text_layers == c.text_layers && known.heads == c.heads && known.vocab == c.vocab) {
      return known.alignment_heads;
    }
  }
  for (Index layer = c.text_layers / 2; layer < c.text_layers; ++layer) {
    for (Index head = 0; head < c.heads; ++head) heads.push_back({layer, head});
  }
  return heads;
}

}  // namespace

std::vector<AlignmentHead> whisper_alignment_heads(const WhisperConfig& config, const nlohmann::ordered_json& json) {
  std::vector<AlignmentHead> heads = find_heads(config, json);
  for (const AlignmentHead& head : heads) {
    if (head.layer < 0 || head.layer >= config.text_layers || head.head < 0 || head.head >= config.heads) {
      throw Error("config.json: alignment head [{}, {}] of a decoder of {} layers and {} heads", head.layer, head.head,
                  config.text_layers, config.heads);
    }
  }
  std::sort(heads.begin(), heads.end(), [](const AlignmentHead& a, const AlignmentHead& b) {
    return a.layer != b.layer ? a.layer < b.layer : a.head < b.head;
  });
  return heads;
}

}  // namespace wick
