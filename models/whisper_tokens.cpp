#include "models/whisper_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "core/error.h"
#include "core/text/pretokenizer.h"

namespace wick {
namespace {

constexpr Index kEnglishText = 50256, kMultilingualText = 50257;
constexpr Index kTimestamps = 1501, kFixedSpecials = 8;  // eot, sot, and the six between the languages and the times

constexpr std::array kLanguages = std::to_array<WhisperLanguage>({
    {"en", "English"},        {"zh", "Chinese"},       {"de", "German"},    {"es", "Spanish"},    {"ru", "Russian"},
    {"ko", "Korean"},         {"fr", "French"},        {"ja", "Japanese"},  {"pt", "Portuguese"}, {"tr", "Turkish"},
    {"pl", "Polish"},         {"ca", "Catalan"},       {"nl", "Dutch"},     {"ar", "Arabic"},     {"sv", "Swedish"},
    {"it", "Italian"},        {"id", "Indonesian"},    {"hi", "Hindi"},     {"fi", "Finnish"},    {"vi", "Vietnamese"},
    {"he", "Hebrew"},         {"uk", "Ukrainian"},     {"el", "Greek"},     {"ms", "Malay"},      {"cs", "Czech"},
    {"ro", "Romanian"},       {"da", "Danish"},        {"hu", "Hungarian"}, {"ta", "Tamil"},      {"no", "Norwegian"},
    {"th", "Thai"},           {"ur", "Urdu"},          {"hr", "Croatian"},  {"bg", "Bulgarian"},  {"lt", "Lithuanian"},
    {"la", "Latin"},          {"mi", "Maori"},         {"ml", "Malayalam"}, {"cy", "Welsh"},      {"sk", "Slovak"},
    {"te", "Telugu"},         {"fa", "Persian"},       {"lv", "Latvian"},   {"bn", "Bengali"},    {"sr", "Serbian"},
    {"az", "Azerbaijani"},    {"sl", "Slovenian"},     {"kn", "Kannada"},   {"et", "Estonian"},   {"mk", "Macedonian"},
    {"br", "Breton"},         {"eu", "Basque"},        {"is", "Icelandic"}, {"hy", "Armenian"},   {"ne", "Nepali"},
    {"mn", "Mongolian"},      {"bs", "Bosnian"},       {"kk", "Kazakh"},    {"sq", "Albanian"},   {"sw", "Swahili"},
    {"gl", "Galician"},       {"mr", "Marathi"},       {"pa", "Punjabi"},   {"si", "Sinhala"},    {"km", "Khmer"},
    {"sn", "Shona"},          {"yo", "Yoruba"},        {"so", "Somali"},    {"af", "Afrikaans"},  {"oc", "Occitan"},
    {"ka", "Georgian"},       {"be", "Belarusian"},    {"tg", "Tajik"},     {"sd", "Sindhi"},     {"gu", "Gujarati"},
    {"am", "Amharic"},        {"yi", "Yiddish"},       {"lo", "Lao"},       {"uz", "Uzbek"},      {"fo", "Faroese"},
    {"ht", "Haitian Creole"}, {"ps", "Pashto"},        {"tk", "Turkmen"},   {"nn", "Nynorsk"},    {"mt", "Maltese"},
    {"sa", "Sanskrit"},       {"lb", "Luxembourgish"}, {"my", "Myanmar"},   {"bo", "Tibetan"},    {"tl", "Tagalog"},
    {"mg", "Malagasy"},       {"as", "Assamese"},      {"tt", "Tatar"},     {"haw", "Hawaiian"},  {"ln", "Lingala"},
    {"ha", "Hausa"},          {"ba", "Bashkir"},       {"jw", "Javanese"},  {"su", "Sundanese"},  {"yue", "Cantonese"},
});

/// What the model hears as sounds, speakers and brackets; whisper/tokenizer.py, non_speech_tokens.
constexpr std::string_view kBrackets[] = {"\"",  "#",  "(",  ")",   "*",   "+",   "/",   ":",  ";",   "<",  "=",  ">",
                                          "@",   "[",  "\\", "]",   "^",   "_",   "`",   "{",  "|",   "}",  "~",  "「",
                                          "」",  "『", "』", "<<",  ">>",  "<<<", ">>>", "--", "---", "-(", "-[", "('",
                                          "(\"", "((", "))", "(((", ")))", "[[",  "]]",  "{{", "}}",  "♪♪", "♪♪♪"};
constexpr std::string_view kNotes[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

WhisperIds WhisperIds::of_vocabulary(Index vocab, const std::string& file) {
  WhisperIds ids{};
  ids.multilingual = vocab > kEnglishText + kFixedSpecials + 99 + kTimestamps;
  ids.eot = static_cast<TokenId>(ids.multilingual ? kMultilingualText : kEnglishText);
  ids.languages = vocab - ids.eot - kFixedSpecials - kTimestamps;
  if (ids.languages < 99 || ids.languages > static_cast<Index>(kLanguages.size())) {
    throw Error("{}: a vocabulary of {} tokens, which no Whisper has", file, vocab);
  }
  ids.sot = ids.eot + 1;
  ids.first_language = ids.sot + 1;
  ids.translate = ids.first_language + static_cast<TokenId>(ids.languages);
  ids.transcribe = ids.translate + 1;
  ids.sot_lm = ids.translate + 2;
  ids.sot_prev = ids.translate + 3;
  ids.no_speech = ids.translate + 4;
  ids.no_timestamps = ids.translate + 5;
  ids.timestamp_begin = ids.translate + 6;
  return ids;
}

std::vector<TokenId> WhisperIds::start(Index language, bool translates) const {
  std::vector<TokenId> tokens = {sot};
  if (multilingual) {
    tokens.push_back(first_language + static_cast<TokenId>(language));
    tokens.push_back(translates ? translate : transcribe);
  }
  return tokens;
}

std::span<const WhisperLanguage> whisper_languages() { return kLanguages; }

Index find_whisper_language(std::string_view language) {
  const auto* found = std::find_if(kLanguages.begin(), kLanguages.end(), [&](const WhisperLanguage& l) {
    return same_letters(l.code, language) || same_letters(l.name, language);
  });
  return found == kLanguages.end() ? -1 : found - kLanguages.begin();
}

Index parse_whisper_language(std::string_view language) {
  const Index found = find_whisper_language(language);
  if (found < 0 && language != "auto") throw Error("language '{}': none that Whisper knows", language);
  return found;
}

bool parse_whisper_task(std::string_view task) {
  if (task != "transcribe" && task != "translate") throw Error("task '{}': only transcribe and translate", task);
  return task == "translate";
}

WhisperTokenizer::WhisperTokenizer(std::vector<std::string> texts, Index vocab, const std::string& file)
    : ids_(WhisperIds::of_vocabulary(vocab, file)), texts_(std::move(texts)) {
  if (static_cast<Index>(texts_.size()) < ids_.eot) {
    throw Error("{}: {} tokens of text, expected {}", file, texts_.size(), ids_.eot);
  }
  texts_.resize(static_cast<std::size_t>(ids_.eot));
  constexpr std::size_t kEnglishThe = 262, kMultilingualThe = 264;
  if (texts_[ids_.multilingual ? kEnglishThe : kMultilingualThe] == " the") {
    throw Error("{}: the vocabulary beside it is that of {} models, and this one is not", file,
                ids_.multilingual ? "English-only" : "multilingual");
  }
  ranks_.reserve(texts_.size());
  for (std::size_t id = 0; id < texts_.size(); ++id) ranks_.emplace(texts_[id], static_cast<TokenId>(id));
  find_suppressed();
}

WhisperTokenizer WhisperTokenizer::of_files(const ModelFiles& files, Index vocab) {
  std::vector<std::string> texts;
  if (files.tokenizer) {
    for (TokenId id = 0; id < files.tokenizer->size(); ++id) texts.push_back(files.tokenizer->piece(id));
  } else {
    texts = files.vocabulary;
  }
  if (texts.empty()) throw Error("{}: its vocabulary is missing beside it", files.checkpoint.name());
  return WhisperTokenizer(std::move(texts), vocab, files.checkpoint.name());
}

std::string_view WhisperTokenizer::piece(TokenId id) const {
  return id >= 0 && id < ids_.eot ? std::string_view(texts_[static_cast<std::size_t>(id)]) : std::string_view();
}

std::string WhisperTokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) text += piece(id);
  return text;
}

std::vector<TokenId> WhisperTokenizer::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  const text::PreTokenizer words{{text::SplitRule::gpt2}};
  words.split(text, [&](std::string_view word) { append_word(word, ids); });
  return ids;
}

