#include <fmt/format.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "chat_parts.h"
#include "fonts.h"
#include "icons.h"
#include "menu.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

using views::ModelState;

constexpr float kLetters = 15, kLine = 21, kRow = 32, kUnder = 36, kPadding = 6;
constexpr int kMostLines = 8;

/// Notes above the field: what keeps a message from being sent, or a conversation from being kept.
std::string note_of(const views::App& app) {
  const ModelState& model = app.models.state(Task::chat);
  if (!app.chat.problem().empty()) return app.chat.problem();
  const std::vector<const views::Turn*>& path = app.chat.path();
  const bool told = !path.empty() && path.back()->problem == model.message;
  if (model.kind == ModelState::Kind::failed && !app.chat.empty() && !told)
    return model.message + " Choose a model below.";
  return {};
}

float note_height(const std::string& words, float width) {
  if (words.empty()) return 0;
  const WithFont font(13);
  return ImGui::CalcTextSize(words.c_str(), nullptr, false, width - px(48)).y + px(28);
}

/// The lines that the message takes in a column.
float field_height(const std::string& draft, float width) {
  const WithFont font(kLetters);
  const float line = ImGui::GetTextLineHeight(), letters = width - 2 * px(kPadding) - 2 * px(10) - px(12);
  float height = ImGui::CalcTextSize(draft.c_str(), nullptr, false, letters).y;
  if (draft.ends_with('\n')) height += line;
  return std::ceil(std::clamp(height, line, line * kMostLines) + px(17));
}

void draw_field(views::App& app, ImVec2 from, ImVec2 size) {
  views::ChatView& chat = app.chat;
  const WithFont font(kLetters);
  ImGui::SetCursorScreenPos(from);
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, px(10, 8));
  ImGui::PushStyleColor(ImGuiCol_NavCursor, IM_COL32(0, 0, 0, 0));  // the card around it is lit
  if (std::exchange(chat.wants_keys, false)) focus_next();
  ImGui::InputTextMultiline("##Message", &chat.draft, size,
                            ImGuiInputTextFlags_WordWrap | ImGuiInputTextFlags_CallbackCharFilter, leave_enter);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  const bool active = ImGui::IsItemActive();
  ImGuiInputTextState* const state = ImGui::GetInputTextState(ImGui::GetItemID());
  if (ImGui::IsItemActivated() && !ImGui::IsMouseDown(ImGuiMouseButton_Left) && state)
    state->ReloadUserBufAndMoveToEnd();
  probe_part("Message", from, from + size);
  want_letters(chat.draft);
  if (chat.draft.empty()) field_hint(from + px(10, 8), "Write a message");
  if (!active) return;
  if (enter_sends()) {
    app.send();
    if (state) state->ReloadUserBufAndMoveToEnd();
  } else if (chat.draft.empty() && ImGui::IsKeyPressed(ImGuiKey_UpArrow, false)) {
    chat.begin_edit_of_last();
  }
}

void draw_model_menu(views::App& app, bool opens, ImVec2 corner) {
  const Menu menu("models", opens, corner, 300, true);
  if (!menu) return;
  const std::string used = app.models.state(Task::chat).model;
  bool any = false;
  for (const CatalogEntry& entry : catalog()) {
    if (views::task_of(entry) != Task::chat || app.shelf.place(entry) != views::ModelPlace::here) continue;
    any = true;
    if (menu_item(entry.title.c_str(), entry.name == used ? "check" : "disk", entry.quantisation))
      app.choose_model(Task::chat, entry.name);
  }
  std::set<std::string> own;
  if (!used.empty() && !find_in_catalog(used)) own.insert(used);
  for (const views::OwnModel& each : app.settings.own_models)
    if (each.task == Task::chat) own.insert(each.path);
  for (const std::string& path : own) {
    any = true;
    ImGui::PushID(path.c_str());
    if (menu_item(model_title(path).c_str(), path == used ? "check" : "file", "a file of yours"))
      app.choose_model(Task::chat, path);
    ImGui::PopID();
  }
  if (any) menu_line();
  if (menu_item("Open a file…", "file")) app.open_model(Task::chat);
  if (menu_item("More models", "box")) {
    app.settings.page = views::Page::models;
    app.keep_settings();
  }
}

