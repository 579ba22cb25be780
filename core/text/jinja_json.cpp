// JSON to values and back, as Python's json module writes it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

struct Style {
  bool ascii = false;
  bool sort_keys = false;
  bool indented = false;
  std::string indent;  // of one level
  std::string item_separator = ", ";
  std::string key_separator = ": ";
};

class JsonWriter {
 public:
  JsonWriter(Heap& heap, Style style) : heap_(heap), style_(std::move(style)) {}

  std::string write(const Value& value) {
    put(value, 0);
    return std::move(out_);
  }

 private:
  void put(const Value& value, int depth) {
    if (depth > heap_.limits().nesting) throw Error("tojson: nested more than {} deep", heap_.limits().nesting);
    heap_.work(1);
    if (out_.size() > heap_.limits().output) throw Error("tojson: the text is too long");
    switch (value.kind()) {
      case Kind::none:
        out_ += "null";
        return;
      case Kind::boolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Kind::integer:
        out_ += std::to_string(value.integral());
        return;
      case Kind::real:
        out_ += real(value.real());
        return;
      case Kind::string:
        quote_json(value.string());
        return;
      case Kind::dict:
        put_dict(value.dict(), depth);
        return;
      case Kind::sequence:
        if (value.sequence().flavour <= Flavour::tuple) return put_list(value.sequence().items, depth);
        break;
      default:
        break;
    }
    throw Error("Object of type {} is not JSON serializable", type_name(value));
  }

  static std::string real(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return format_real(value);
  }

  void new_line(int depth) {
    if (!style_.indented) return;
    out_ += '\n';
    for (int i = 0; i < depth; ++i) out_ += style_.indent;
    heap_.touch(style_.indent.size() * static_cast<std::size_t>(depth));
  }

  void put_list(const std::vector<Value>& items, int depth) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      new_line(depth + 1);
      put(items[i], depth + 1);
    }
    new_line(depth);
    out_ += ']';
  }

  void put_key(const Value& key) {
    switch (key.kind()) {
      case Kind::string:
        return quote_json(key.string());
      case Kind::none:
        return quote_json("null");
      case Kind::boolean:
        return quote_json(key.boolean() ? "true" : "false");
      case Kind::integer:
        return quote_json(std::to_string(key.integral()));
      case Kind::real:
        return quote_json(real(key.real()));
      default:
        throw Error("keys must be str, int, float, bool or None, not {}", type_name(key));
    }
  }

  void put_dict(const Dict& dict, int depth) {
    if (dict.entries().empty()) {
      out_ += "{}";
      return;
    }
    std::vector<const Dict::Entry*> entries;
    for (const auto& entry : dict.entries()) {
      if (style_.sort_keys && entry.first.is(Kind::real)) throw Error("tojson: sort_keys with a float as key");
      entries.push_back(&entry);
    }
    if (style_.sort_keys) {  // keys are distinct, so it need not be stable; without NaN the order is one
      std::sort(entries.begin(), entries.end(),
                [&](const auto* a, const auto* b) { return less(heap_, a->first, b->first); });
    }
    out_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      new_line(depth + 1);
      put_key(entries[i]->first);
      out_ += style_.key_separator;
      put(entries[i]->second, depth + 1);
    }
    new_line(depth);
    out_ += '}';
  }

  void quote_json(const std::string& text) {
    heap_.touch(text.size());
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t next = next_character(text, at);
      put_character(std::string_view(text).substr(at, next - at));
      at = next;
    }
    out_ += '"';
  }

  void put_character(std::string_view character) {
    static constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f";
    static constexpr std::string_view kLetters = "\"\\nrtbf";
    const char32_t code = decode_character(character);
    if (const auto found = character.size() == 1 ? kEscaped.find(character[0]) : kEscaped.npos;
        found != kEscaped.npos) {
      out_ += '\\';
      out_ += kLetters[found];
    } else if (code < 0x20 || (style_.ascii && code >= 0x7F && code < 0x10000 && code != 0x7F)) {
      out_ += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    } else if (style_.ascii && code >= 0x10000) {
      const auto rest = static_cast<std::uint32_t>(code) - 0x10000;
      out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
    } else {
      out_ += character;
    }
  }

  Heap& heap_;
  Style style_;
  std::string out_;
};

}  // namespace

Value from_json(Heap& heap, const nlohmann::ordered_json& json, int depth) {
  if (depth > heap.limits().nesting) throw Error("the variables are nested more than {} deep", heap.limits().nesting);
  switch (json.type()) {
    case nlohmann::ordered_json::value_t::boolean:
      return Value::boolean(json.get<bool>());
    case nlohmann::ordered_json::value_t::number_unsigned:
      if (json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        throw Error("the variables hold an integer of more than 64 bits");
      }
      [[fallthrough]];
    case nlohmann::ordered_json::value_t::number_integer:
      return Value::integer(json.get<std::int64_t>());
    case nlohmann::ordered_json::value_t::number_float:
      return Value::real(json.get<double>());
    case nlohmann::ordered_json::value_t::string:
      return heap.string(json.get_ref<const std::string&>());
    case nlohmann::ordered_json::value_t::array: {
      std::vector<Value> items;
      for (const auto& element : json) items.push_back(from_json(heap, element, depth + 1));
      return heap.list(std::move(items));
    }
    case nlohmann::ordered_json::value_t::object: {
      Dict* dict = heap.dict();
      for (const auto& [name, element] : json.items())
        heap.set(*dict, heap.string(name), from_json(heap, element, depth + 1));
      return Value::of(dict);
    }
    default:
      return Value::none();
  }
}

Value to_json(Interpreter& interpreter, const Value& value, const Arguments& arguments) {
  const Parameters p("tojson", arguments, {"ensure_ascii", "indent", "separators", "sort_keys"});
  Style style;
  style.ascii = p.flag(0, false);
  style.sort_keys = p.flag(3, false);
  if (p.has(1) && !p[1].is(Kind::none)) {
    style.indented = true;
    if (p[1].is(Kind::string)) {
      style.indent = p[1].string();
    } else {
      style.indent.assign(static_cast<std::size_t>(std::clamp<std::int64_t>(p.integer(1, 0), 0, 1000)), ' ');
    }
    style.item_separator.assign(1, ',');
  }
  if (p.has(2) && !p[2].is(Kind::none)) {
    const std::vector<Value> pair = elements(interpreter.heap(), p[2]);
    if (pair.size() != 2 || !pair[0].is(Kind::string) || !pair[1].is(Kind::string)) {
      throw Error("tojson: separators must be two strings");
    }
    style.item_separator = pair[0].string();
    style.key_separator = pair[1].string();
  }
  return interpreter.heap().string(JsonWriter(interpreter.heap(), std::move(style)).write(value));
}

}  // namespace wick::jinja
