#pragma once
// The parts of a tokenizer.json between the text and the model, and lookups that say what is wrong.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/text/tokenizer_data.h"

namespace wick::text::json {

using Json = nlohmann::json;

/// All throw Error naming `where` ("model") and the key for a missing value or one of another type. `object` may be
/// anything.
const Json& member(const Json& object, const char* key, const char* where);
const std::string& string_of(const Json& object, const char* key, const char* where);
const Json& list_of(const Json& object, const char* key, const char* where);
/// The fallback stands for a missing value and for null.
std::string string_or(const Json& object, const char* key, const char* fallback);
bool bool_or(const Json& object, const char* key, bool fallback);
const Json& value_or_null(const Json& object, const char* key);
/// The parts of a pipeline in order: nothing for null, those in the `list` of a {"type": "Sequence"}, else itself.
std::vector<const Json*> parts_of(const Json& part, const char* list, const char* where);

/// NFC, Prepend, Replace of a string, and sequences of them.
void read_normalizer(Tokenizer::Data& data, const Json& normalizer);
/// ByteLevel, Split by a known expression, Digits, Metaspace, and sequences of them.
void read_pre_tokenizer(Tokenizer::Data& data, const Json& pre_tokenizer);
/// ByteLevel, Metaspace, and the sequences of Replace, ByteFallback, Fuse and Strip that Llama 2 has.
void read_decoder(Tokenizer::Data& data, const Json& decoder);

}  // namespace wick::text::json
