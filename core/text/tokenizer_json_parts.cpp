#include "core/formats/binary_reader.h"
#include "core/text/tokenizer_json.h"

namespace wick::text::json {
namespace {

/// The string of {"String": "..."}.
const std::string& literal_of(const Json& object, const char* where) {
  return string_of(member(object, "pattern", where), "String", where);
}

/// Whether a Metaspace puts a mark before the text, and before which parts.
Tokenizer::Data::Lead lead_of(const Json& metaspace) {
  using Lead = Tokenizer::Data::Lead;
  const std::string scheme =
      string_or(metaspace, "prepend_scheme", bool_or(metaspace, "add_prefix_space", true) ? "always" : "never");
  if (scheme == "never") return Lead::never;
  if (scheme == "first") return Lead::first;
  if (scheme == "always") return Lead::always;
  throw Error("Metaspace has the prepend_scheme '{}', which is not supported", shown(scheme));
}

void read_metaspace(Tokenizer::Data& data, const Json& metaspace) {
  if (const std::string mark = string_or(metaspace, "replacement", "\u2581"); mark != kSpaceMark) {
    throw Error("Metaspace writes a space as '{}', only U+2581 is supported", shown(mark));
  }
  data.marks_spaces = true;
  data.lead = kSpaceMark;
  data.lead_when = lead_of(metaspace);
  if (bool_or(metaspace, "split", true)) data.pre_tokenizer.rules.push_back(SplitRule::each_mark);
}

void read_byte_level(Tokenizer::Data& data, const Json& byte_level) {
  data.byte_alphabet = true;
  if (bool_or(byte_level, "add_prefix_space", true)) {
    if (!data.pre_tokenizer.rules.empty())
      throw Error("ByteLevel with add_prefix_space after a split is not supported");
    data.lead = std::string(" ");
    data.lead_when = Tokenizer::Data::Lead::always;
  }
  if (bool_or(byte_level, "use_regex", true)) data.pre_tokenizer.rules.push_back(SplitRule::gpt2);
}

void read_split(Tokenizer::Data& data, const Json& split) {
  const std::string& pattern = string_of(member(split, "pattern", "Split"), "Regex", "Split.pattern");
  const auto rule = split_rule_of(pattern);
  if (!rule) throw Error("the pre-tokeniser's expression is not supported: {}", shown(pattern));
  // The expressions leave nothing between their matches, so to keep these alone is the same as to cut there.
  const std::string& behavior = string_of(split, "behavior", "Split");
  const bool covers_all = *rule != SplitRule::single_digits && *rule != SplitRule::digit_runs;
  const bool keeps_matches = behavior == "Removed" && bool_or(split, "invert", false) && covers_all;
  if (behavior != "Isolated" && !keeps_matches)
    throw Error("Split with the behavior {} is not supported", shown(behavior));
  data.pre_tokenizer.rules.push_back(*rule);
}

void add_normalizer(Tokenizer::Data& data, const Json& normalizer) {
  using Kind = NormalizerStep::Kind;
  std::vector<NormalizerStep>& steps = data.normalizer.steps;
  const std::string& type = string_of(normalizer, "type", "normalizer");
  if (type == "NFC") {
    steps.push_back({.kind = Kind::nfc});
  } else if (type == "Prepend") {
    steps.push_back({.kind = Kind::prepend, .content = string_of(normalizer, "prepend", "Prepend")});
  } else if (type == "Replace") {
    steps.push_back({.kind = Kind::replace,
                     .pattern = literal_of(normalizer, "Replace"),
                     .content = string_of(normalizer, "content", "Replace")});
  } else {
    throw Error("the normalizer {} is not supported", shown(type));
  }
}

void add_pre_tokenizer(Tokenizer::Data& data, const Json& pre_tokenizer) {
  const std::string& type = string_of(pre_tokenizer, "type", "pre_tokenizer");
  if (type == "ByteLevel") {
    read_byte_level(data, pre_tokenizer);
  } else if (type == "Metaspace") {
    read_metaspace(data, pre_tokenizer);
  } else if (type == "Split") {
    read_split(data, pre_tokenizer);
  } else if (type == "Digits") {
    const bool single = bool_or(pre_tokenizer, "individual_digits", false);
    data.pre_tokenizer.rules.push_back(single ? SplitRule::single_digits : SplitRule::digit_runs);
  } else {
    throw Error("the pre-tokeniser {} is not supported", shown(type));
  }
}

void add_decoder(Tokenizer::Data& data, const Json& decoder) {
  const std::string& type = string_of(decoder, "type", "decoder");
  if (type == "Metaspace") {
    data.strips_leading_space = lead_of(decoder) != Tokenizer::Data::Lead::never;
  } else if (type == "Strip") {
    data.strips_leading_space = string_of(decoder, "content", "Strip") == " ";
  } else if (type == "Replace") {
    if (literal_of(decoder, "Replace") != kSpaceMark || string_of(decoder, "content", "Replace") != " ") {
      throw Error("a decoder that replaces other than U+2581 by a space is not supported");
    }
  } else if (type != "ByteLevel" && type != "ByteFallback" && type != "Fuse") {
    throw Error("the decoder {} is not supported", shown(type));
  }
}

}  // namespace

const Json& member(const Json& object, const char* key, const char* where) {
  if (!object.is_object()) throw Error("{} is not an object", where);
  const auto found = object.find(key);
  if (found == object.end()) throw Error("{}.{} is missing", where, key);
  return *found;
}

const std::string& string_of(const Json& object, const char* key, const char* where) {
  const Json& value = member(object, key, where);
  if (!value.is_string()) throw Error("{}.{} is not a string", where, key);
  return value.get_ref<const std::string&>();
}

const Json& list_of(const Json& object, const char* key, const char* where) {
  const Json& value = member(object, key, where);
  if (!value.is_array()) throw Error("{}.{} is not a list", where, key);
  return value;
}

std::vector<const Json*> parts_of(const Json& part, const char* list, const char* where) {
  std::vector<const Json*> parts;
  std::vector<const Json*> left;  // to be looked at, the next one last
  if (!part.is_null()) left.push_back(&part);
  while (!left.empty()) {
    const Json& next = *left.back();
    left.pop_back();
    if (string_of(next, "type", where) != "Sequence") {
      parts.push_back(&next);
      continue;
    }
    const Json& members = list_of(next, list, where);
    for (auto member_of = members.rbegin(); member_of != members.rend(); ++member_of) left.push_back(&*member_of);
  }
  return parts;
}

const Json& value_or_null(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string string_or(const Json& object, const char* key, const char* fallback) {
  const Json& value = value_or_null(object, key);
  if (value.is_null()) return fallback;
  if (!value.is_string()) throw Error("{} is not a string", key);
  return value.get<std::string>();
}

bool bool_or(const Json& object, const char* key, bool fallback) {
  const Json& value = value_or_null(object, key);
  if (value.is_null()) return fallback;
  if (!value.is_boolean()) throw Error("{} is neither true nor false", key);
  return value.get<bool>();
}

void read_normalizer(Tokenizer::Data& data, const Json& normalizer) {
  for (const Json* part : parts_of(normalizer, "normalizers", "normalizer")) add_normalizer(data, *part);
}

void read_pre_tokenizer(Tokenizer::Data& data, const Json& pre_tokenizer) {
  for (const Json* part : parts_of(pre_tokenizer, "pretokenizers", "pre_tokenizer")) add_pre_tokenizer(data, *part);
}

void read_decoder(Tokenizer::Data& data, const Json& decoder) {
  for (const Json* part : parts_of(decoder, "decoders", "decoder")) add_decoder(data, *part);
}

}  // namespace wick::text::json
