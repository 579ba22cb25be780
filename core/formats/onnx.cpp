#include "core/formats/onnx.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/computed_source.h"
#include "core/error.h"
#include "core/formats/protobuf.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

constexpr std::size_t kMostDimensions = 8;

constexpr std::uint64_t message(std::uint32_t number) { return proto_key(number, ProtoWire::bytes); }
constexpr std::uint64_t integer(std::uint32_t number) { return proto_key(number, ProtoWire::varint); }

/// TensorProto: what it says of itself, and where its elements are.
struct Array {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::uint64_t type = 0;
  std::uint64_t offset = 0, bytes = 0;
  const char* problem = nullptr;  // why the elements cannot be read where they lie
  bool varints = false;           // they are integers, or halves, of varying length
};

/// NodeProto, as far as it names weights.
struct Node {
  std::string name, operation;
  std::vector<std::string> inputs;
  std::optional<Array> constant;
};

struct Graph {
  std::vector<Array> initialisers;
  std::vector<Node> nodes;
};

/// Those of the format's element types that DType has, by their number there.
std::optional<DType> element_type(std::uint64_t number) {
  constexpr std::pair<std::uint64_t, DType> kTypes[] = {
      {1, DType::f32}, {2, DType::u8},      {3, DType::i8},   {6, DType::i32},
      {7, DType::i64}, {9, DType::boolean}, {10, DType::f16}, {16, DType::bf16},
  };
  for (const auto& [known, type] : kTypes) {
    if (known == number) return type;
  }
  return {};
}

std::string text_of(BinaryReader& in, const ProtoField& field) { return in.text(field.size(), "a name"); }

void add_dimension(const BinaryReader& in, Array& array, std::uint64_t size) {
  if (array.shape.size() == kMostDimensions) {
    throw Error("{}: tensor '{}' has more than {} dimensions", in.file(), shown(array.name), kMostDimensions);
  }
  array.shape.push_back(size);
}

void set_elements(Array& array, const ProtoField& field) {
  if (array.bytes > 0) array.problem = "is written in pieces";
  array.offset = field.begin;
  array.bytes = field.size();
}

Array read_array(BinaryReader& in, std::uint64_t end) {
  Array array;
  for_each_proto_field(in, end, [&](const ProtoField& field) {
    switch (field.key) {
      case integer(1):
        add_dimension(in, array, field.value);
        break;
      case message(1):  // all dimensions at once
        while (in.offset() < field.end) add_dimension(in, array, read_varint(in));
        break;
      case integer(2):
        array.type = field.value;
        break;
      case message(4):  // floats
      case message(9):  // any type
        set_elements(array, field);
        break;
      case proto_key(4, ProtoWire::fixed32):
        array.problem = "is written in pieces";
        break;
      case message(5):  // 32-bit and smaller
      case message(7):  // 64-bit
      case integer(5):
      case integer(7):
        array.varints = true;
        break;
      case message(8):
        array.name = text_of(in, field);
        break;
      case integer(14):
        if (field.value != 0) array.problem = "lies in another file";
        break;
      default:
        break;
    }
  });
  return array;
}

/// AttributeProto: its value, if that is an array.
std::optional<Array> read_attribute(BinaryReader& in, std::uint64_t end) {
  std::optional<Array> value;
  for_each_proto_field(in, end, [&](const ProtoField& field) {
    if (field.key == message(5)) value = read_array(in, field.end);
  });
  return value;
}

Node read_node(BinaryReader& in, std::uint64_t end) {
  Node node;
  for_each_proto_field(in, end, [&](const ProtoField& field) {
    switch (field.key) {
      case message(1):
        node.inputs.push_back(text_of(in, field));
        break;
      case message(3):
        node.name = text_of(in, field);
        break;
      case message(4):
        node.operation = text_of(in, field);
        break;
      case message(5):
        if (auto value = read_attribute(in, field.end)) node.constant = std::move(value);
        break;
      default:
        break;
    }
  });
  return node;
}

