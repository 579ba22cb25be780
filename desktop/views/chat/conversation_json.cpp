#include "views/chat/conversation_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/text/jinja_text.h"
#include "core/text/unicode.h"

namespace wick::views {
namespace {

using Json = nlohmann::json;                 // to read: finds a key in any number of keys
using OrderedJson = nlohmann::ordered_json;  // to write

constexpr int kVersion = 1;
constexpr std::size_t kMostTurns = 100'000, kLongestTitle = 200, kLongestFileName = 80;
constexpr double kLatestTime = 8.64e15;  // what JavaScript's Date can be
constexpr std::string_view kNotes = R"(,"notes":{)";

// ---- Reading ----

const Json* find(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? &*found : nullptr;
}

const std::string* find_text(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value ? value->get_ptr<const std::string*>() : nullptr;
}

std::string text_or_empty(const Json& object, const char* key) {
  const std::string* text = find_text(object, key);
  return text ? *text : std::string();
}

/// A finite number of the range, or 0.
double number_or_zero(const Json* value, double most = std::numeric_limits<double>::max()) {
  if (!value || !value->is_number()) return 0;
  const auto number = value->get<double>();
  return number > 0 && number <= std::numeric_limits<double>::max() ? std::min(number, most) : 0;
}

double time_of(const Json& object, const char* key) { return number_or_zero(find(object, key), kLatestTime); }

Index count_of(const Json& object, const char* key) {
  return static_cast<Index>(number_or_zero(find(object, key), 1e15));
}

std::optional<AnswerStats> stats_of(const Json& turn) {
  const Json* stats = find(turn, "stats");
  if (!stats || !stats->is_object()) return std::nullopt;
  return AnswerStats{.prompt_tokens = count_of(*stats, "prompt_tokens"),
                     .reused_tokens = count_of(*stats, "reused_tokens"),
                     .generated_tokens = count_of(*stats, "generated_tokens"),
                     .vocabulary = count_of(*stats, "vocabulary"),
                     .prompt_ms = number_or_zero(find(*stats, "prompt_ms")),
                     .generate_ms = number_or_zero(find(*stats, "generate_ms")),
                     .first_word_ms = number_or_zero(find(turn, "firstWordMs"))};
}

std::optional<Turn> turn_of(const Json& value) {
  const std::string *id = find_text(value, "id"), *role = find_text(value, "role"), *text = find_text(value, "text");
  const Json* parent = find(value, "parent");
  if (!id || id->empty() || !role || (*role != "user" && *role != "assistant") || !text) return std::nullopt;
  if (!parent || (!parent->is_null() && !parent->is_string())) return std::nullopt;
  Turn turn;
  turn.id = *id;
  turn.parent = parent->is_null() ? "" : parent->get<std::string>();
  turn.role = *role;
  turn.text = *text;
  turn.created = time_of(value, "created");
  turn.stats = stats_of(value);
  turn.problem = text_or_empty(value, "problem");
  return turn;
}

/// The turns that hang together from the root on: parents first, each id once, so neither loops nor orphans; versions
/// of each other by the time they were made, and none at the same time.
std::vector<Turn> connected(std::vector<Turn> turns) {
  std::unordered_map<std::string, std::vector<std::size_t>> children;
  for (std::size_t i = 0; i < turns.size(); ++i) children[turns[i].parent].push_back(i);
  std::set<std::string> seen;
  std::vector<Turn> found;
  found.reserve(turns.size());
  std::string parent;
  for (std::size_t next = 0;; ++next) {
    std::vector<std::size_t>& versions = children[parent];
    std::ranges::sort(versions, {}, [&](std::size_t i) { return std::pair(turns[i].created, i); });
    double latest = -1;
    for (const std::size_t i : versions) {
      if (!seen.insert(turns[i].id).second) continue;
      found.push_back(std::move(turns[i]));
      Turn& turn = found.back();
      latest = turn.created = std::max(turn.created, latest + 1);
    }
    if (next == found.size()) return found;
    parent = found[next].id;
  }
}

/// For each parent the child that the file names, or else the last.
std::map<std::string, std::string> chosen_of(const std::map<std::string, Turn>& turns, const std::vector<Turn>& order,
                                             const Json* told) {
  std::map<std::string, std::string> chosen;
  for (const Turn& turn : order) chosen[turn.parent] = turn.id;
  if (!told || !told->is_object()) return chosen;
  for (const auto& [parent, id] : told->items()) {
    const auto* child = id.get_ptr<const std::string*>();
    const auto turn = child ? turns.find(*child) : turns.end();
    if (turn != turns.end() && turn->second.parent == parent) chosen[parent] = *child;
  }
  return chosen;
}

std::optional<std::int64_t> integer_in(const Json& value, std::int64_t least, std::int64_t most) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most)) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  return number < least || number > most ? std::nullopt : std::optional(number);
}

