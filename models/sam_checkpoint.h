#pragma once
// Segment Anything's weights from every format that has them, as one checkpoint.
#include <vector>

#include "core/checkpoint.h"

namespace wick {

/// The tensors of a Segment Anything model under the names of segment-anything's or MobileSAM's state dict, whatever
/// they are called in its files (a whole model, or the two halves of one in ONNX), and as inference wants them:
/// - a convolution and the batch norm behind it ("....c", "....bn") are one, "....c.weight" and "....c.bias", in f32;
/// - TinyViT's attention_biases are [heads, window^2], by |dy| * window + |dx|, also where ONNX has them for each pair
///   of places;
/// - the weights of a norm over channels are [channels], and of what ONNX joins, the tokens are apart again.
/// Tensors that inference does not use may be among them. They are computed as they are read.
///
/// Throws Error if the image encoder or the mask decoder is missing, or a batch norm does not fit its convolution.
Checkpoint sam_checkpoint(std::vector<Checkpoint> files);

/// As above from a checkpoint that is_sam, with the other half of an ONNX model that `open` finds beside it.
Checkpoint sam_checkpoint(Checkpoint file, const OpenSibling& open);

}  // namespace wick
