#include "core/text/jinja_value.h"

#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/text/jinja_operations.h"

namespace wick::jinja {
namespace {

std::size_t hash_number(double number) {
  if (std::abs(number) < 9e18 && number == std::floor(number)) {
    return std::hash<std::int64_t>{}(static_cast<std::int64_t>(number));  // 1, 1.0 and True are one key
  }
  return std::hash<double>{}(number);
}

}  // namespace

Text::Text(std::string text, Heap* owner) : bytes(std::move(text)) {
  if (owner) owner->allocate(bytes.size() + sizeof(Text));
  heap = owner;  // only now: what could not be charged is not given back
}

Text::~Text() {
  if (heap) heap->release(bytes.size() + sizeof(Text));
}

Value Value::boolean(bool value) {
  Value result(Kind::boolean);
  result.boolean_ = value;
  return result;
}

Value Value::integer(std::int64_t value) {
  Value result(Kind::integer);
  result.integer_ = value;
  return result;
}

Value Value::real(double value) {
  Value result(Kind::real);
  result.real_ = value;
  return result;
}

Value Value::string(std::shared_ptr<const Text> text) {
  Value result(Kind::string);
  result.text_ = std::move(text);
  return result;
}

Value Value::undefined(std::shared_ptr<const Text> why) {
  Value result;
  result.text_ = std::move(why);
  return result;
}

Value Value::of(Sequence* sequence) {
  Value result(Kind::sequence);
  result.sequence_ = sequence;
  return result;
}

Value Value::of(Dict* dict, bool is_namespace) {
  Value result(is_namespace ? Kind::space : Kind::dict);
  result.dict_ = dict;
  return result;
}

Value Value::of(Host* host) {
  Value result(Kind::host);
  result.host_ = host;
  return result;
}

bool Value::same(const Value& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::none:
      return true;
    case Kind::boolean:
      return boolean_ == other.boolean_;
    case Kind::integer:
      return integer_ == other.integer_;
    case Kind::sequence:
      return sequence_ == other.sequence_;
    case Kind::dict:
    case Kind::space:
      return dict_ == other.dict_;
    case Kind::host:
      return host_ == other.host_;
    default:
      return text_ && text_ == other.text_;
  }
}

Value Host::call(Interpreter&, Arguments&) { throw Error("'{}' object is not callable", type()); }

std::size_t Dict::hash(const Value& key, int depth) const {
  heap_.work(depth > 0 ? 1 : 0);
  switch (key.kind()) {
    case Kind::boolean:
    case Kind::integer:
      return std::hash<std::int64_t>{}(key.integral());
    case Kind::real:
      return hash_number(key.real());
    case Kind::string:
      heap_.touch(key.string().size());
      return std::hash<std::string_view>{}(key.string());
    case Kind::undefined:
    case Kind::none:
      return 0;
    case Kind::host:
      return std::hash<const void*>{}(&key.host());
    case Kind::sequence:
      if (key.sequence().flavour == Flavour::tuple && depth < heap_.limits().nesting) {
        std::size_t result = 0x345678;
        for (const Value& item : key.sequence().items) result = result * 1000003 ^ hash(item, depth + 1);
        return result;
      }
      break;
    default:
      break;
  }
  throw Error("unhashable type: '{}'", type_name(key));
}

std::size_t Dict::position(const Value& key, std::size_t key_hash) const {
  if (entries_.size() <= kIndexed) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (equal(heap_, entries_[i].first, key)) return i;
    }
    return entries_.size();
  }
  for (auto [it, end] = index_.equal_range(key_hash); it != end; ++it) {
    if (equal(heap_, entries_[it->second].first, key)) return it->second;
  }
  return entries_.size();
}

const Value* Dict::find(const Value& key) const {
  const std::size_t at = position(key, hash(key));
  return at < entries_.size() ? &entries_[at].second : nullptr;
}

const Value* Dict::find(std::string_view key) const {
  if (entries_.size() <= kIndexed) {
    for (const auto& [name, value] : entries_) {
      if (name.is(Kind::string) && name.string() == key) return &value;
    }
    return nullptr;
  }
  for (auto [it, end] = index_.equal_range(std::hash<std::string_view>{}(key)); it != end; ++it) {
    const auto& [name, value] = entries_[it->second];
    if (name.is(Kind::string) && name.string() == key) return &value;
  }
  return nullptr;
}

bool Dict::set(Value key, Value value) {
  const std::size_t key_hash = hash(key);
  const std::size_t at = position(key, key_hash);
  if (at < entries_.size()) {
    entries_[at].second = std::move(value);
    return false;
  }
  entries_.emplace_back(std::move(key), std::move(value));
  if (entries_.size() > kIndexed + 1) {
    index_.emplace(key_hash, at);
  } else if (entries_.size() == kIndexed + 1) {
    index();
  }
  return true;
}

bool Dict::erase(const Value& key) {
  const std::size_t at = position(key, hash(key));
  if (at == entries_.size()) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  index();
  return true;
}

void Dict::clear() {
  entries_.clear();
  index_.clear();
}

void Dict::index() {
  index_.clear();
  if (entries_.size() <= kIndexed) return;
  for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(hash(entries_[i].first), i);
}

void Heap::work(std::size_t units) {
  work_ += units;
  if (work_ > limits_.work) throw Error("the template takes more than {} steps", limits_.work);
}

void Heap::allocate(std::size_t bytes) {
  if (bytes > limits_.memory || memory_ + bytes > limits_.memory) {
    throw Error("the template needs more than {} MiB of memory", limits_.memory >> 20);
  }
  memory_ += bytes;
  work(bytes / 64);
}

Value Heap::string(std::string text) { return Value::string(std::make_shared<const Text>(std::move(text), this)); }

Value Heap::undefined(std::string why) { return Value::undefined(std::make_shared<const Text>(std::move(why), this)); }

Value Heap::list(std::vector<Value> items, Flavour flavour) {
  allocate(items.size() * sizeof(Value));
  work(items.size());
  auto* sequence = make<Sequence>();
  sequence->items = std::move(items);
  sequence->flavour = flavour;
  return Value::of(sequence);
}

Dict* Heap::dict() { return make<Dict>(*this); }

void Heap::append(Sequence& sequence, Value value) {
  allocate(sizeof(Value));
  sequence.items.push_back(std::move(value));
}

void Heap::set(Dict& dict, Value key, Value value) {
  if (dict.set(std::move(key), std::move(value))) allocate(2 * sizeof(Value) + 32);
}

}  // namespace wick::jinja