std::optional<TokenId> token_id(const Json& value) {
  const auto id = integer_in(value, 0, std::numeric_limits<TokenId>::max());
  return id ? std::optional(static_cast<TokenId>(*id)) : std::nullopt;
}

std::optional<float> float_of(const Json& value, float most) {
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  return number >= 0 ? std::optional(static_cast<float>(std::min<double>(number, most))) : std::nullopt;
}

/// [id, text, probability]
std::optional<Alternative> alternative_of(const Json& value) {
  if (!value.is_array() || value.size() != 3 || !value[1].is_string()) return std::nullopt;
  const auto id = token_id(value[0]);
  const auto probability = float_of(value[2], 1);
  if (!id || !probability) return std::nullopt;
  return Alternative{*id, value[1].get<std::string>(), *probability};
}

/// [id, begin, probability, entropy, [alternatives]]; `from` is the begin of the note before.
std::optional<TokenNote> note_of(const Json& value, std::size_t from, std::size_t text_size) {
  if (!value.is_array() || value.size() != 5 || !value[4].is_array()) return std::nullopt;
  const auto id = token_id(value[0]);
  const auto begin = integer_in(value[1], static_cast<std::int64_t>(from), static_cast<std::int64_t>(text_size));
  const auto probability = float_of(value[2], 1);
  const auto entropy = float_of(value[3], 64);
  if (!id || !begin || !probability || !entropy) return std::nullopt;
  TokenNote note{*id, static_cast<std::size_t>(*begin), *probability, *entropy, {}};
  for (const Json& entry : value[4]) {
    auto alternative = alternative_of(entry);
    if (!alternative) return std::nullopt;
    note.alternatives.push_back(std::move(*alternative));
  }
  return note;
}

/// Nothing if a note does not fit: the others may belong to another text then.
std::vector<TokenNote> notes_of(const Json& list, std::size_t text_size) {
  std::vector<TokenNote> notes;
  if (!list.is_array()) return notes;
  for (const Json& entry : list) {
    auto note = note_of(entry, notes.empty() ? 0 : notes.back().begin, text_size);
    if (!note) return {};
    notes.push_back(std::move(*note));
  }
  return notes;
}

Conversation from_turns(const Json& json, std::string_view source) {
  const Json& list = *find(json, "turns");
  if (list.size() > kMostTurns)
    throw Error("{}: has {} messages, at most {} can be read", source, list.size(), kMostTurns);
  std::vector<Turn> turns;
  for (const Json& entry : list) {
    if (auto turn = turn_of(entry)) turns.push_back(std::move(*turn));
  }
  turns = connected(std::move(turns));

  Conversation conversation;
  conversation.id = text_or_empty(json, "id");
  if (const std::string title = text_or_empty(json, "title"); !title.empty()) {
    conversation.title = title.substr(0, jinja::byte_of(title, kLongestTitle));
  } else {
    conversation.title = title_of(turns.empty() ? "" : turns.front().text);
  }
  const Json* named = find(json, "named");
  conversation.named = named && named->is_boolean() && named->get<bool>();
  conversation.created = time_of(json, "created");
  conversation.updated = time_of(json, "updated");
  conversation.system = text_or_empty(json, "system");
  for (const Turn& turn : turns) conversation.turns.emplace(turn.id, turn);
  conversation.chosen = chosen_of(conversation.turns, turns, find(json, "chosen"));
  if (const Json* notes = find(json, "notes"); notes && notes->is_object()) {
    for (const auto& [id, of_turn] : notes->items()) {
      const auto turn = conversation.turns.find(id);
      if (turn != conversation.turns.end()) turn->second.tokens = notes_of(of_turn, turn->second.text.size());
    }
  }
  return conversation;
}

