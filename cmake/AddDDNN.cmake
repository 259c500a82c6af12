# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Thin wrappers over what LLVM and MLIR bring, so that a CMakeLists.txt of this
# project says only what is in the folder.

# Debian's version file refuses a requested version, so none is given.
find_package(MLIR REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
message(STATUS "MLIR ${LLVM_PACKAGE_VERSION} from ${MLIR_DIR}")
if(NOT LLVM_PACKAGE_VERSION VERSION_GREATER_EQUAL 22)
  message(FATAL_ERROR "LLVM/MLIR 22 is needed, found ${LLVM_PACKAGE_VERSION}")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(MLIR_LINK_MLIR_DYLIB ON)
include(TableGen)
include(AddLLVM)
include(AddMLIR)

separate_arguments(DDNN_LLVM_DEFINITIONS NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_custom_target(ddnn-headers)
add_custom_target(ddnn-doc)

# The flags and include paths of everything that uses MLIR.
add_library(ddnn_mlir INTERFACE)
target_compile_definitions(ddnn_mlir INTERFACE ${DDNN_LLVM_DEFINITIONS})
target_compile_options(ddnn_mlir INTERFACE -Wall -Wno-unused-parameter
  -Wno-comment -fno-strict-aliasing)
target_include_directories(ddnn_mlir INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
target_include_directories(ddnn_mlir SYSTEM INTERFACE
  ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_libraries(ddnn_mlir INTERFACE MLIR LLVM)

# MLIR's headers are most of what a file of the compiler costs to compile.
# ccache takes files with a precompiled header only when told that it may.
option(DDNN_PCH "Precompile MLIR's headers (for one build from scratch)" OFF)
if(DDNN_PCH)
  if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/pch/empty.cpp "")
  add_library(ddnn_pch OBJECT ${PROJECT_BINARY_DIR}/pch/empty.cpp)
  target_link_libraries(ddnn_pch PRIVATE ddnn_mlir)
  target_precompile_headers(ddnn_pch PRIVATE
    <mlir/Dialect/Arith/IR/Arith.h>
    <mlir/Dialect/EmitC/IR/EmitC.h>
    <mlir/Dialect/Func/IR/FuncOps.h>
    <mlir/Dialect/Linalg/IR/Linalg.h>
    <mlir/Dialect/Math/IR/Math.h>
    <mlir/Dialect/MemRef/IR/MemRef.h>
    <mlir/Dialect/SCF/IR/SCF.h>
    <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/IR/Builders.h>
    <mlir/IR/BuiltinOps.h>
    <mlir/IR/Matchers.h>
    <mlir/Pass/Pass.h>
    <mlir/Transforms/DialectConversion.h>)
endif()

# ddnn_add_library(NAME SOURCE... [LINK LIB...]): a static library of the compiler.
function(ddnn_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_dependencies(${name} ddnn-headers)
  target_link_libraries(${name} PUBLIC ddnn_mlir ${ARG_LINK})
  if(DDNN_PCH)
    target_precompile_headers(${name} REUSE_FROM ddnn_pch)
  endif()
endfunction()

# ddnn_add_tool(NAME SOURCE... [LINK LIB...]): a program in build/bin that is installed.
function(ddnn_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  if(TARGET ddnn-headers)
    add_dependencies(${name} ddnn-headers)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  # libMLIR is not where the dynamic linker looks by itself.
  set_target_properties(${name} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# ddnn_add_doc(TD OUTPUT GENERATOR...): build/docs/OUTPUT.md from TD.td, in target ddnn-doc.
function(ddnn_add_doc td output)
  set(LLVM_TARGET_DEFINITIONS ${td}.td)
  tablegen(MLIR ${output}.md ${ARGN} "-I${MLIR_MAIN_SRC_DIR}" "-I${MLIR_INCLUDE_DIR}")
  set(doc ${PROJECT_BINARY_DIR}/docs/${output}.md)
  add_custom_command(OUTPUT ${doc}
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_BINARY_DIR}/${output}.md ${doc}
    DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${output}.md)
  add_custom_target(ddnn-doc-${output} ALL DEPENDS ${doc})
  add_dependencies(ddnn-doc ddnn-doc-${output})
endfunction()
include_directories(${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
