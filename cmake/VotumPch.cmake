# Precompiled system headers, which take most of a small file's compile time. No file may rely on them: each includes what it
# uses, and -DVOTUM_PCH=OFF builds the same tree without them.
#
# There are three, each with the lists (cmake/pch) of those before it: std, protobuf, grpc; each also with the list json, and
# with that for tests. A target takes the widest whose libraries it links, so that none sees headers which it cannot link.

option(VOTUM_PCH "Precompile system headers (clang only)" ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(VOTUM_PCH OFF)
endif()

# clang refuses a precompiled header whose language options differ from those of the including file. Therefore programs and
# libraries share one kind of position-independent code, and all use -pthread.
set(CMAKE_CXX_COMPILE_OPTIONS_PIC -fPIE)
add_compile_options(-pthread)

# votum_make_pch(NAME LISTS a.h b.h [FLAGS f]): cmake/pch/*.h to NAME.pch, by the target votum_pch_NAME.
function(votum_make_pch name)
  cmake_parse_arguments(ARG "" "" "LISTS;FLAGS" ${ARGN})
  list(TRANSFORM ARG_LISTS PREPEND ${PROJECT_SOURCE_DIR}/cmake/pch/)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}}")
  get_directory_property(options COMPILE_OPTIONS)
  set(output ${PROJECT_BINARY_DIR}/pch/${name}.pch)
  set(script ${PROJECT_SOURCE_DIR}/cmake/make_pch.sh)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/pch)
  add_custom_command(OUTPUT ${output}
    COMMAND ${script} ${output} ${ARG_LISTS} -- ${CMAKE_CXX_COMPILER} ${flags} ${options} -std=c++${CMAKE_CXX_STANDARD} -fPIE
            ${ARG_FLAGS}
    DEPENDS ${ARG_LISTS} ${script} DEPFILE ${output}.d COMMENT "Precompiling the headers ${name}" VERBATIM)
  add_custom_target(votum_pch_${name} DEPENDS ${output})
endfunction()

# votum_use_pch(TARGET [TEST]): call it where the target is made; its libraries may be linked later.
function(votum_use_pch target)
  if(NOT VOTUM_PCH)
    return()
  endif()
  set(kind "")
  if("TEST" IN_LIST ARGN)
    set(kind "_test")
  endif()
  set(level $<TARGET_PROPERTY:VOTUM_PCH_LEVEL>)
  set(json $<$<EQUAL:$<TARGET_PROPERTY:VOTUM_PCH_JSON>,1>:_json>)
  set_target_properties(${target} PROPERTIES VOTUM_PCH_LEVEL 1 VOTUM_PCH_JSON 0)
  target_compile_options(${target} PRIVATE
    "SHELL:-include-pch ${PROJECT_BINARY_DIR}/pch/$<$<EQUAL:${level},1>:std>$<$<EQUAL:${level},2>:protobuf>$<$<EQUAL:${level},3>:grpc>${json}${kind}.pch")
  foreach(name std protobuf grpc)
    add_dependencies(${target} votum_pch_${name}${kind} votum_pch_${name}_json${kind})
  endforeach()
endfunction()

# votum_setup_pch(): once, when the libraries are found.
function(votum_setup_pch)
  if(NOT VOTUM_PCH)
    return()
  endif()
  set(test_flags ${VOTUM_TEST_FLAGS} -DGTEST_HAS_PTHREAD=1)  # the latter as GTest's targets define it
  set(lists)
  foreach(name std protobuf grpc)
    list(APPEND lists ${name}.h)
    votum_make_pch(${name} LISTS ${lists})
    votum_make_pch(${name}_json LISTS ${lists} json.h)
    votum_make_pch(${name}_test LISTS ${lists} test.h FLAGS ${test_flags})
    votum_make_pch(${name}_json_test LISTS ${lists} json.h test.h FLAGS ${test_flags})
  endforeach()
  set_target_properties(protobuf::libprotobuf PROPERTIES
    INTERFACE_VOTUM_PCH_LEVEL 2 COMPATIBLE_INTERFACE_NUMBER_MAX VOTUM_PCH_LEVEL)
  set_target_properties(gRPC::grpc++ PROPERTIES
    INTERFACE_VOTUM_PCH_LEVEL 3 COMPATIBLE_INTERFACE_NUMBER_MAX VOTUM_PCH_LEVEL)
  set_target_properties(nlohmann_json::nlohmann_json PROPERTIES
    INTERFACE_VOTUM_PCH_JSON 1 COMPATIBLE_INTERFACE_NUMBER_MAX VOTUM_PCH_JSON)
endfunction()
