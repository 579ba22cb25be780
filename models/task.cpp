#include "models/task.h"

#include "core/error.h"
#include "models/whisper.h"

namespace wick {

Task task_of(const Checkpoint& checkpoint) { return is_whisper(checkpoint) ? Task::speech : Task::chat; }

void require_task(const Checkpoint& checkpoint, Task wanted) {
  const Task found = task_of(checkpoint);
  if (found == wanted) return;
  throw Error("{}: {}", checkpoint.name(),
              found == Task::speech ? "a Whisper model, made to transcribe speech and not to chat"
                                    : "not a Whisper model: it cannot transcribe speech");
}

}  // namespace wick
