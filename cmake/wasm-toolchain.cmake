# WebAssembly by Emscripten. With $EMSDK that SDK is used as it is; without, Debian's Emscripten 3.1.6 drives LLVM 19,
# with the optimiser of npm's binaryen (`npm ci` in this checkout). The caller sets no environment variable.
if(DEFINED ENV{EMSDK})
  include("$ENV{EMSDK}/upstream/emscripten/cmake/Modules/Platform/Emscripten.cmake")
  return()
endif()

get_filename_component(_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(_config "${_root}/cmake/emscripten-config.py")
if(NOT EXISTS "${_root}/node_modules/.bin/wasm-opt")
  message(FATAL_ERROR "binaryen is missing: run `npm ci` in ${_root}")
endif()

set(ENV{EM_CONFIG} "${_config}")  # for the tools that configuring starts itself
# For the tools that the build starts: a toolchain file cannot set their environment, but each takes the flag.
set(CMAKE_C_FLAGS_INIT "--em-config ${_config}")
set(CMAKE_CXX_FLAGS_INIT "--em-config ${_config}")
# A module linked at -O3 fails to start with this pairing of tools.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-sWASM_BIGINT")
set(CMAKE_EXE_LINKER_FLAGS_RELEASE_INIT "-O2")
set(CMAKE_AR /usr/bin/llvm-ar-19 CACHE FILEPATH "")
set(CMAKE_RANLIB /usr/bin/llvm-ranlib-19 CACHE FILEPATH "")
set(_node node --no-experimental-fetch)
execute_process(COMMAND node --v8-options OUTPUT_VARIABLE _v8_options)
if(_v8_options MATCHES "--experimental-wasm-relaxed-simd")  # Node 20 has it behind a flag, Node 22 by itself
  list(APPEND _node --experimental-wasm-relaxed-simd)
endif()
set(CMAKE_CROSSCOMPILING_EMULATOR "${_node}" CACHE STRING "" FORCE)
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
