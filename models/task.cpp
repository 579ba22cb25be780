#include "models/task.h"

#include "core/error.h"
#include "models/sam_names.h"
#include "models/whisper.h"

namespace wick {

Task task_of(const Checkpoint& checkpoint) {
  return is_whisper(checkpoint) ? Task::speech : is_sam(checkpoint) ? Task::segment : Task::chat;
}

void require_task(const Checkpoint& checkpoint, Task wanted) {
  const Task found = task_of(checkpoint);
  if (found == wanted) return;
  if (wanted == Task::chat) {
    throw Error("{}: {} and not to chat", checkpoint.name(),
                found == Task::speech ? "a Whisper model, made to transcribe speech"
                                      : "a Segment Anything model, made to segment pictures");
  }
  throw Error("{}: {}", checkpoint.name(),
              wanted == Task::speech ? "not a Whisper model: it cannot transcribe speech"
                                     : "not a Segment Anything model: it cannot segment pictures");
}

}  // namespace wick