/// What `wick chat` and other programs save: each message follows the one before.
Conversation from_messages(const Json& list, std::string_view source) {
  if (list.size() > kMostTurns)
    throw Error("{}: has {} messages, at most {} can be read", source, list.size(), kMostTurns);
  Conversation conversation = create_conversation("", 0);
  std::string parent;
  std::size_t count = 0;
  for (const Json& entry : list) {
    ++count;
    const std::string *role = find_text(entry, "role"), *content = find_text(entry, "content");
    if (!role || !content) throw Error("{}: message {} needs a text 'role' and a text 'content'", source, count);
    if (*role == "system") {
      conversation.system += (conversation.system.empty() ? "" : "\n\n") + *content;
      continue;
    }
    if (*role != "user" && *role != "assistant") {
      throw Error("{}: message {} has the role '{}', expected system, user or assistant", source, count, *role);
    }
    Turn turn;
    turn.id = fmt::format("{:06}", count);
    turn.parent = std::exchange(parent, turn.id);
    turn.role = *role;
    turn.text = *content;
    if (conversation.turns.empty()) conversation.title = title_of(turn.text);
    conversation.chosen.emplace(turn.parent, turn.id);
    conversation.turns.emplace(turn.id, std::move(turn));
  }
  return conversation;
}

// ---- Writing ----

/// Without an exception for bytes that are no UTF-8.
template <class AnyJson>
std::string dump(const AnyJson& json, int indent = -1) {
  return json.dump(indent, ' ', false, AnyJson::error_handler_t::replace);
}

std::string quoted(const std::string& text) { return dump(Json(text)); }

/// The shortest decimal that is this number again. JSON has no others than finite ones.
std::string decimal(float value) { return std::isfinite(value) ? fmt::format("{}", value) : "0"; }

OrderedJson written(const AnswerStats& stats) {
  return {{"prompt_tokens", stats.prompt_tokens}, {"reused_tokens", stats.reused_tokens},
          {"prompt_ms", stats.prompt_ms},         {"generated_tokens", stats.generated_tokens},
          {"generate_ms", stats.generate_ms},     {"vocabulary", stats.vocabulary}};
}

/// Without its tokens.
OrderedJson written(const Turn& turn) {
  OrderedJson json{{"id", turn.id}, {"parent", nullptr}, {"role", turn.role}, {"text", turn.text}};
  if (!turn.parent.empty()) json["parent"] = turn.parent;
  json["created"] = turn.created;
  if (turn.stats) {
    json["stats"] = written(*turn.stats);
    json["firstWordMs"] = turn.stats->first_word_ms;
  }
  if (!turn.problem.empty()) json["problem"] = turn.problem;
  return json;
}

/// Without its turns and which of them show.
OrderedJson written(const Conversation& conversation) {
  return {{"version", kVersion},          {"id", conversation.id},           {"title", conversation.title},
          {"named", conversation.named},  {"created", conversation.created}, {"updated", conversation.updated},
          {"system", conversation.system}};
}

/// The turns in the order in which they were made, so that a file reads as a conversation.
std::vector<const Turn*> turns_by_time(const Conversation& conversation) {
  std::vector<const Turn*> turns;
  for (const auto& [id, turn] : conversation.turns) turns.push_back(&turn);
  std::ranges::sort(turns, {}, [](const Turn* turn) { return std::tie(turn->created, turn->id); });
  return turns;
}

