#pragma once
// The values that a template computes with: Python's, as far as templates can tell.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wick::jinja {

class Heap;
struct Sequence;
struct Dict;
struct Host;

enum class Kind : std::uint8_t { undefined, none, boolean, integer, real, string, sequence, dict, space, host };

/// An immutable string of UTF-8. What a render makes is charged to its heap for as long as it lives.
struct Text {
  std::string bytes;
  Heap* heap = nullptr;  // null for what belongs to the template

  explicit Text(std::string text, Heap* owner = nullptr);
  ~Text();
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
};

/// One value, cheap to copy. Strings are counted; lists, dicts and the like belong to the heap of the render and are
/// freed with it, so cycles and deep nesting need no care.
class Value {
 public:
  Value() : integer_(0) {}  // undefined, of no name

  static Value none() { return Value(Kind::none); }
  static Value boolean(bool value);
  static Value integer(std::int64_t value);
  static Value real(double value);
  static Value string(std::shared_ptr<const Text> text);
  /// `why` is what an operation on it reports: "'tools' is undefined".
  static Value undefined(std::shared_ptr<const Text> why);
  static Value of(Sequence* sequence);
  static Value of(Dict* dict, bool is_namespace = false);
  static Value of(Host* host);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_number() const { return is(Kind::boolean) || is(Kind::integer) || is(Kind::real); }
  /// Integers as Python counts them: True is 1.
  bool is_integral() const { return is(Kind::boolean) || is(Kind::integer); }

  // Each is valid for its own kind only.
  bool boolean() const { return boolean_; }
  double real() const { return real_; }
  std::int64_t integral() const { return is(Kind::boolean) ? (boolean_ ? 1 : 0) : integer_; }
  double number() const { return is(Kind::real) ? real_ : static_cast<double>(integral()); }
  const std::string& string() const { return text_->bytes; }
  std::string_view why() const { return text_ ? std::string_view(text_->bytes) : "value is undefined"; }
  Sequence& sequence() const { return *sequence_; }
  Dict& dict() const { return *dict_; }
  Host& host() const { return *host_; }

  /// The same object, as Python's `is`.
  bool same(const Value& other) const;

 private:
  explicit Value(Kind kind) : kind_(kind), integer_(0) {}

  Kind kind_ = Kind::undefined;
  union {
    bool boolean_;
    std::int64_t integer_;
    double real_;
    Sequence* sequence_;
    Dict* dict_;
    Host* host_;
  };
  std::shared_ptr<const Text> text_;
};

/// What the heap owns.
struct Object {
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;
};

/// Python's type of a sequence; it decides how it prints and what may be done with it.
enum class Flavour : std::uint8_t { list, tuple, range, generator, keys, values, items };

struct Sequence : Object {
  std::vector<Value> items;
  Flavour flavour = Flavour::list;

  /// Lists, tuples and ranges can be indexed, the others only walked through.
  bool indexable() const { return flavour <= Flavour::range; }
};

/// A dict or a namespace: entries in the order of insertion, found by hash once there are many.
struct Dict : Object {
  using Entry = std::pair<Value, Value>;

  explicit Dict(Heap& heap) : heap_(heap) {}

  const std::vector<Entry>& entries() const { return entries_; }
  /// Null if there is none. Throws Error for a key that cannot be hashed.
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;
  /// Returns whether the key is new.
  bool set(Value key, Value value);
  bool erase(const Value& key);
  void clear();

 private:
  static constexpr std::size_t kIndexed = 8;  // up to so many entries a walk is as fast
  std::size_t hash(const Value& key, int depth = 0) const;
  std::size_t position(const Value& key, std::size_t hash) const;
  void index();

  Heap& heap_;  // charged for what a lookup reads
  std::vector<Entry> entries_;
  std::unordered_multimap<std::size_t, std::size_t> index_;
};

struct KeywordArgument {
  std::string name;
  Value value;
};

struct Arguments {
  std::vector<Value> positional;
  std::vector<KeywordArgument> keywords;
};

class Interpreter;

/// Something with behaviour: a function, a macro, a bound method, the loop variable.
struct Host : Object {
  virtual std::string_view type() const = 0;
  /// Returns false if there is none of this name.
  virtual bool attribute(Interpreter&, std::string_view, Value&) { return false; }
  virtual bool callable() const { return false; }
  virtual Value call(Interpreter& interpreter, Arguments& arguments);
};

/// Bounds of one render, generous for templates and small enough that a hostile one ends within seconds.
struct Limits {
  std::size_t work = 20'000'000;    // evaluated nodes, touched list elements, 16-byte pieces of text
  std::size_t memory = 256u << 20;  // bytes alive
  std::size_t output = 64u << 20;   // bytes of the result
  int depth = 800;                  // of nested evaluation, macros included
  int nesting = 200;                // of lists within lists, when printed or compared
};

/// Owns what a render makes and counts what it costs.
class Heap {
 public:
  explicit Heap(Limits limits = {}) : limits_(limits) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  const Limits& limits() const { return limits_; }
  /// Each throws Error when the render has used up its bound.
  void work(std::size_t units);
  void touch(std::size_t bytes) { work(bytes / 16); }
  void allocate(std::size_t bytes);
  void release(std::size_t bytes) { memory_ -= bytes; }

  Value string(std::string text);
  Value undefined(std::string why);
  Value list(std::vector<Value> items, Flavour flavour = Flavour::list);
  Dict* dict();
  template <class T, class... Args>
  T* make(Args&&... args) {
    allocate(sizeof(T) + sizeof(void*));
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    T* result = object.get();
    objects_.push_back(std::move(object));
    return result;
  }

  void append(Sequence& sequence, Value value);
  void set(Dict& dict, Value key, Value value);

 private:
  Limits limits_;
  std::size_t work_ = 0;
  std::size_t memory_ = 0;
  std::vector<std::unique_ptr<Object>> objects_;
};

}  // namespace wick::jinja
