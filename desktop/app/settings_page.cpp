#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "column.h"
#include "fonts.h"
#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "theme.h"
#include "views/process.h"

namespace wick::app {
namespace {

constexpr float kColumn = 720, kLabel = 200;

/// A row of a card: what it is on the left, on the right what `draw` draws, and beneath it what it means.
template <class Draw>
void row(const char* label, const char* about, float width, Draw&& draw) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(from + px(0, 7));
  {
    const WithFont font(fonts().medium, 13);
    text(label);
  }
  ImGui::SetCursorScreenPos(from + px(kLabel, 0));
  ImGui::BeginGroup();
  const float right = width - px(kLabel);
  draw(right);
  if (about && *about) {
    const WithFont font(12);
    gap(6);
    text(about, theme().text_3, right);
  }
  ImGui::EndGroup();
  const float bottom = ImGui::GetItemRectMax().y;
  ImGui::SetCursorScreenPos({from.x, bottom + px(18)});
}

void problem(const std::string& words, float width) {
  if (words.empty()) return;
  gap(6);
  note(NoteKind::bad, words, width);
}

/// A title, and what `draw` draws in a card.
template <class Draw>
void section(const char* title, const Column& column, Draw&& draw) {
  headline(title, 14);
  gap(10);
  {
    const Card ground(column.width(), {20, 20});
    draw(ground.inner());
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() - px(0, 18));
    ImGui::Dummy({0, 0});
  }
  gap(28);
}

void draw_look(views::App& app, Window& window, float width) {
  views::Settings& s = app.settings;
  row("Theme", "", width, [&](float) {
    constexpr std::array<const char*, 3> kThemes = {"System", "Light", "Dark"};
    const int chosen = segmented("theme", kThemes, static_cast<int>(s.theme), px(300));
    if (chosen == static_cast<int>(s.theme)) return;
    s.theme = static_cast<views::ThemeChoice>(chosen);
    window.set_theme(s.theme);
    app.keep_settings();
  });
  row("Size", "Of all that is drawn. Ctrl and + or - change it, Ctrl and 0 gives it back.", width, [&](float) {
    static const std::vector<std::string> kLabels = {
        "As the screen says", "75 %", "100 %", "125 %", "150 %", "175 %", "200 %", "250 %", "300 %"};
    constexpr std::array<float, 9> kScales = {0, 0.75F, 1, 1.25F, 1.5F, 1.75F, 2, 2.5F, 3};
    const auto nearest = std::min_element(kScales.begin(), kScales.end(), [&](float a, float b) {
      return std::abs(a - s.scale) < std::abs(b - s.scale);
    });
    int chosen = static_cast<int>(nearest - kScales.begin());
    if (!select("Size", kLabels, chosen, px(300))) return;
    s.scale = kScales[static_cast<std::size_t>(chosen)];
    window.set_scale(s.scale);
    app.keep_settings();
  });
}

void draw_engine(views::App& app, float width) {
  views::Settings& s = app.settings;
  views::SettingsView& view = app.preferences;
  row("Device", "This build has no CUDA: a graphics card, if there is one, does not calculate.", width, [&](float) {
    const WithFont font(13);
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 7));
    text("The processor (CPU)");
  });
  row("Instruction set", "", width, [&](float right) {
    int chosen = view.instruction_set();
    if (select("Instruction set", view.instruction_sets(), chosen, px(300))) {
      view.set_instruction_set(chosen);
      app.keep_settings();
    }
    problem(view.instruction_set_problem(), right);
  });
  row("Threads", "Left empty: one for each core, which is nearly always the fastest.", width, [&](float right) {
    if (text_field("Threads", view.threads, "One a core", px(300))) {
      view.set_threads();
      if (view.threads_problem().empty()) app.keep_settings();
    }
    problem(view.threads_problem(), right);
  });
  row("Chat memory",
      "How exactly a model keeps what it has read: f32 takes twice the memory of f16, q8_0 about half of it.", width,
      [&](float) {
        constexpr std::array<const char*, 3> kTypes = {"f16", "q8_0", "f32"};
        const auto found = std::find(kTypes.begin(), kTypes.end(), s.cache_type);
        const int now = static_cast<int>((found == kTypes.end() ? kTypes.begin() : found) - kTypes.begin());
        const int chosen = segmented("cache", kTypes, now, px(300));
        if (chosen == now) return;
        s.cache_type = kTypes[static_cast<std::size_t>(chosen)];
        app.keep_settings();
      });
  const WithFont font(12);
  text("A change here loads models again when they are next used.", theme().text_3, width);
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 10));
}

