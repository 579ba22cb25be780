// A table of tensors, a line for each ("encoder.conv1.bias f16 64"), and after a zero byte the config.json: a Whisper
// whose weights are all zero hears and writes, or an Error. The containers of files have fuzzers of their own.
#include <algorithm>
#include <sstream>

#include "models/whisper.h"
#include "read_everything.h"

namespace {

using namespace wick;

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;  // of a tensor

/// What a reader of files has checked: sizes that agree and lie inside the file.
bool add_tensor(Checkpoint& checkpoint, const std::string& line) {
  std::istringstream words(line);
  std::string name, type_name;
  words >> name >> type_name;
  TensorInfo tensor{name, DType::f32, {}, 0, 0, 0};
  for (const DType type : {DType::f16, DType::bf16, DType::q8_0, DType::q4_0}) {
    if (type_name == info(type).name) tensor.type = type;
  }
  std::uint64_t elements = 1;
  for (Index size; words >> size;) {
    if (size < 0 || size > 1 << 20 || tensor.shape.size() == 8) return false;
    tensor.shape.push_back(size);
    elements *= static_cast<std::uint64_t>(size);
    if (elements > kMostBytes / 4) return false;
  }
  if (!tensor.shape.empty() && tensor.shape.back() % info(tensor.type).block != 0) return false;
  if (tensor.shape.empty() && info(tensor.type).block != 1) return false;
  tensor.bytes = static_cast<std::uint64_t>(row_bytes(tensor.type, static_cast<Index>(elements)));
  checkpoint.tensors.insert_or_assign(name, std::move(tensor));
  return true;
}

void hear_and_write(const Whisper& model) {
  const WhisperConfig& c = model.config();
  if (c.audio_context > 256) return;  // right, and slow
  const AudioMemory audio = model.remember(model.encode(Tensor::randn({c.frames(), c.mels}, 7, model.device())));
  const std::vector<TokenId> tokens(static_cast<std::size_t>(std::min(c.text_context, Index{3})), 0);
  model.read(tokens, audio);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SourcePtr zeros = memory_source("zeros", std::vector<std::byte>(kMostBytes));
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = input.find('\0');
  ModelFiles files;
  files.checkpoint.sources.push_back(zeros);
  std::istringstream table(input.substr(0, zero));
  for (std::string line; std::getline(table, line);) {
    if (!add_tensor(files.checkpoint, line)) return 0;
  }
  if (zero != std::string::npos) {
    files.config = nlohmann::ordered_json::parse(input.substr(zero + 1), nullptr, false);
    if (files.config.is_discarded()) return 0;
  }
  try {
    const auto quantize = size % 3 == 0 ? std::optional(DType::q8_0) : std::nullopt;
    const auto precision = size % 2 == 0 ? Precision::fast : Precision::precise;
    hear_and_write(*WhisperLoader(files, Device::cpu(1), precision, quantize).finish());
  } catch (const Error&) {
  }
  return 0;
}
