#pragma once
// Python's pickles as data: https://docs.python.org/3/library/pickletools.html
//
// A pickle is a program for a small stack machine that may call any function. This one calls none: what it would call
// is kept as what it is, the name of a function and its arguments, if the reader allows that name at all.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/byte_source.h"

namespace wick {

/// A value by its place in Pickle::values, where the same one may stand in several others, and even in itself.
using PickleRef = std::uint32_t;

struct PickleSequence {  // a list, a tuple or a set
  std::vector<PickleRef> items;
};
struct PickleDict {
  std::vector<std::pair<PickleRef, PickleRef>> items;  // in the order of writing; a key that comes twice is not found
};
struct PickleGlobal {
  std::string name;  // "torch._utils._rebuild_tensor_v2"
};
struct PickleCall {
  PickleRef function, arguments;
};
struct PicklePersistent {  // what the program that wrote it keeps elsewhere
  PickleRef id;
};
struct PickleNone {};

using PickleValue = std::variant<PickleNone, bool, std::int64_t, double, std::string, PickleSequence, PickleDict,
                                 PickleGlobal, PickleCall, PicklePersistent>;

struct Pickle {
  std::vector<PickleValue> values;
  PickleRef root = 0;

  const PickleValue& operator[](PickleRef ref) const { return values[ref]; }
  /// A value if it is of type T, else null.
  template <class T>
  const T* get(PickleRef ref) const {
    return std::get_if<T>(&values[ref]);
  }
};

/// Reads a pickle of protocol 2 or later. collections.OrderedDict becomes a dict and the attributes that one may have
/// are dropped; any other global must be one that `allows` takes. Throws Error for one that is not, naming it, and for
/// an operation that plain data does not need.
Pickle read_pickle(const ByteSource& source, const std::function<bool(std::string_view name)>& allows);

}  // namespace wick