/// A path with a button that shows it.
void draw_folder(const char* name, const std::string& path, float width) {
  const WithFont font(13);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const std::string label = fmt::format("Open folder##Open {}", name);
  const float button_at = width - button_width(label.c_str(), {.size = ButtonSize::small});
  ImGui::SetCursorScreenPos(from + px(0, 7));
  text(path, theme().text_2, button_at - px(12));
  const float below = ImGui::GetCursorScreenPos().y;
  ImGui::SetCursorScreenPos(from + ImVec2(button_at, px(3)));
  if (button(label.c_str(), {.size = ButtonSize::small})) views::open_folder(path);
  ImGui::SetCursorScreenPos({from.x, below});
  ImGui::Dummy({0, 0});
}

void draw_folders(views::App& app, float width) {
  views::SettingsView& view = app.preferences;
  row("Models", "Left empty: your own folder for models. Those that lie elsewhere stay there.", width,
      [&](float right) {
        const float field = right - px(8) - button_width("Choose…##Choose the models folder");
        if (text_field("Models folder", view.models_folder, app.shelf.store().folder().c_str(), field)) {
          view.set_models_folder();
          if (view.folder_problem().empty()) app.keep_settings();
        }
        ImGui::SameLine(0, px(8));
        if (button("Choose…##Choose the models folder"))
          view.choose_models_folder(app.dialog, [&app] { app.keep_settings(); });
        problem(view.folder_problem(), right);
        gap(2);
        draw_folder("models folder", app.shelf.store().folder(), right);
      });
  row("Data", "Conversations, transcripts, pictures and these settings.", width,
      [&](float right) { draw_folder("data folder", app.folder(), right); });
}

struct Licence {
  const char *name, *words;
};
constexpr std::array<Licence, 23> kLicences = {{
    {"Inter", "SIL Open Font License 1.1"},
    {"JetBrains Mono", "SIL Open Font License 1.1"},
    {"Dear ImGui", "MIT"},
    {"GLFW", "zlib"},
    {"FreeType", "FreeType Licence"},
    {"fontconfig", "MIT"},
    {"libdbus", "AFL-2.1 or GPL-2.0"},
    {"md4c", "MIT"},
    {"fmt", "MIT"},
    {"nlohmann/json", "MIT"},
    {"CLI11", "BSD-3-Clause"},
    {"xsimd", "BSD-3-Clause"},
    {"libcurl", "curl"},
    {"OpenSSL", "Apache-2.0"},
    {"libzip", "BSD-3-Clause"},
    {"libsndfile", "LGPL-2.1"},
    {"libsamplerate", "BSD-2-Clause"},
    {"PortAudio", "MIT"},
    {"libjpeg-turbo", "IJG, BSD-3-Clause"},
    {"libpng", "libpng"},
    {"libwebp", "BSD-3-Clause"},
    {"stb", "MIT or public domain"},
    {"Silero VAD, within the program", "MIT"},
}};

void draw_about(float width) {
  row("Wick", "", width, [&](float) {
    const WithFont font(13);
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 7));
    text("Version " WICK_VERSION, theme().text_2);
  });
  row("Made with", "", width, [&](float right) {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 8));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(8, 4));
    for (const Licence& licence : kLicences) {
      const ImVec2 from = ImGui::GetCursorScreenPos();
      text(licence.name, theme().text_2);
      const float below = ImGui::GetCursorScreenPos().y;
      ImGui::SetCursorScreenPos(from + ImVec2(right / 2, 0));
      text(licence.words, theme().text_3);
      ImGui::SetCursorScreenPos({from.x, below});
    }
    ImGui::Dummy({0, 0});
    ImGui::PopStyleVar();
  });
}

}  // namespace

void draw_settings_page(views::App& app, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("settings", from, to, {.padding = {24, 32}});
  const Column column(kColumn);
  headline("Settings", 26);
  if (!app.problem().empty()) {
    gap(16);
    note(NoteKind::bad,
         fmt::format("The settings could not be kept: {}. They hold until the window is closed.", app.problem()),
         column.width());
  }
  if (!app.settings_problem().empty()) {
    gap(16);
    note(NoteKind::plain, app.settings_problem(), column.width());
  }
  gap(24);
  section("Look", column, [&](float width) { draw_look(app, window, width); });
  section("Engine", column, [&](float width) { draw_engine(app, width); });
  section("Folders", column, [&](float width) { draw_folders(app, width); });
  section("About", column, [&](float width) { draw_about(width); });
}

}  // namespace wick::app
