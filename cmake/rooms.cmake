# A room is a folder and a target. A header is included by its path below the room's name ("core/tensor.h"), and only
# the rooms that a target links are on its include path, so an arrow against the design does not compile.

# wick_room(NAME [DEPENDS room...] [EXCLUDE regex]): a static library of every .cpp below the current folder.
function(wick_room name)
  cmake_parse_arguments(ARG "" "EXCLUDE" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${ARG_EXCLUDE})
  endif()
  add_library(wick_${name} STATIC ${sources})
  add_library(wick::${name} ALIAS wick_${name})
  set(headers ${CMAKE_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${headers})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${headers}/${name} SYMBOLIC)
  target_include_directories(wick_${name} PUBLIC ${headers})
  target_link_libraries(wick_${name} PRIVATE wick_warnings)
  foreach(room IN LISTS ARG_DEPENDS)
    target_link_libraries(wick_${name} PUBLIC wick::${room})
  endforeach()
endfunction()