/// Byte-pair encoding where a token's id is its rank, as tiktoken does it.
void WhisperTokenizer::append_word(std::string_view word, std::vector<TokenId>& ids) const {
  constexpr TokenId kNone = std::numeric_limits<TokenId>::max();
  const auto rank = [&](std::string_view bytes) {
    const auto found = ranks_.find(bytes);
    return found == ranks_.end() ? kNone : found->second;
  };
  if (const TokenId whole = rank(word); whole != kNone) {
    ids.push_back(whole);
    return;
  }
  std::vector<std::size_t> ends;  // of the parts
  for (std::size_t i = 1; i <= word.size(); ++i) ends.push_back(i);
  const auto begin_of = [&](std::size_t part) { return part == 0 ? 0 : ends[part - 1]; };
  for (;;) {
    TokenId best = kNone;
    std::size_t where = 0;
    for (std::size_t part = 0; part + 1 < ends.size(); ++part) {
      const TokenId merged = rank(word.substr(begin_of(part), ends[part + 1] - begin_of(part)));
      if (merged < best) best = merged, where = part;
    }
    if (best == kNone) break;
    ends.erase(ends.begin() + static_cast<std::ptrdiff_t>(where));
  }
  for (std::size_t part = 0; part < ends.size(); ++part) {
    const TokenId id = rank(word.substr(begin_of(part), ends[part] - begin_of(part)));
    if (id != kNone) ids.push_back(id);
  }
}

void WhisperTokenizer::find_suppressed() {
  const auto suppress = [&](const std::string& text, bool first_of_many) {
    const std::vector<TokenId> found = encode(text);
    if (found.size() == 1 || (first_of_many && !found.empty())) suppressed_.push_back(found[0]);
  };
  for (const char* dash : {" -", " '"}) suppress(dash, true);
  for (const std::string_view bracket : kBrackets) {
    for (const char* before : {"", " "}) suppress(before + std::string(bracket), false);
  }
  for (const std::string_view note : kNotes) {
    for (const char* before : {"", " "}) suppress(before + std::string(note), true);
  }
  for (const TokenId id : {ids_.sot, ids_.translate, ids_.transcribe, ids_.sot_lm, ids_.sot_prev, ids_.no_speech}) {
    suppressed_.push_back(id);
  }
  std::sort(suppressed_.begin(), suppressed_.end());
  suppressed_.erase(std::unique(suppressed_.begin(), suppressed_.end()), suppressed_.end());
  not_first_ = encode(" ");
  not_first_.push_back(ids_.eot);
}

}  // namespace wick
