#pragma once
// What comes through a pipe, as a file: formats of sound are not all read in one go.
#include <string>

#include "core/byte_source.h"

namespace wick {

/// All that can be read from `descriptor`, kept in a temporary file that has no name and ends with the source. Throws
/// Error if it cannot be read, or the folder for temporary files cannot hold it.
SourcePtr pipe_source(std::string name, int descriptor);

}  // namespace wick
