# Options of the whole build. Included before any target exists.
add_compile_options(-ffp-contract=fast)

if(EMSCRIPTEN)
  add_compile_options(-msimd128 -fwasm-exceptions)
  add_link_options(-fwasm-exceptions)
  if(WICK_WASM_THREADS)
    add_compile_options(-pthread)
    add_link_options(-pthread)
  endif()
  if(WICK_WASM_RELAXED)
    add_compile_options(-mrelaxed-simd)
  endif()
elseif(WICK_SANITIZE)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# For targets that parse nothing and are large with headers: AddressSanitizer alone, which takes half the time to compile.
function(wick_sanitize_memory_only target)
  if(WICK_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined,fuzzer-no-link)
  endif()
endfunction()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What ccache wants to be told before it caches files that use a precompiled header.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-fpch-preprocess)
  endif()
endif()

# Warnings for our own code; third-party headers are SYSTEM.
add_library(wick_warnings INTERFACE)
target_compile_options(wick_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Werror)
