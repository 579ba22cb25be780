#pragma once
// The names of Segment Anything's tensors: those of its own PyTorch code, and those that other files give them.
#include <string>
#include <vector>

#include "core/checkpoint.h"

namespace wick {

/// Whether these are the tensors of a Segment Anything model, under any names that sam_checkpoint takes: of a whole one
/// or, in ONNX, of the image encoder or the decoder alone.
bool is_sam(const Checkpoint& checkpoint);

/// The name in segment-anything's or MobileSAM's state dict ("image_encoder.blocks.0.attn.qkv.weight") of a tensor that
/// Hugging Face's transformers name. Any other name is returned as it is, and one of theirs must not be given: the
/// layers of some perceptrons have the same names there for others.
std::string sam_name_of_huggingface(const std::string& name);

/// That name of a tensor of an ONNX file as read_onnx names it, the encoder's or the decoder's. Some tensors there are
/// no weights, or several in one: see sam_checkpoint.
std::string sam_name_of_onnx(const std::string& name);

/// What the file with the other half of an ONNX model may be called: for "mobile-sam.encoder.onnx"
/// "mobile-sam.decoder.onnx", for "encoder.onnx" also "sam.onnx", and the reverse. Names without folders.
std::vector<std::string> sam_other_half(const std::string& name);

}  // namespace wick
