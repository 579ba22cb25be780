#pragma once
// The parts that all pages are made of. Each tells the probe its name, which is its label unless another is given after
// "##".
#include "buttons.h"
#include "choices.h"
#include "fields.h"
#include "fonts.h"
#include "key_cap.h"
#include "notes.h"
#include "surfaces.h"
#include "words.h"