/// The model's name, which opens the menu of others.
void draw_model_chip(views::App& app, ImVec2 at, float room) {
  const Theme& t = theme();
  const ModelState& state = app.models.state(Task::chat);
  std::string model = state.model.empty() ? app.settings.chat_model : state.model;
  if (model.empty()) {
    if (const CatalogEntry* const here = app.shelf.first_here(Task::chat)) model = here->name;
  }
  const CatalogEntry* const entry = find_in_catalog(model);
  const std::string title = model.empty() ? "Choose a model" : model_title(model);
  std::string kind = entry ? entry->quantisation : state.info.value("weight_type", std::string());
  if (room < px(180)) kind.clear();
  const WithFont font(12);
  const float title_width = std::clamp(ImGui::CalcTextSize(title.c_str()).x, px(30),
                                       std::clamp(room - px(kind.empty() ? 44 : 80), px(30), px(190)));
  const float kind_width = kind.empty() ? 0 : px(6) + ImGui::CalcTextSize(kind.c_str()).x;
  const ImVec2 size(title_width + kind_width + px(40), px(26));
  ImGui::SetCursorScreenPos(at);
  const bool pressed = ImGui::InvisibleButton("Model", size, ImGuiButtonFlags_EnableNav);
  probe_part("Model", at, at + size);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(at, at + size, ImGui::IsItemHovered() ? t.hover : 0, size.y / 2);
  const bool failed = state.kind == ModelState::Kind::failed && !state.model.empty();
  canvas->AddRect(at, at + size, failed ? t.danger : t.line_strong, size.y / 2, px(1));
  if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible)
    canvas->AddRect(at - px(3, 3), at + size + px(3, 3), t.flame_deep, size.y, px(2));
  const float y = std::floor(at.y + (size.y - ImGui::GetTextLineHeight()) / 2);
  ImGui::SetCursorScreenPos({std::floor(at.x + px(11)), y});
  clipped_text(title, failed ? t.danger : t.text_2, title_width + 1);
  canvas->AddText({std::floor(at.x + px(17) + title_width), y}, t.text_3, kind.c_str());
  draw_icon(canvas, "down", {at.x + size.x - px(24), at.y + px(5.5F)}, px(15), t.text_2);
  tip("The model that answers");
  draw_model_menu(app, pressed, {at.x, at.y - px(6)});
}

/// How full the model's context is; ends at `right`.
void draw_meter(const views::App& app, float right, float middle) {
  const Index size = app.chat.context_size(), used = app.chat.context_used();
  if (size == 0) return;
  const Theme& t = theme();
  const WithFont font(13);
  const std::string now = views::count_words(used), all = fmt::format("of {}", views::count_words(size));
  const float all_width = ImGui::CalcTextSize(all.c_str()).x, now_width = ImGui::CalcTextSize(now.c_str()).x;
  const float y = std::floor(middle - ImGui::GetTextLineHeight() / 2);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  float x = right - all_width;
  canvas->AddText({std::floor(x), y}, t.text_2, all.c_str());
  x -= px(7) + now_width;
  canvas->AddText({std::floor(x), y}, t.text, now.c_str());
  const float part = std::clamp(static_cast<float>(used) / static_cast<float>(size), 0.0F, 1.0F);
  const ImVec2 from(x - px(53), middle - px(2)), to(x - px(7), middle + px(2));
  canvas->AddRectFilled(from, to, t.line, px(2));
  canvas->AddRectFilled(from, {from.x + std::max(used > 0 ? px(4) : 0.0F, (to.x - from.x) * part), to.y},
                        part > 0.9F ? t.danger : t.text_2, px(2));
  probe_text(fmt::format("{} {}", now, all), from, {right, y + px(16)});
}

void draw_send(views::App& app, ImVec2 right_bottom) {
  views::ChatView& chat = app.chat;
  const bool writing = chat.writing().has_value();
  const ButtonOptions options{.kind = ButtonKind::primary,
                              .icon = writing ? "stop" : "up",
                              .keys = writing ? "Esc" : "Enter",
                              .enabled = writing || chat.draft.find_first_not_of(" \n\t") != std::string::npos};
  const char* const label = writing ? "Stop" : "Send";
  ImGui::SetCursorScreenPos(right_bottom - ImVec2(button_width(label, options), px(kRow)));
  if (!button(label, options)) return;
  writing ? chat.stop() : app.send();
  chat.wants_keys = true;
}

