// Filters of lists and dicts: `values | NAME`.
#include <algorithm>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

Value generator(Interpreter& interpreter, std::vector<Value> items) {
  return interpreter.heap().list(std::move(items), Flavour::generator);
}

/// What sorting and grouping compare: strings without their case, unless that matters.
Value fold(Interpreter& interpreter, const Value& value, bool case_sensitive) {
  if (case_sensitive || !value.is(Kind::string)) return value;
  interpreter.heap().work(value.string().size() / 8);
  return interpreter.heap().string(lower(value.string()));
}

struct Keyed {
  std::vector<Value> keys;
  Value value;
};

/// The value's key: one for each of the attributes, which commas separate.
std::vector<Value> sort_keys(Interpreter& interpreter, const Value& value, const Value& attributes,
                             bool case_sensitive) {
  if (!attributes.is(Kind::string)) {
    return {fold(interpreter, lookup_path(interpreter, value, attributes), case_sensitive)};
  }
  std::vector<Value> keys;
  for (std::string_view path : split_at(attributes.string(), ",", -1, false)) {
    const Value name = interpreter.heap().string(std::string(path));
    keys.push_back(fold(interpreter, lookup_path(interpreter, value, name), case_sensitive));
  }
  return keys;
}

bool keys_less(Heap& heap, const std::vector<Value>& a, const std::vector<Value>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (less(heap, a[i], b[i])) return true;
    if (i + 1 < a.size() && !equal(heap, a[i], b[i])) return false;
  }
  return false;
}

/// Stable. Merges by hand: std::stable_sort may not be given a comparison that contradicts itself, and NaN does.
void merge_sort(Heap& heap, std::vector<Keyed>& items, bool reverse) {
  std::vector<Keyed> merged(items.size());
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    for (std::size_t begin = 0; begin < items.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, items.size());
      const std::size_t end = std::min(begin + 2 * width, items.size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        const bool take_right =
            left == middle || (right < end && (reverse ? keys_less(heap, items[left].keys, items[right].keys)
                                                       : keys_less(heap, items[right].keys, items[left].keys)));
        merged[out] = std::move(items[take_right ? right++ : left++]);
      }
    }
    std::swap(items, merged);
  }
}

std::vector<Value> sorted(Interpreter& interpreter, const std::vector<Value>& values, const Value& attributes,
                          bool case_sensitive, bool reverse) {
  std::vector<Keyed> items;
  for (const Value& value : values) {
    items.push_back({sort_keys(interpreter, value, attributes, case_sensitive), value});
  }
  merge_sort(interpreter.heap(), items, reverse);
  std::vector<Value> result;
  for (Keyed& item : items) result.push_back(std::move(item.value));
  return result;
}

Value sort(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("sort", arguments, {"reverse", "case_sensitive", "attribute"});
  return interpreter.heap().list(sorted(interpreter, elements(interpreter.heap(), self), p.value(2, Value::none()),
                                        p.flag(1, false), p.flag(0, false)));
}

Value dictsort(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("dictsort", arguments, {"case_sensitive", "by", "reverse"});
  const std::string_view by = p.text(1, "key");
  if (by != "key" && by != "value") throw Error("You can only sort by either \"key\" or \"value\"");
  require_defined(self);
  if (!self.is(Kind::dict)) throw Error("dictsort: '{}' is no dict", type_name(self));
  std::vector<Value> pairs;
  for (const auto& [key, value] : self.dict().entries()) {
    pairs.push_back(interpreter.heap().list({key, value}, Flavour::tuple));
  }
  return interpreter.heap().list(
      sorted(interpreter, pairs, Value::integer(by == "key" ? 0 : 1), p.flag(0, false), p.flag(2, false)));
}

Value groupby(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("groupby", arguments, {"attribute", "default", "case_sensitive"});
  Heap& heap = interpreter.heap();
  const bool case_sensitive = p.flag(2, false);
  std::vector<Keyed> items;
  for (const Value& value : elements(heap, self)) {
    const Value key = lookup_path(interpreter, value, p[0], p.has(1) && !p[1].is(Kind::none) ? &p[1] : nullptr);
    items.push_back({{fold(interpreter, key, case_sensitive), key}, value});
  }
  std::vector<Keyed> order;
  for (const Keyed& item : items)
    order.push_back({{item.keys[0]}, heap.list({item.keys[1], item.value}, Flavour::tuple)});
  merge_sort(heap, order, false);
  std::vector<Value> groups;
  Value group_key;
  for (const Keyed& entry : order) {
    const auto& pair = entry.value.sequence().items;
    if (groups.empty() || !equal(heap, group_key, entry.keys[0])) {
      groups.push_back(heap.list({pair[0], heap.list({})}, Flavour::tuple));
      group_key = entry.keys[0];
    }
    heap.append(groups.back().sequence().items[1].sequence(), pair[1]);
  }
  return heap.list(std::move(groups));
}