void write_notes(std::string& text, const Turn& turn) {
  const auto into = std::back_inserter(text);
  fmt::format_to(into, "{}:[", quoted(turn.id));
  for (const TokenNote& note : turn.tokens) {
    fmt::format_to(into, "{}[{},{},{},{},[", &note == &turn.tokens[0] ? "" : ",", note.id, note.begin,
                   decimal(note.probability), decimal(note.entropy));
    for (const Alternative& other : note.alternatives) {
      fmt::format_to(into, "{}[{},{},{}]", &other == note.alternatives.data() ? "" : ",", other.id, quoted(other.text),
                     decimal(other.probability));
    }
    text += "]]";
  }
  text += ']';
}

}  // namespace

Conversation conversation_from_json(std::string_view text, std::string_view source) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw Error("{}: cannot be read as a conversation: it is not valid JSON", source);
  const auto is_list = [](const Json* value) { return value && value->is_array(); };
  const Json* messages = json.is_array() ? &json : find(json, "messages");
  if (const Json* version = find(json, "version"); version && version->is_number() && *version > kVersion) {
    throw Error("{}: is of version {}, this program reads {}: a newer one wrote it", source, dump(*version), kVersion);
  }
  if (is_list(find(json, "turns"))) return from_turns(json, source);
  if (is_list(messages)) return from_messages(*messages, source);
  throw Error("{}: cannot be read as a conversation: it has neither 'turns' nor 'messages'", source);
}

Conversation import_conversation(std::string_view text, std::string_view source, double now_ms) {
  Conversation conversation = conversation_from_json(text, source);
  conversation.id = new_id();
  for (double* time : {&conversation.created, &conversation.updated}) {
    if (*time == 0) *time = now_ms;
  }
  return conversation;
}

std::string conversation_file(const Conversation& conversation) {
  std::string text = dump(written(conversation));
  text.pop_back();
  text += R"(,"chosen":)" + dump(Json(conversation.chosen)) + R"(,"turns":[)";
  const std::vector<const Turn*> turns = turns_by_time(conversation);
  for (const Turn* turn : turns) {
    if (turn != turns.front()) text += ',';
    text += dump(written(*turn));
  }
  text += ']';
  text += kNotes;
  const char* separator = "\n";
  for (const Turn* turn : turns) {
    if (turn->tokens.empty()) continue;
    text += std::exchange(separator, ",\n");
    write_notes(text, *turn);
  }
  return text + "\n}}\n";
}

std::string first_line_only(std::string_view line) {
  return line.ends_with(kNotes) ? std::string(line) + "}}" : std::string();
}

std::string to_json(const Conversation& conversation) {
  OrderedJson json = written(conversation);
  json["chosen"] = Json(conversation.chosen);
  OrderedJson& turns = json["turns"] = OrderedJson::array();
  for (const Turn* turn : turns_by_time(conversation)) {
    OrderedJson& entry = turns.emplace_back(written(*turn));
    if (turn->tokens.empty()) continue;
    OrderedJson& ids = entry["token_ids"] = OrderedJson::array();
    for (const TokenNote& note : turn->tokens) ids.push_back(note.id);
  }
  return dump(json, 2) + "\n";
}

std::string to_markdown(const Conversation& conversation) {
  std::string text = fmt::format("# {}\n", conversation.title);
  if (const std::string_view system = jinja::strip(conversation.system, true, true); !system.empty()) {
    text += '\n';
    for (const std::string_view line : jinja::split_lines(system)) text += fmt::format("> {}\n", line);
  }
  for (const Turn* turn : path_of(conversation)) {
    text +=
        fmt::format("\n**{}**\n\n{}\n", turn->role == "user" ? "You" : "Answer", jinja::strip(turn->text, true, true));
  }
  return text;
}

std::string file_name_of(std::string_view named, std::string_view extension) {
  const std::string title = jinja::lower(named);
  std::string name;
  for (std::size_t at = 0; at < title.size() && name.size() < kLongestFileName;) {
    const text::Utf8Step step = text::decode_utf8(title, at);
    const text::CharClass kind = text::class_of(step.code);
    if (kind == text::CharClass::letter || kind == text::CharClass::number) {
      name.append(title, at, step.length);
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
    at += step.length;
  }
  if (name.ends_with('-')) name.pop_back();
  return fmt::format("{}.{}", name.empty() ? "untitled" : name, extension);
}

}  // namespace wick::views