void read_graph(BinaryReader& in, std::uint64_t end, Graph& graph) {
  for_each_proto_field(in, end, [&](const ProtoField& field) {
    if (field.key == message(1)) graph.nodes.push_back(read_node(in, field.end));
    if (field.key == message(5)) graph.initialisers.push_back(read_array(in, field.end));
  });
}

/// A node's name as a path of modules, "patch_embed.seq.0.c.Conv" for "/patch_embed/seq/seq.0/c/Conv": a list and its
/// item are two steps there.
std::string dotted(std::string_view node) {
  std::string path;
  std::string_view last;
  while (!node.empty()) {
    const std::size_t length = std::min(node.find('/'), node.size());
    const std::string_view step = node.substr(0, length);
    node.remove_prefix(std::min(length + 1, node.size()));
    if (step.empty()) continue;
    if (!last.empty() && step.starts_with(last) && step.substr(last.size()).starts_with('.')) {
      path.resize(path.size() - last.size());
    } else if (!path.empty()) {
      path += '.';
    }
    path += step;
    last = step;
  }
  return path;
}

/// What the module of a node calls its input `index`; null where that cannot be told.
const char* role_of(const Node& node, std::size_t index, const Array& array) {
  const std::string_view op = node.operation;
  if (op == "Conv" || op == "ConvTranspose" || op == "Gemm") {
    return index == 1 ? ".weight" : index == 2 ? ".bias" : nullptr;
  }
  if (op == "MatMul") return index == 1 && array.shape.size() == 2 ? ".weight" : nullptr;
  return op == "Mul" ? ".weight" : op == "Add" ? ".bias" : nullptr;
}

/// A stored matrix [rows, columns] of elements of type T, read as [columns, rows]. It is turned as a whole when its
/// first row is read, and forgotten after its last.
template <class T>
ComputedSource::Rows transposed(const SourcePtr& source, std::uint64_t offset, Index rows, Index columns) {
  return [=, turned = std::vector<T>()](Index first, Index count, std::span<std::byte> into) mutable {
    if (turned.empty()) {
      constexpr Index kTogether = 16;  // rows that are written side by side, so that they stay in cache
      std::vector<T> stored(static_cast<std::size_t>(rows * columns));
      source->read(offset, std::as_writable_bytes(std::span(stored)));
      turned.resize(stored.size());
      for (Index begin = 0; begin < columns; begin += kTogether) {
        for (Index row = 0; row < rows; ++row) {
          for (Index column = begin; column < std::min(begin + kTogether, columns); ++column)
            turned[static_cast<std::size_t>(column * rows + row)] =
                stored[static_cast<std::size_t>(row * columns + column)];
        }
      }
    }
    std::memcpy(into.data(), turned.data() + first * rows, into.size());
    if (first + count == columns) turned = {};
  };
}

/// Adds the tensors of a graph to a checkpoint of one source.
class Weights {
 public:
  explicit Weights(Checkpoint& checkpoint)
      : checkpoint_(checkpoint), computed_(std::make_shared<ComputedSource>(checkpoint.name())) {}

  void add(const Graph& graph) {
    for (const Array& array : graph.initialisers) {
      if (array.varints && !is_half(array)) continue;
      if (!array.name.starts_with("onnx::")) {
        add_stored(array.name, array);
      } else {
        nameless_.emplace(array.name, &array);
      }
    }
    for (const Node& node : graph.nodes) add_inputs(node);
    for (const Node& node : graph.nodes) {
      if (node.operation == "Constant" && node.constant && is_weight(*node.constant))
        add_stored(dotted(node.name), *node.constant);
    }
    if (computed_->size() > 0) checkpoint_.sources.push_back(computed_);
  }

 private:
  static bool is_half(const Array& array) {
    const auto type = element_type(array.type);
    return type == DType::f16 || type == DType::bf16;
  }
  static bool is_weight(const Array& constant) {
    const auto type = element_type(constant.type);
    return constant.shape.size() >= 2 && type && is_float(*type) && !constant.varints;
  }

