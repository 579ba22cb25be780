#pragma once
// What a model is for.
#include "core/checkpoint.h"

namespace wick {

enum class Task { chat, speech, segment };

/// What the model of these files does, whatever their format.
Task task_of(const Checkpoint& checkpoint);
/// Throws Error naming the file, and saying what its model does, unless that is `wanted`.
void require_task(const Checkpoint& checkpoint, Task wanted);

}  // namespace wick
