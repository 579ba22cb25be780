#pragma once
// A conversation's handle, which measuring looks into.
#include "models/chat.h"

struct wick_chat {
  wick::Chat chat;
  wick::GenerationStep last;
};