  /// The node's weights that have no name of their own.
  void add_inputs(const Node& node) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto found = nameless_.find(node.inputs[i]);
      if (found == nameless_.end()) continue;
      const Array& array = *found->second;
      const char* role = role_of(node, i, array);
      if (!role && !is_weight(array)) continue;  // where to slice, what to pad
      const std::string name = name_for(node, role, array);
      if (checkpoint_.find(name)) continue;  // the node has it twice
      if (role && node.operation == "MatMul") {
        add_transposed(name, array);
      } else {
        add_stored(name, array);
      }
    }
  }

  /// The first that is free of: the parameter of the node's module, the node, the file's own name.
  std::string name_for(const Node& node, const char* role, const Array& array) const {
    const std::string path = dotted(node.name);
    const std::size_t module = path.rfind('.');
    if (role && module != std::string::npos) {
      std::string name = path.substr(0, module) + role;
      if (!checkpoint_.find(name)) return name;
    }
    return path.empty() || checkpoint_.find(path) ? array.name : path;
  }

  DType type_of(const std::string& name, const Array& array) const {
    const char* problem = array.varints ? "is written number by number" : array.problem;
    if (problem) throw Error("{}: tensor '{}' {}, which is not supported", checkpoint_.name(), shown(name), problem);
    if (const auto type = element_type(array.type)) return *type;
    throw Error("{}: tensor '{}' has elements of ONNX's type {}, which is not supported", checkpoint_.name(),
                shown(name), array.type);
  }

  const TensorInfo& add_stored(const std::string& name, const Array& array) {
    const TensorInfo& tensor = add_tensor(checkpoint_, {name, type_of(name, array), array.shape, array.offset}, 0);
    if (tensor.bytes != array.bytes) {
      throw Error("{}: tensor '{}' of {} {} takes {} bytes, the file has {}", checkpoint_.name(), shown(name),
                  info(tensor.type).name, shape_text(std::span(array.shape)), tensor.bytes, array.bytes);
    }
    return tensor;
  }

  /// Checks a matrix as it is stored, then puts the computed one in its place.
  void add_transposed(const std::string& name, const Array& array) {
    add_stored(name, array);
    TensorInfo& tensor = checkpoint_.tensors.find(name)->second;
    const Index rows = tensor.shape[0], columns = tensor.shape[1], size = info(tensor.type).bytes;
    std::swap(tensor.shape[0], tensor.shape[1]);
    if (tensor.bytes == 0) return;
    if (!is_float(tensor.type)) {
      throw Error("{}: tensor '{}' is a matrix of {}, which is not supported", checkpoint_.name(), shown(name),
                  info(tensor.type).name);
    }
    const SourcePtr& source = checkpoint_.sources[0];
    tensor.offset = computed_->add(columns, static_cast<std::uint64_t>(rows * size),
                                   size == 4 ? transposed<std::uint32_t>(source, tensor.offset, rows, columns)
                                             : transposed<std::uint16_t>(source, tensor.offset, rows, columns));
    tensor.source = 1;
  }

  Checkpoint& checkpoint_;
  std::shared_ptr<ComputedSource> computed_;  // becomes the checkpoint's source 1
  std::map<std::string, const Array*, std::less<>> nameless_;
};

}  // namespace

bool is_onnx(std::string_view start) {
  constexpr char kVersion = integer(1);
  constexpr char kNext[] = {message(2), message(3), message(7), message(8)};
  return start.size() > 2 && start[0] == kVersion && start[1] > 0 && start[1] < 32 &&
         std::find(std::begin(kNext), std::end(kNext), start[2]) != std::end(kNext);
}

Checkpoint read_onnx(const SourcePtr& source) {
  Checkpoint checkpoint;
  checkpoint.format = "onnx";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(source);
  BinaryReader in(*source);
  std::optional<Graph> graph;
  for_each_proto_field(in, source->size(), [&](const ProtoField& field) {
    if (field.key == message(2)) checkpoint.metadata.values["onnx.producer"] = text_of(in, field);
    if (field.key == message(7)) read_graph(in, field.end, graph ? *graph : graph.emplace());
  });
  if (!graph) throw Error("{}: an ONNX model without a graph", source->name());
  Weights(checkpoint).add(*graph);
  return checkpoint;
}

}  // namespace wick
