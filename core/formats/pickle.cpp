#include "core/formats/pickle.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "core/error.h"
#include "core/formats/binary_reader.h"

namespace wick {
namespace {

/// Operations, by pickletools' names.
enum class Op : std::uint8_t {
  mark = '(',
  stop = '.',
  pop = '0',
  pop_mark = '1',
  dup = '2',
  binbytes = 'B',
  short_binbytes = 'C',
  binfloat = 'G',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  binstring = 'T',
  short_binstring = 'U',
  binunicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  dict = 'd',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  list = 'l',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  setitems = 'u',
  empty_dict = '}',
  empty_list = ']',
  empty_tuple = ')',
  proto = 0x80,
  newobj = 0x81,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8a,
  short_binunicode = 0x8c,
  empty_set = 0x8f,
  additems = 0x90,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
};

constexpr std::string_view kOrderedDict = "collections.OrderedDict";

/// The machine: a stack of values, the marks on it, and the memo of values that are used again.
class Machine {
 public:
  Machine(const ByteSource& source, const std::function<bool(std::string_view)>& allows)
      : in_(source), allows_(allows) {}

  Pickle run() {
    while (step()) {
    }
    pickle_.root = pop();
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error("{}: {} at byte {}: corrupt", in_.file(), what, in_.offset());
  }

  void push(PickleValue value) {
    stack_.push_back(static_cast<PickleRef>(pickle_.values.size()));
    pickle_.values.push_back(std::move(value));
  }
  PickleRef top() const {
    if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size())) fail("nothing on the stack");
    return stack_.back();
  }
  PickleRef pop() {
    const PickleRef ref = top();
    stack_.pop_back();
    return ref;
  }
  PickleSequence pop_items(std::size_t count) {
    PickleSequence sequence;
    for (std::size_t i = 0; i < count; ++i) sequence.items.push_back(pop());
    std::reverse(sequence.items.begin(), sequence.items.end());
    return sequence;
  }
  /// All that was pushed since the last mark.
  PickleSequence pop_marked() {
    if (marks_.empty()) fail("no mark on the stack");
    const std::size_t mark = marks_.back();
    PickleSequence sequence = pop_items(stack_.size() - mark);
    marks_.pop_back();
    return sequence;
  }
  template <class T>
  T& top_as(const char* what) {
    if (T* value = std::get_if<T>(&pickle_.values[top()])) return *value;
    fail(what);
  }

  template <class T>
  std::uint64_t read(const char* what) {
    return in_.read<T>(what);
  }
  void push_text(std::uint64_t length) { push(in_.text(length, "a text")); }

  void push_float() {
    const std::uint64_t bits = __builtin_bswap64(in_.read<std::uint64_t>("a number"));
    double value;
    std::memcpy(&value, &bits, sizeof value);
    push(value);
  }

  /// An integer of any length in two's complement.
  void push_long() {
    const auto size = in_.read<std::uint8_t>("a number's length");
    if (size > sizeof(std::int64_t)) fail("an integer of more than 64 bits");
    const std::string bytes = in_.text(size, "a number");
    std::int64_t value = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x80 ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    push(value);
  }

  std::string read_line() {
    constexpr std::size_t kMost = 1000;
    std::string line;
    for (char c; (c = in_.read<char>("a name")) != '\n'; line += c) {
      if (line.size() == kMost) fail("a name that does not end");
    }
    return line;
  }

  void push_global(const std::string& module, const std::string& member) {
    std::string name = module + "." + member;
    if (name != kOrderedDict && !allows_(name)) {
      throw Error("{}: the pickle wants Python's '{}', which is no data and not supported", in_.file(), shown(name));
    }
    push(PickleGlobal{std::move(name)});
  }
  void push_stack_global() {
    const PickleRef member = pop(), module = pop();
    const auto *m = pickle_.get<std::string>(module), *n = pickle_.get<std::string>(member);
    if (!m || !n) fail("a name that is no text");
    push_global(std::string(*m), std::string(*n));
  }

  void call() {
    const PickleRef arguments = pop(), function = pop();
    const auto* global = pickle_.get<PickleGlobal>(function);
    const auto* sequence = pickle_.get<PickleSequence>(arguments);
    if (!global || !sequence) fail("a call of what is no function");
    if (global->name != kOrderedDict) return push(PickleCall{function, arguments});
    if (!sequence->items.empty()) fail("an OrderedDict with arguments");
    push(PickleDict{});
  }

  /// The state of an object; that of an OrderedDict is what was hung on it beside its items.
  void build() {
    pop();
    top_as<PickleDict>("attributes of what is no dict");
  }