Value unique(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("unique", arguments, {"case_sensitive", "attribute"});
  Heap& heap = interpreter.heap();
  Dict* seen = heap.dict();
  std::vector<Value> result;
  for (const Value& value : elements(heap, self)) {
    const Value key = fold(interpreter, lookup_path(interpreter, value, p.value(1, Value::none())), p.flag(0, false));
    if (seen->find(key)) continue;
    heap.set(*seen, key, Value::none());
    result.push_back(value);
  }
  return generator(interpreter, std::move(result));
}

template <bool largest>
Value extreme(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("min/max", arguments, {"case_sensitive", "attribute"});
  Heap& heap = interpreter.heap();
  Value best;
  Value best_key;
  bool first = true;
  for (const Value& value : elements(heap, self)) {
    const Value key = fold(interpreter, lookup_path(interpreter, value, p.value(1, Value::none())), p.flag(0, false));
    if (first || (largest ? less(heap, best_key, key) : less(heap, key, best_key))) {
      best = value;
      best_key = key;
    }
    first = false;
  }
  return first ? heap.undefined("No aggregated item, sequence was empty.") : best;
}

Value sum(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("sum", arguments, {"attribute", "start"});
  Value total = p.value(1, Value::integer(0));
  if (total.is(Kind::string)) throw Error("sum() can't sum strings");
  for (const Value& value : elements(interpreter.heap(), self)) {
    total =
        compute(interpreter.heap(), Arithmetic::add, total, lookup_path(interpreter, value, p.value(0, Value::none())));
  }
  return total;
}

Value count(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("length", arguments, {});
  return Value::integer(static_cast<std::int64_t>(length(interpreter.heap(), self)));
}

Value first(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("first", arguments, {});
  if (self.is(Kind::sequence) && self.sequence().flavour == Flavour::generator) {
    auto& items = self.sequence().items;
    if (items.empty()) return interpreter.heap().undefined("No first item, sequence was empty.");
    Value result = items.front();
    interpreter.heap().work(items.size() / 16);
    items.erase(items.begin());
    return result;
  }
  if (self.is(Kind::string)) {
    const std::string& text = self.string();
    if (!text.empty()) return interpreter.heap().string(text.substr(0, next_character(text, 0)));
  } else if (self.is(Kind::sequence) && !self.sequence().items.empty()) {
    return self.sequence().items.front();
  } else if (const auto items = elements(interpreter.heap(), self); !items.empty()) {
    return items.front();
  }
  return interpreter.heap().undefined("No first item, sequence was empty.");
}

Value last(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("last", arguments, {});
  if (self.is(Kind::sequence) && self.sequence().flavour == Flavour::generator) {
    throw Error("'generator' object is not reversible");
  }
  if (self.is(Kind::sequence) && !self.sequence().items.empty()) return self.sequence().items.back();
  const auto items = elements(interpreter.heap(), self);
  return items.empty() ? interpreter.heap().undefined("No last item, sequence was empty.") : items.back();
}

Value to_list(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("list", arguments, {});
  return interpreter.heap().list(elements(interpreter.heap(), self));
}

Value items(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("items", arguments, {});
  if (self.is(Kind::undefined)) return generator(interpreter, {});
  if (!self.is(Kind::dict)) throw Error("Can only get item pairs from a mapping.");
  std::vector<Value> pairs;
  for (const auto& [key, value] : self.dict().entries()) {
    pairs.push_back(interpreter.heap().list({key, value}, Flavour::tuple));
  }
  return generator(interpreter, std::move(pairs));
}

Value reverse(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("reverse", arguments, {});
  if (self.is(Kind::string)) {
    return slice(interpreter.heap(), self, Value::none(), Value::none(), Value::integer(-1));
  }
  std::vector<Value> values = elements(interpreter.heap(), self);
  std::reverse(values.begin(), values.end());
  return generator(interpreter, std::move(values));
}

Value join(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("join", arguments, {"d", "attribute"});
  Heap& heap = interpreter.heap();
  const std::string separator = p.has(0) ? to_string(heap, p[0]) : std::string();
  const Value path = p.value(1, Value::none());
  std::string result;
  bool is_first = true;
  for (const Value& value : elements(heap, self)) {
    if (!is_first) result += separator;
    is_first = false;
    result += to_string(heap, lookup_path(interpreter, value, path));
    heap.touch(separator.size());
    if (result.size() > heap.limits().output) throw Error("join: the text is too long");
  }
  return heap.string(std::move(result));
}

