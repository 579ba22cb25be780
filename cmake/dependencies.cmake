# Third-party code. Header-only packages serve the native and the WebAssembly build alike: each is linked into the
# build tree on its own, because -I/usr/include would mix the host's headers with Emscripten's.
function(wick_header_only name)
  add_library(${name} INTERFACE)
  set(folder ${CMAKE_BINARY_DIR}/headers/${name})
  file(MAKE_DIRECTORY ${folder})
  foreach(entry IN LISTS ARGN)
    if(NOT EXISTS /usr/include/${entry})
      message(FATAL_ERROR "/usr/include/${entry} is missing: run ./dev setup")
    endif()
    get_filename_component(leaf ${entry} NAME)
    file(CREATE_LINK /usr/include/${entry} ${folder}/${leaf} SYMBOLIC)
  endforeach()
  target_include_directories(${name} SYSTEM INTERFACE ${folder})
endfunction()

wick_header_only(xsimd xsimd)

# fmt, compiled once: header-only, every file that formats a message would compile all of it again.
wick_header_only(fmt_headers fmt)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/fmt.cpp CONTENT [[
#include <fmt/format-inl.h>
template void fmt::detail::vformat_to(buffer<char>&, string_view, basic_format_args<buffer_context<char>>, locale_ref);
template auto fmt::detail::thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto fmt::detail::decimal_point_impl(locale_ref) -> char;
template void fmt::detail::buffer<char>::append(const char*, const char*);
template auto fmt::detail::dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
template auto fmt::detail::dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;
template FMT_API fmt::detail::locale_ref::locale_ref(const std::locale&);
template FMT_API auto fmt::detail::locale_ref::get<std::locale>() const -> std::locale;
]] @ONLY)
add_library(fmt STATIC ${CMAKE_BINARY_DIR}/fmt.cpp)
target_link_libraries(fmt PUBLIC fmt_headers)

wick_header_only(nlohmann_json nlohmann)
wick_header_only(catch2 catch2)
wick_header_only(eigen eigen3/Eigen eigen3/unsupported)
wick_header_only(cli11 CLI)
wick_header_only(stb stb)

# Parses the headers that most files of a target include once.
function(wick_precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <cmath> <cstring> <functional> <memory> <optional> <span>
    <string> <string_view> <utility> <vector> ${ARGN})
endfunction()

if(NOT EMSCRIPTEN OR WICK_WASM_THREADS)
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads REQUIRED)
endif()
