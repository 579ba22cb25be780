#pragma once
// What a speech model can hear.
#include <string>
#include <vector>

#include "models/whisper_tokens.h"
#include "views/model_host.h"

namespace wick::views {

/// What the model of this state can hear, by the languages' names; before it is loaded as far as its name tells, else
/// empty.
std::vector<WhisperLanguage> languages_of(const ModelState& speech, const std::string& model);
/// "German" for de.
std::string language_name(const std::string& code);

}  // namespace wick::views
