#pragma once
// PyTorch's checkpoints, as torch.save writes them since version 1.6: a zip archive of a pickle and the tensors' bytes.
// https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
#include <string_view>

#include "core/checkpoint.h"

namespace wick {

/// Whether a file that starts so is a zip archive, as these are.
bool is_zip(std::string_view start);

/// Reads a checkpoint of a state dict: its tensors under their keys, those of a dict in a dict as "outer.inner". Where
/// the weights are one of several things that a training kept, under "state_dict", "model_state_dict" or "model", they
/// are read without that prefix, and of the others ("epoch", "dims.n_mels") only numbers and texts, as metadata, which
/// those beside the tensors are too.
///
/// The pickle is read as data: nothing in it runs, and one that wants more than tensors and containers is an Error that
/// names what (read_pickle). So is a tensor that is not contiguous, or of a type that DType lacks.
Checkpoint read_pytorch(const SourcePtr& source);

}  // namespace wick
