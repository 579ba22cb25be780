#include "views/transcribe/languages.h"

#include <algorithm>
#include <string_view>

#include "models/catalog.h"

namespace wick::views {
namespace {

/// By a name of the catalogue.
std::size_t count_by_name(std::string_view model) {
  const std::size_t all = whisper_languages().size();
  if (model.ends_with(".en")) return 1;  // Whisper's English-only models all end so
  const bool newest = model.find("large-v3") != std::string_view::npos || model.find("turbo") != std::string_view::npos;
  return newest ? all : all - 1;  // Cantonese came last, with large-v3
}

}  // namespace

std::vector<WhisperLanguage> languages_of(const ModelState& speech, const std::string& model) {
  const auto all = whisper_languages();
  std::size_t count = 0;
  if (speech.kind == ModelState::Kind::ready && speech.info.contains("languages")) {
    count = speech.info["languages"].size();
  } else if (find_in_catalog(model)) {
    count = count_by_name(model);
  }
  std::vector<WhisperLanguage> languages(all.begin(),
                                         all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size())));
  std::sort(languages.begin(), languages.end(),
            [](const auto& a, const auto& b) { return std::string_view(a.name) < b.name; });
  return languages;
}

std::string language_name(const std::string& code) {
  const Index found = find_whisper_language(code);
  return found < 0 ? code : whisper_languages()[static_cast<std::size_t>(found)].name;
}

}  // namespace wick::views
