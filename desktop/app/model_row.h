#pragma once
// The rows of the models page.
#include "views/app.h"

namespace wick::app {

/// A model of the catalogue at the cursor: facts, verdict, and what one can do with it.
void draw_model_row(views::App& app, const CatalogEntry& entry, float width);
/// A file of the user's own. True if it is to be taken off the list.
bool draw_own_row(views::App& app, const views::OwnFile& file, float width);

}  // namespace wick::app
