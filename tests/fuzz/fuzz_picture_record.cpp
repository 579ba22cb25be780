// A file of a picture's record from anywhere: one that is written and read again unchanged, or an Error.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "views/segment/export.h"
#include "views/segment/picture_store.h"

namespace {

using namespace wick;
using namespace wick::views;

bool same_head(const PictureHead& a, const PictureHead& b) {
  return a.id == b.id && a.title == b.title && a.updated == b.updated && a.things == b.things;
}

/// What the page does with a thing that it has read.
void use(const PictureRecord& record) {
  Scene scene = record.scene;
  for (int by : {1, -1}) scene.beside(by);
  scene.at(record.size.width / 2, record.size.height / 2);
  try {
    for (const ExportName& name : kExports)
      if (is_text(name.format)) export_text(record, name.format);
  } catch (const Error&) {  // nothing is visible
  }
  while (!scene.things.empty()) {
    const std::string id = scene.things.front().id;
    scene = with_thing(std::move(scene), id, [](Thing& thing) { remove_point(thing, 0); });
    scene = without_thing(std::move(scene), id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const PictureRecord record = parse_record(text, "fuzz");
    const std::string file = record_file(record);
    const PictureRecord again = parse_record(file, "again");
    if (record_file(again) != file) std::abort();
    if (!same_head(parse_head(file.substr(0, file.find('\n')), "head"), head_of(record))) std::abort();
    export_file_name(record.title, ExportFormat::svg);
    use(record);
  } catch (const Error&) {
  }
  try {
    parse_head(text.substr(0, text.find('\n')), "line");
  } catch (const Error&) {
  }
  return 0;
}
