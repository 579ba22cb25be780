#pragma once
// The pages of the window, each drawn from what the views say.
#include "views/app.h"
#include "window.h"

namespace wick::app {

/// The bar on top and the page below it.
void draw_shell(views::App& app, Window& window);
/// What happened elsewhere, over the page.
void draw_toast(views::App& app, Window& window);
/// The field for a file's path, over the page, where the desktop has no dialog.
void draw_file_question(views::App& app);

void draw_chat_page(views::App& app, Window& window);
void draw_transcribe_page(views::App& app, Window& window);
void draw_segment_page(views::App& app, Window& window);
void draw_models_page(views::App& app, Window& window);
void draw_bench_page(views::App& app, Window& window);
void draw_settings_page(views::App& app, Window& window);

}  // namespace wick::app
