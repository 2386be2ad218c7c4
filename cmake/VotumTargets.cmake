# Settings shared by all targets: language level, warnings, include root; and two helpers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(VOTUM_FUZZ "Instrument everything of ours for libFuzzer, which is led by coverage" OFF)
set(VOTUM_SANITIZE "" CACHE STRING "Sanitizers for everything of ours: 'address,undefined' or 'thread'")

find_program(CCACHE ccache)
if(CCACHE)
  # Build trees at the same depth share objects: paths are relative, the working directory is not
  # hashed. The dependencies of a source come from the compiler's list, because a precompiled header
  # cannot be preprocessed again.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
                                  CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()

# Whoever finds a fault in a program finds no table of functions there to overwrite. tests/hardened.sh looks for this.
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)

if(VOTUM_SANITIZE)
  add_compile_options(-fsanitize=${VOTUM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${VOTUM_SANITIZE})
endif()

if(VOTUM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The sources of test programs are compiled in half the time without optimization, and what they test is not in them. glibc's
# checks of lengths need optimization.
set(VOTUM_TEST_FLAGS -O0 -U_FORTIFY_SOURCE)

include(VotumPch)

# votum_room(TARGET): targets that link TARGET can include the headers of its folder as "folder/name.h". Only the folder
# itself is on the include path (a symbolic link in the build tree), so that a target can include only rooms that it links.
function(votum_room target)
  file(RELATIVE_PATH room ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${room})
  set(root ${CMAKE_BINARY_DIR}/rooms/${name})
  get_filename_component(parent ${root}/${room} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${room} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${root})
endfunction()

# A compiler spends most of a small file's time on the templates of headers, each time anew. So a few sources of a target are
# compiled as one, except in the preset dev, which is for work on single files: there each must include what it uses. Names in
# the unnamed namespaces of one target are therefore different, or stand in a class.
option(VOTUM_UNITY "Compile several sources of a target as one" OFF)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)

# votum_apart(SOURCE...): sources of this folder that are compiled each for itself all the same.
function(votum_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# votum_target_defaults(TARGET [TEST]): warnings are errors in our code, never in generated or system code.
function(votum_target_defaults target)
  votum_use_pch(${target} ${ARGN})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${VOTUM_UNITY})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                           -Wno-unused-parameter -Wno-missing-field-initializers -Werror)
  votum_room(${target})
endfunction()

# votum_library(NAME SOURCES a.cc b.cc DEPS x y PRIVATE z): a static library. DEPS are the libraries that its headers
# include, PRIVATE those that only its sources include.
function(votum_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  votum_target_defaults(${name})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE})
endfunction()

# votum_without_grpc(TARGET...): their sources may not name gRPC, whose headers every compiler finds.
function(votum_without_grpc)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE "SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/without_grpc.h")
  endforeach()
endfunction()

# votum_without_protobuf(TARGET...): the same for protobuf.
function(votum_without_protobuf)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE "SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/without_protobuf.h")
  endforeach()
endfunction()

# votum_pure(TARGET...): the same for databases.
function(votum_pure)
  votum_without_grpc(${ARGN})
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE "SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/pure.h")
  endforeach()
endfunction()

# votum_cold(TARGET...): their code runs once for what a person types, or when a process starts. Without inlining by cost it is
# compiled in three quarters of the time.
function(votum_cold)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-fno-inline-functions>)
  endforeach()
endfunction()

# votum_test(NAME SOURCES a_test.cc DEPS x y [TIMEOUT seconds] [LABELS l]): a GoogleTest program, each case known to ctest.
# The programs labelled unit or unit-grpc are built by the target unit_tests. A program labelled long runs with script/test --all.
add_custom_target(unit_tests)
function(votum_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  votum_target_defaults(${name} TEST)
  target_compile_options(${name} PRIVATE ${VOTUM_TEST_FLAGS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(ARG_LABELS MATCHES unit)
    add_dependencies(unit_tests ${name})
  endif()
  if(ARG_LABELS STREQUAL unit-grpc)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/harness/openssl_at_exit.cc)
    target_link_libraries(${name} PRIVATE OpenSSL::Crypto)
  endif()
  # Those that may take long begin first, so that no processor waits for the last of them.
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# votum_fuzzer(NAME SOURCES x_fuzz.cc DEPS y): a libFuzzer program. All of them are built by the target fuzzers, and by no other:
# the preset fuzz finds new inputs with them, the preset asan replays known ones, for which it needs no coverage of our libraries.
if(VOTUM_SANITIZE MATCHES address)
  add_custom_target(fuzzers)
endif()
function(votum_fuzzer name)
  if(NOT TARGET fuzzers)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  votum_target_defaults(${name})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  add_dependencies(fuzzers ${name})
endfunction()