  void append(PickleSequence items) {
    auto& into = top_as<PickleSequence>("items for what is no list").items;
    into.insert(into.end(), items.items.begin(), items.items.end());
  }
  void set(const PickleSequence& items) {
    if (items.items.size() % 2 != 0) fail("a key without a value");
    auto& into = top_as<PickleDict>("items for what is no dict").items;
    for (std::size_t i = 0; i < items.items.size(); i += 2) into.emplace_back(items.items[i], items.items[i + 1]);
  }

  void put(std::uint64_t key) { memo_[key] = top(); }
  void get(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("a value that was not kept");
    stack_.push_back(found->second);
  }

  /// One operation; false after the last.
  bool step() {
    const auto op = static_cast<Op>(in_.read<std::uint8_t>("an operation"));
    switch (op) {
      case Op::stop:
        return false;
      case Op::proto:
        in_.skip(1, "the protocol");
        return true;
      case Op::frame:
        in_.skip(8, "a frame's size");
        return true;
      case Op::mark:
        marks_.push_back(stack_.size());
        return true;
      case Op::pop:
        pop();
        return true;
      case Op::pop_mark:
        pop_marked();
        return true;
      case Op::dup:
        stack_.push_back(top());
        return true;
      case Op::binput:
        put(read<std::uint8_t>("a key"));
        return true;
      case Op::long_binput:
        put(read<std::uint32_t>("a key"));
        return true;
      case Op::memoize:
        put(memo_.size());
        return true;
      case Op::binget:
        get(read<std::uint8_t>("a key"));
        return true;
      case Op::long_binget:
        get(read<std::uint32_t>("a key"));
        return true;
      default:
        if (!push_plain(op) && !change(op)) fail("an operation that plain data does not need");
        return true;
    }
  }

  /// Values that stand in the pickle as they are.
  bool push_plain(Op op) {
    switch (op) {
      case Op::none:
        return push(PickleNone{}), true;
      case Op::newtrue:
        return push(true), true;
      case Op::newfalse:
        return push(false), true;
      case Op::binint:
        return push(std::int64_t{in_.read<std::int32_t>("a number")}), true;
      case Op::binint1:
        return push(std::int64_t{in_.read<std::uint8_t>("a number")}), true;
      case Op::binint2:
        return push(std::int64_t{in_.read<std::uint16_t>("a number")}), true;
      case Op::long1:
        return push_long(), true;
      case Op::binfloat:
        return push_float(), true;
      case Op::binunicode:
      case Op::binstring:
      case Op::binbytes:
        return push_text(read<std::uint32_t>("a length")), true;
      case Op::short_binunicode:
      case Op::short_binstring:
      case Op::short_binbytes:
        return push_text(read<std::uint8_t>("a length")), true;
      case Op::global: {
        const std::string module = read_line();
        return push_global(module, read_line()), true;
      }
      default:
        return false;
    }
  }

  /// What is made of values on the stack.
  bool change(Op op) {
    switch (op) {
      case Op::empty_list:
      case Op::empty_tuple:
      case Op::empty_set:
        return push(PickleSequence{}), true;
      case Op::empty_dict:
        return push(PickleDict{}), true;
      case Op::tuple1:
        return push(pop_items(1)), true;
      case Op::tuple2:
        return push(pop_items(2)), true;
      case Op::tuple3:
        return push(pop_items(3)), true;
      case Op::tuple:
      case Op::list:
        return push(pop_marked()), true;
      case Op::append:
        return append(pop_items(1)), true;
      case Op::appends:
      case Op::additems:
        return append(pop_marked()), true;
      case Op::dict: {
        const PickleSequence items = pop_marked();
        push(PickleDict{});
        return set(items), true;
      }
      case Op::setitem:
        return set(pop_items(2)), true;
      case Op::setitems:
        return set(pop_marked()), true;
      case Op::stack_global:
        return push_stack_global(), true;
      case Op::reduce:
      case Op::newobj:
        return call(), true;
      case Op::build:
        return build(), true;
      case Op::binpersid:
        return push(PicklePersistent{pop()}), true;
      default:
        return false;
    }
  }

  BinaryReader in_;
  const std::function<bool(std::string_view)>& allows_;
  Pickle pickle_;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, PickleRef> memo_;
};

}  // namespace

Pickle read_pickle(const ByteSource& source, const std::function<bool(std::string_view name)>& allows) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{64}
                                       << 20;  // a value takes some 50 bytes for each that it has here
  if (source.size() > kMostBytes) {
    throw Error("{}: a pickle of {} bytes, at most {} are read", source.name(), source.size(), kMostBytes);
  }
  return Machine(source, allows).run();
}

}  // namespace wick
