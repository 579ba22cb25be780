#include "views/chat/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <random>
#include <set>
#include <tuple>
#include <utility>

#include "core/text/jinja_text.h"

namespace wick::views {
namespace {

constexpr const char* kUntitled = "New conversation";
constexpr std::size_t kTitleCharacters = 48, kShortestTitle = 24;

const Turn* find_turn(const Conversation& conversation, std::string_view id) {
  const auto found = conversation.turns.find(std::string(id));
  return found == conversation.turns.end() ? nullptr : &found->second;
}

/// These turns and all that follow them.
std::set<std::string> with_followers(const Conversation& conversation, const std::string& id) {
  std::multimap<std::string_view, const Turn*> children;
  for (const auto& [name, turn] : conversation.turns) children.emplace(turn.parent, &turn);
  std::set<std::string> found{id};
  std::vector<std::string_view> waiting{id};
  while (!waiting.empty()) {
    const auto [first, last] = children.equal_range(waiting.back());
    waiting.pop_back();
    for (auto child = first; child != last; ++child) {
      if (found.insert(child->second->id).second) waiting.push_back(child->second->id);
    }
  }
  return found;
}

}  // namespace

std::string new_id() {
  std::random_device random;
  std::string id;
  while (id.size() < 32) id += fmt::format("{:08x}", random());
  return id;
}

Conversation create_conversation(std::string system, double now_ms) {
  Conversation conversation;
  conversation.id = new_id();
  conversation.title = kUntitled;
  conversation.created = conversation.updated = now_ms;
  conversation.system = std::move(system);
  return conversation;
}

std::vector<const Turn*> path_of(const Conversation& conversation) {
  std::vector<const Turn*> path;
  std::string key;
  while (path.size() < conversation.turns.size()) {  // a file might have made a loop
    const auto chosen = conversation.chosen.find(key);
    const Turn* turn = chosen == conversation.chosen.end() ? nullptr : find_turn(conversation, chosen->second);
    if (!turn) break;
    path.push_back(turn);
    key = turn->id;
  }
  return path;
}

std::vector<std::string> versions_of(const Conversation& conversation, std::string_view id) {
  const Turn* turn = find_turn(conversation, id);
  if (!turn) return {};
  std::vector<const Turn*> versions;
  for (const auto& [name, other] : conversation.turns) {
    if (other.parent == turn->parent) versions.push_back(&other);
  }
  std::ranges::sort(versions, {}, [](const Turn* version) { return std::tie(version->created, version->id); });
  std::vector<std::string> ids;
  for (const Turn* version : versions) ids.push_back(version->id);
  return ids;
}

Turn& add_turn(Conversation& conversation, Turn turn) {
  assert(!turn.id.empty() && (turn.parent.empty() || find_turn(conversation, turn.parent)));
  if (!conversation.named && turn.role == "user" && turn.parent.empty()) conversation.title = title_of(turn.text);
  for (const auto& [name, other] : conversation.turns) {
    if (other.parent == turn.parent && other.created >= turn.created) turn.created = other.created + 1;
  }
  conversation.updated = turn.created;
  conversation.chosen[turn.parent] = turn.id;
  std::string id = turn.id;
  return conversation.turns.insert_or_assign(std::move(id), std::move(turn)).first->second;
}

void choose_turn(Conversation& conversation, std::string_view id) {
  if (const Turn* turn = find_turn(conversation, id)) conversation.chosen[turn->parent] = turn->id;
}

void step_version(Conversation& conversation, std::string_view id, int step) {
  const std::vector<std::string> versions = versions_of(conversation, id);
  const auto next = std::ranges::find(versions, id) - versions.begin() + step;
  if (next >= 0 && next < std::ssize(versions)) choose_turn(conversation, versions[static_cast<std::size_t>(next)]);
}

void remove_turn(Conversation& conversation, std::string_view id) {
  const Turn* turn = find_turn(conversation, id);
  if (!turn) return;
  const std::string key = turn->parent, removed = turn->id;
  std::vector<std::string> versions = versions_of(conversation, id);
  const auto place = std::ranges::find(versions, removed);
  const auto neighbour = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, place - versions.begin() - 1));
  versions.erase(place);

  const std::set<std::string> gone = with_followers(conversation, removed);
  for (const std::string& one : gone) conversation.turns.erase(one);
  std::erase_if(conversation.chosen,
                [&](const auto& entry) { return gone.contains(entry.first) || gone.contains(entry.second); });
  if (!versions.empty()) conversation.chosen.try_emplace(key, versions[neighbour]);
}

std::vector<Message> messages_to(const Conversation& conversation, std::string_view id) {
  std::vector<Message> messages;
  const Turn* turn = find_turn(conversation, id);
  for (; turn && messages.size() < conversation.turns.size(); turn = find_turn(conversation, turn->parent)) {
    messages.push_back({turn->role, turn->text});
  }
  if (const std::string_view system = jinja::strip(conversation.system, true, true); !system.empty()) {
    messages.push_back({"system", std::string(system)});
  }
  std::ranges::reverse(messages);
  return messages;
}

std::string title_of(std::string_view text) {
  text = jinja::strip(text, true, true);
  const std::string_view line = jinja::strip(text.substr(0, text.find('\n')), true, true);
  if (line.empty()) return kUntitled;
  const std::size_t longest = jinja::byte_of(line, kTitleCharacters);
  if (longest == line.size()) return std::string(line);
  const std::size_t space = line.substr(0, longest).rfind(' ');
  const std::size_t shortest = jinja::byte_of(line, kShortestTitle);
  return std::string(line.substr(0, space == std::string_view::npos ? shortest : std::max(shortest, space))) + "…";
}

}  // namespace wick::views
