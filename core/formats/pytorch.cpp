#include "core/formats/pytorch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/pickle.h"
#include "core/formats/tensor_table.h"
#include "core/formats/zip.h"

namespace wick {
namespace {

constexpr int kMostDepth = 64;  // of dicts in dicts
constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildParameter = "torch._utils._rebuild_parameter";

/// The storages whose elements DType has, by the class that a pickle names.
std::optional<DType> storage_type(std::string_view name) {
  constexpr std::pair<std::string_view, DType> kTypes[] = {
      {"torch.FloatStorage", DType::f32}, {"torch.HalfStorage", DType::f16},     {"torch.BFloat16Storage", DType::bf16},
      {"torch.CharStorage", DType::i8},   {"torch.ByteStorage", DType::u8},      {"torch.IntStorage", DType::i32},
      {"torch.LongStorage", DType::i64},  {"torch.BoolStorage", DType::boolean},
  };
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return {};
}

bool is_known(std::string_view global) {
  return global == kRebuildTensor || global == kRebuildParameter ||
         (global.starts_with("torch.") && global.ends_with("Storage") && global.find('.', 6) == std::string_view::npos);
}

const ZipMember& require_stored(const std::string& file, const ZipDirectory& members, const std::string& name) {
  const auto found = members.find(name);
  if (found == members.end()) throw Error("{}: '{}' is missing in the archive", file, shown(name));
  if (!found->second.stored) {
    throw Error("{}: '{}' in the archive is compressed, which PyTorch's are not", file, shown(name));
  }
  return found->second;
}

SourcePtr extract(const ByteSource& source, const ZipMember& member, const std::string& name) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
  if (member.size > kMostBytes) throw Error("{}: has {} bytes", name, member.size);
  std::vector<std::byte> bytes(static_cast<std::size_t>(member.size));
  source.read(member.offset, bytes);
  return memory_source(name, std::move(bytes));
}

/// What the archive's members have before their names: the folder of the data.pkl that lies highest.
std::string folder_of(const ByteSource& source, const ZipDirectory& members) {
  constexpr std::string_view kPickle = "data.pkl";
  const std::string* found = nullptr;
  for (const auto& [name, member] : members) {
    const bool is_pickle = name == kPickle || name.ends_with(std::string("/").append(kPickle));
    if (is_pickle && (!found || name.size() < found->size())) found = &name;
  }
  if (!found) throw Error("{}: a zip archive without a data.pkl; expected a PyTorch checkpoint", source.name());
  return found->substr(0, found->size() - kPickle.size());
}

/// Turns a pickle's values into tensors and metadata.
class StateDict {
 public:
  StateDict(Checkpoint& checkpoint, const Pickle& pickle, const ZipDirectory& members, std::string folder)
      : checkpoint_(checkpoint), pickle_(pickle), members_(members), folder_(std::move(folder)) {}

  void read() {
    PickleRef root = pickle_.root;
    for (int depth = 0; depth < kMostDepth; ++depth) {
      const auto weights = weights_among(root);
      if (!weights) break;
      for (const auto& [key, value] : pickle_.get<PickleDict>(root)->items)
        if (value != *weights) visit(key_text(key), value, false);
      root = *weights;
    }
    seen_.clear();
    visit("", root, true);
    if (checkpoint_.tensors.empty()) throw Error("{}: has no dict of tensors: not a state dict", checkpoint_.name());
  }

 private:
  bool is_tensor(PickleRef ref) const { return pickle_.get<PickleCall>(ref) != nullptr; }

  /// The dict of weights in one that has no tensors itself.
  std::optional<PickleRef> weights_among(PickleRef ref) const {
    const auto* dict = pickle_.get<PickleDict>(ref);
    if (!dict) return {};
    for (const auto& [key, value] : dict->items)
      if (is_tensor(value)) return {};
    for (const char* name : {"state_dict", "model_state_dict", "model"}) {
      for (const auto& [key, value] : dict->items) {
        const auto* text = pickle_.get<std::string>(key);
        if (text && *text == name && pickle_.get<PickleDict>(value)) return value;
      }
    }
    return {};
  }

  /// Empty for a key that is neither a text nor a number.
  std::string key_text(PickleRef key) const {
    if (const auto* text = pickle_.get<std::string>(key)) return *text;
    if (const auto* number = pickle_.get<std::int64_t>(key)) return fmt::format("{}", *number);
    return {};
  }

  /// A value and all in it, each dict once however often it stands there.
  void visit(const std::string& name, PickleRef ref, bool tensors, int depth = 0) {
    if (depth > kMostDepth) throw Error("{}: more than {} dicts in each other", checkpoint_.name(), kMostDepth);
    if (const auto* dict = pickle_.get<PickleDict>(ref)) {
      if (!seen_.insert(ref).second) return;
      for (const auto& [key, value] : dict->items) {
        const std::string inner = key_text(key);
        const char* dot = name.empty() || inner.empty() ? "" : ".";
        visit(fmt::format("{}{}{}", name, dot, inner), value, tensors, depth + 1);
      }
    } else if (is_tensor(ref)) {
      if (tensors) add(name, ref);
    } else {
      add_metadata(name, ref);
    }
  }

  void add_metadata(const std::string& name, PickleRef ref) {
    auto& values = checkpoint_.metadata.values;
    if (const auto* flag = pickle_.get<bool>(ref)) values.insert_or_assign(name, *flag);
    if (const auto* number = pickle_.get<std::int64_t>(ref)) values.insert_or_assign(name, *number);
    if (const auto* number = pickle_.get<double>(ref)) values.insert_or_assign(name, *number);
    if (const auto* text = pickle_.get<std::string>(ref)) values.insert_or_assign(name, *text);
  }

