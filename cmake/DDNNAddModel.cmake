# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# ddnn_add_model(TARGET
#   MODEL file.onnx
#   TIERS device,cloud     or device:6,local,cloud: six members
#   [SPEC deployment.yaml]
#   [OPTIONS option...]    further options of ddnnc, such as --exit=local:0.4
#   [DEPENDS file...])     what the model also reads: its external data files
#
# Compiles a model at build time and adds one static library for each tier,
# TARGET_TIER, built from the generated C with the project's own compiler, with
# the flags of the CPU that it is generated for (this one, or what --target-cpu
# in OPTIONS says, which cross-compiled projects need). Linking it brings the generated header, NAME_TIER.h, where NAME is the
# model file's name without its ending. The generated folder is the target
# property DDNN_OUTPUT of TARGET_generate. Changing the model, the deployment
# file, the options or the compiler generates and builds again.

function(ddnn_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "MODEL;SPEC" "TIERS;OPTIONS;DEPENDS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ddnn_add_model(${target}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_MODEL OR NOT ARG_TIERS)
    message(FATAL_ERROR "ddnn_add_model(${target}): MODEL and TIERS are needed")
  endif()
  string(REPLACE "," ";" tiers "${ARG_TIERS}")
  list(JOIN tiers "," tier_list)
  get_filename_component(model "${ARG_MODEL}" ABSOLUTE)
  if(NOT EXISTS "${model}")
    # A model that the build itself makes is fine, a misspelt one is not.
    get_source_file_property(is_generated "${model}" GENERATED)
    if(NOT is_generated)
      message(FATAL_ERROR "ddnn_add_model(${target}): there is no ${model}")
    endif()
  endif()
  set(options ${ARG_OPTIONS})
  if(CMAKE_CROSSCOMPILING AND NOT "${options}" MATCHES "--target-cpu=")
    message(FATAL_ERROR "ddnn_add_model(${target}): name the CPU that you compile "
      "for, as in OPTIONS --target-cpu=cortex-m3")
  endif()
  set(depends "${model}" ${ARG_DEPENDS} DDNN::ddnnc)
  if(ARG_SPEC)
    get_filename_component(spec "${ARG_SPEC}" ABSOLUTE)
    list(APPEND options "--spec=${spec}")
    list(APPEND depends "${spec}")
  endif()

  # As ddnnc makes identifiers out of names.
  get_filename_component(name "${model}" NAME_WLE)
  string(MAKE_C_IDENTIFIER "${name}" name)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${target}.ddnn")
  set(generated)
  # A tier of several members is a folder and a library for each of them.
  set(places)
  foreach(tier IN LISTS tiers)
    if(tier MATCHES "^(.+):([0-9]+)$" AND CMAKE_MATCH_2 GREATER 1)
      math(EXPR last "${CMAKE_MATCH_2} - 1")
      foreach(member RANGE ${last})
        list(APPEND places "${CMAKE_MATCH_1}${member}")
      endforeach()
    else()
      string(REGEX REPLACE ":1$" "" tier "${tier}")
      list(APPEND places "${tier}")
    endif()
  endforeach()
  foreach(tier IN LISTS places)
    string(MAKE_C_IDENTIFIER "${tier}" tier)
    set(base "${out}/${tier}/${name}_${tier}")
    set(sources_${tier} "${base}.h" "${base}.c" "${base}_weights.c")
    list(APPEND generated ${sources_${tier}} "${base}_weights.bin" "${base}.flags")
  endforeach()

  # ddnnc replaces a whole folder, but only one that is its own; the build tool
  # has made the folders of the outputs by then, so away with them.
  add_custom_command(OUTPUT ${generated}
    COMMAND "${CMAKE_COMMAND}" -E rm -rf "${out}"
    COMMAND DDNN::ddnnc "${model}" "--tiers=${tier_list}" --name=${name} --emit=source
            ${options} -o "${out}"
    DEPENDS ${depends}
    COMMENT "Compiling ${ARG_MODEL} for ${tier_list}"
    VERBATIM)
  add_custom_target(${target}_generate DEPENDS ${generated})
  set_target_properties(${target}_generate PROPERTIES DDNN_OUTPUT "${out}")

  foreach(tier IN LISTS places)
    string(MAKE_C_IDENTIFIER "${tier}" tier)
    set(library ${target}_${tier})
    add_library(${library} STATIC ${sources_${tier}})
    # The same outputs stand in several targets: one of them goes first.
    add_dependencies(${library} ${target}_generate)
    target_compile_features(${library} PUBLIC c_std_11)
    set_target_properties(${library} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_include_directories(${library} PUBLIC "${out}/${tier}")
    target_link_libraries(${library} PUBLIC DDNN::ddnn_core)
    if(UNIX)
      target_link_libraries(${library} PUBLIC m)
    endif()
    if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
      # The assembler takes the weights as they are: quicker than an array in C.
      target_compile_definitions(${library} PRIVATE DDNN_WEIGHTS_INCBIN)
      # What the code was made for: the CPU's flags and -O3.
      target_compile_options(${library} PRIVATE
        "@${out}/${tier}/${name}_${tier}.flags" "SHELL:-Xassembler \"-I${out}/${tier}\"")
    endif()
    set_source_files_properties("${out}/${tier}/${name}_${tier}_weights.c"
      PROPERTIES OBJECT_DEPENDS "${out}/${tier}/${name}_${tier}_weights.bin")
    if("${options}" MATCHES "--threads=")
      target_link_options(${library} PUBLIC -fopenmp)
    endif()
  endforeach()
endfunction()