/// The figures of the last answer, in the middle.
void draw_figures(const views::App& app, float left, float width, float y) {
  std::vector<std::string> facts;
  if (const std::string title = app.chat.writing_elsewhere(); !title.empty()) {
    facts.push_back(fmt::format("An answer is being written in “{}”", title));
    facts.emplace_back("a message can be sent once it has ended");
  } else if (const views::AnswerStats* const stats = app.chat.last_stats()) {
    if (stats->generate_ms > 0) facts.push_back(views::rate_words(stats->generated_tokens, stats->generate_ms));
    if (stats->first_word_ms > 0) facts.push_back(fmt::format("first word {:.2f} s", stats->first_word_ms / 1e3));
    if (stats->prompt_tokens > 0) {
      facts.push_back(fmt::format("{} of {} reused", views::count_words(stats->reused_tokens),
                                  views::count_words(stats->prompt_tokens)));
    }
    if (app.chat.memory_bytes() > 0)
      facts.push_back("memory " + views::bytes_words(static_cast<double>(app.chat.memory_bytes())));
  }
  facts.emplace_back("nothing leaves this computer");
  const WithFont font(12);
  const auto total = [&] {
    float all = -px(16);
    for (const std::string& fact : facts) all += px(16) + ImGui::CalcTextSize(fact.c_str()).x;
    return all;
  };
  while (facts.size() > 1 && total() > width) facts.pop_back();
  float x = left + (width - total()) / 2;
  for (const std::string& fact : facts) {
    ImGui::SetCursorScreenPos({std::floor(x), y});
    text(fact, theme().text_2);
    x += px(16) + ImGui::CalcTextSize(fact.c_str()).x;
  }
}

}  // namespace

bool enter_sends() {
  const bool enter = ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false);
  return enter && !ImGui::GetIO().KeyShift;
}

int leave_enter(ImGuiInputTextCallbackData* data) {
  const bool held = ImGui::IsKeyDown(ImGuiKey_Enter) || ImGui::IsKeyDown(ImGuiKey_KeypadEnter);
  return data->EventChar == '\n' && held && !ImGui::GetIO().KeyShift ? 1 : 0;
}

std::string model_title(const std::string& model) {
  if (const CatalogEntry* const entry = find_in_catalog(model)) {
    const std::string& title = entry->title;
    return title.ends_with(" Instruct") ? title.substr(0, title.size() - 9) : title;
  }
  return std::filesystem::path(model).filename().string();
}

float composer_height(const views::App& app, float width) {
  return note_height(note_of(app), width) + field_height(app.chat.draft, width) + px(kRow + kUnder + 2 * kPadding);
}

float draw_composer(views::App& app, ImVec2 left_bottom, float width) {
  const float height = composer_height(app, width);
  const ImVec2 top(left_bottom.x, left_bottom.y - height);
  const std::string problem = note_of(app);
  if (!problem.empty()) {
    ImGui::SetCursorScreenPos(top);
    note(NoteKind::bad, problem, width);
  }
  const ImVec2 from = top + ImVec2(0, note_height(problem, width)), to(top.x + width, left_bottom.y - px(kUnder));
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from + px(0, 1), to + px(0, 2), faded(IM_COL32(0x1D, 0x1B, 0x18, 0xFF), t.dark ? 0.3F : 0.05F),
                        px(14));
  canvas->AddRectFilled(from, to, t.surface, px(14));
  draw_field(app, from + px(kPadding, kPadding), {width - 2 * px(kPadding), field_height(app.chat.draft, width)});
  const bool active = ImGui::IsItemActive();
  canvas->AddRect(from, to, active ? t.line_field : t.line_strong, px(14), px(1));
  const float row = to.y - px(kPadding) - px(kRow);
  draw_send(app, to - px(kPadding, kPadding));
  const float send = ImGui::GetItemRectMin().x, room = send - from.x - px(24);
  if (room > px(300)) draw_meter(app, send - px(12), row + px(kRow / 2));
  draw_model_chip(app, {from.x + px(12), row + px(3)},
                  room > px(300) && app.chat.context_size() > 0 ? room - px(190) : room);
  draw_figures(app, left_bottom.x, width, to.y + px(9));
  return top.y;
}

}  // namespace wick::app