Arguments without_first(const Arguments& arguments, std::size_t dropped) {
  Arguments rest = arguments;
  rest.positional.erase(rest.positional.begin(), rest.positional.begin() + static_cast<std::ptrdiff_t>(dropped));
  return rest;
}

Value map(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  std::vector<Value> result;
  if (!truth(self)) return generator(interpreter, {});
  const bool by_attribute = arguments.positional.empty();
  if (!by_attribute) {
    const Arguments rest = without_first(arguments, 1);
    for (const Value& value : elements(interpreter.heap(), self)) {
      result.push_back(apply_filter(interpreter, arguments.positional[0], value, rest));
    }
    return generator(interpreter, std::move(result));
  }
  const Parameters p("map", arguments, {"attribute", "default"});
  const Value* fallback = p.has(1) && !p[1].is(Kind::none) ? &p[1] : nullptr;
  for (const Value& value : elements(interpreter.heap(), self)) {
    result.push_back(lookup_path(interpreter, value, p[0], fallback));
  }
  return generator(interpreter, std::move(result));
}

template <bool wanted, bool by_attribute>
Value select(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  constexpr std::size_t kBefore = by_attribute ? 1 : 0;
  if (!truth(self)) return generator(interpreter, {});
  if (arguments.positional.size() < kBefore) throw Error("Missing parameter for attribute name");
  const bool has_test = arguments.positional.size() > kBefore;
  const Arguments rest = has_test ? without_first(arguments, kBefore + 1) : Arguments{};
  std::vector<Value> result;
  for (const Value& value : elements(interpreter.heap(), self)) {
    const Value tested = by_attribute ? lookup_path(interpreter, value, arguments.positional[0]) : value;
    const bool passes = has_test ? apply_test(interpreter, arguments.positional[kBefore], tested, rest) : truth(tested);
    if (passes == wanted) result.push_back(value);
  }
  return generator(interpreter, std::move(result));
}

Value batch(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("batch", arguments, {"linecount", "fill_with"});
  Heap& heap = interpreter.heap();
  const std::int64_t line = p.integer(0, 0);
  std::vector<Value> rows;
  std::vector<Value> row;
  for (Value& value : elements(heap, self)) {
    if (static_cast<std::int64_t>(row.size()) == line) rows.push_back(heap.list(std::exchange(row, {})));
    row.push_back(std::move(value));
  }
  if (!row.empty()) {
    const bool fills = p.has(1) && !p[1].is(Kind::none);
    const std::size_t full = std::min<std::size_t>(static_cast<std::size_t>(std::max<std::int64_t>(line, 0)), 100000);
    while (fills && row.size() < full) row.push_back(p[1]);
    rows.push_back(heap.list(std::move(row)));
  }
  return generator(interpreter, std::move(rows));
}

Value slices(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("slice", arguments, {"slices", "fill_with"});
  Heap& heap = interpreter.heap();
  const std::vector<Value> values = elements(heap, self);
  const std::int64_t wanted = p.integer(0, 0);
  if (wanted <= 0 || wanted > 100000) throw Error("slice: {} slices, expected 1 to 100000", wanted);
  const auto parts = static_cast<std::size_t>(wanted);
  const std::size_t longer = values.size() % parts;
  std::vector<Value> result;
  auto at = values.begin();
  for (std::size_t i = 0; i < parts; ++i) {
    const auto end = at + static_cast<std::ptrdiff_t>(values.size() / parts + (i < longer ? 1 : 0));
    std::vector<Value> part(at, end);
    if (p.has(1) && !p[1].is(Kind::none) && i >= longer) part.push_back(p[1]);
    result.push_back(heap.list(std::move(part)));
    at = end;
  }
  return generator(interpreter, std::move(result));
}

constexpr NamedBuiltin kFilters[] = {
    {"length", count},
    {"count", count},
    {"join", join},
    {"first", first},
    {"last", last},
    {"list", to_list},
    {"items", items},
    {"map", map},
    {"select", select<true, false>},
    {"reject", select<false, false>},
    {"selectattr", select<true, true>},
    {"rejectattr", select<false, true>},
    {"sort", sort},
    {"dictsort", dictsort},
    {"groupby", groupby},
    {"unique", unique},
    {"reverse", reverse},
    {"min", extreme<false>},
    {"max", extreme<true>},
    {"sum", sum},
    {"batch", batch},
    {"slice", slices},
};

}  // namespace

Builtin find_sequence_filter(std::string_view name) { return find_in(kFilters, name); }

}  // namespace wick::jinja