  [[noreturn]] void fail(const std::string& name, const char* why) const {
    throw Error("{}: tensor '{}' {}", checkpoint_.name(), shown(name), why);
  }

  /// The arguments of a call of `function`, at least `count`.
  const std::vector<PickleRef>* arguments_of(PickleRef ref, std::string_view function, std::size_t count) const {
    const auto* call = pickle_.get<PickleCall>(ref);
    const auto* global = call ? pickle_.get<PickleGlobal>(call->function) : nullptr;
    if (!global || global->name != function) return nullptr;
    const auto& items = pickle_.get<PickleSequence>(call->arguments)->items;
    return items.size() >= count ? &items : nullptr;
  }

  std::uint64_t number_of(const std::string& name, PickleRef ref) const {
    const auto* number = pickle_.get<std::int64_t>(ref);
    if (!number || *number < 0) fail(name, "has something else where its sizes should be: corrupt");
    return static_cast<std::uint64_t>(*number);
  }
  std::vector<std::uint64_t> numbers_of(const std::string& name, PickleRef ref) const {
    constexpr std::size_t kMostDimensions = 8;
    const auto* sequence = pickle_.get<PickleSequence>(ref);
    if (!sequence || sequence->items.size() > kMostDimensions) fail(name, "has no shape of at most 8 sizes");
    std::vector<std::uint64_t> numbers;
    for (const PickleRef item : sequence->items) numbers.push_back(number_of(name, item));
    return numbers;
  }

  struct Storage {
    DType type;
    ZipMember member;
  };

  /// ("storage", its class, the member's name, the device that it was on, the number of elements)
  Storage storage_of(const std::string& name, PickleRef ref) const {
    const auto* persistent = pickle_.get<PicklePersistent>(ref);
    const auto* id = persistent ? pickle_.get<PickleSequence>(persistent->id) : nullptr;
    if (!id || id->items.size() < 3) fail(name, "has no storage");
    const auto* type = pickle_.get<PickleGlobal>(id->items[1]);
    const auto* key = pickle_.get<std::string>(id->items[2]);
    if (!type || !key) fail(name, "has no storage");
    const auto element = storage_type(type->name);
    if (!element) {
      throw Error("{}: tensor '{}' is in a {}, which is not supported", checkpoint_.name(), shown(name),
                  shown(type->name));
    }
    return {*element, require_stored(checkpoint_.name(), members_, folder_ + "data/" + *key)};
  }

  void add(const std::string& name, PickleRef ref) {
    if (const auto* parameter = arguments_of(ref, kRebuildParameter, 1)) ref = parameter->front();
    const auto* arguments = arguments_of(ref, kRebuildTensor, 4);
    if (!arguments) fail(name, "is made of something else than a storage");
    const Storage storage = storage_of(name, (*arguments)[0]);
    const std::uint64_t first = number_of(name, (*arguments)[1]);
    const auto shape = numbers_of(name, (*arguments)[2]), strides = numbers_of(name, (*arguments)[3]);
    check_contiguous(name, shape, strides);
    const auto size = static_cast<std::uint64_t>(info(storage.type).bytes);
    if (first > storage.member.size / size) fail(name, "begins past the end of its storage");
    const TensorInfo& tensor =
        add_tensor(checkpoint_, {name, storage.type, shape, storage.member.offset + first * size}, 0);
    if (tensor.bytes > storage.member.size - first * size) fail(name, "reaches past the end of its storage");
  }

  void check_contiguous(const std::string& name, const std::vector<std::uint64_t>& shape,
                        const std::vector<std::uint64_t>& strides) const {
    std::uint64_t step = 1;
    bool contiguous = shape.size() == strides.size();
    for (std::size_t dim = shape.size(); contiguous && dim-- > 0;) {
      if (shape[dim] == 0) return;
      contiguous = shape[dim] == 1 || strides[dim] == step;
      step *= shape[dim];  // one that overflows is of a shape that add_tensor refuses
    }
    if (contiguous) return;
    throw Error("{}: tensor '{}' of shape {} has strides {}: it is not contiguous, which is not supported",
                checkpoint_.name(), shown(name), shape_text(std::span(shape)), shape_text(std::span(strides)));
  }

  Checkpoint& checkpoint_;
  const Pickle& pickle_;
  const ZipDirectory& members_;
  std::string folder_;
  std::set<PickleRef> seen_;
};

void check_byte_order(const ByteSource& source, const ZipDirectory& members, const std::string& folder) {
  const auto found = members.find(folder + "byteorder");
  if (found == members.end()) return;  // older than the entry, and of a machine like ours
  const std::string order = read_text(*extract(source, found->second, source.name()));
  if (order != "little") throw Error("{}: its byte order is '{}', expected 'little'", source.name(), shown(order));
}

}  // namespace

bool is_zip(std::string_view start) { return start.starts_with("PK\3\4"); }

Checkpoint read_pytorch(const SourcePtr& source) {
  Checkpoint checkpoint;
  checkpoint.format = "pytorch";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(source);
  const ZipDirectory members = read_zip_directory(*source);
  const std::string folder = folder_of(*source, members);
  check_byte_order(*source, members, folder);
  const ZipMember& pickled = require_stored(source->name(), members, folder + "data.pkl");
  const SourcePtr data = extract(*source, pickled, source->name() + ": data.pkl");
  const Pickle pickle = read_pickle(*data, is_known);
  StateDict(checkpoint, pickle, members, folder).read();
  return checkpoint;
}

}  // namespace wick
