#pragma once
// The words of a window's segments: punctuation joined to them, pauses cut from them.
#include <vector>

#include "models/segment.h"
#include "models/whisper_words.h"

namespace wick {

/// Gives the segments of one window their words, as add_word_timestamps of whisper/timing.py does, and begins and ends
/// each where its first and last word do. `words` are those of all segments' text, in order; `offset`, seconds, is
/// where the window begins; before it, speech ended at `last_speech`.
void assign_words(std::vector<Segment>& segments, std::vector<AlignedWord> words, TokenId eot, double offset,
                  double last_speech);

}  // namespace wick
