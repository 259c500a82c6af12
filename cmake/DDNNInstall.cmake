# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What `cmake --install` adds to the libraries, headers and programs that their
# own folders install: the CMake package, documentation and examples.

include(CMakePackageConfigHelpers)
set(DDNN_INSTALL_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/DDNN)
set(DDNN_INSTALL_EXAMPLES ${CMAKE_INSTALL_DATADIR}/ddnn/examples)

install(EXPORT DDNNTargets NAMESPACE DDNN:: DESTINATION ${DDNN_INSTALL_CMAKE})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/DDNNConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/DDNNConfig.cmake
  INSTALL_DESTINATION ${DDNN_INSTALL_CMAKE}
  PATH_VARS CMAKE_INSTALL_BINDIR DDNN_INSTALL_EXAMPLES)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/DDNNConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/cmake/DDNNConfig.cmake
  ${PROJECT_BINARY_DIR}/cmake/DDNNConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/DDNNAddModel.cmake
  DESTINATION ${DDNN_INSTALL_CMAKE})

install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md")
# The examples find the model beside them, as in the source tree.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/
  DESTINATION ${DDNN_INSTALL_EXAMPLES} PATTERN build EXCLUDE)
# Firmware compiles the runtime itself: it is for another machine.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/core ${PROJECT_SOURCE_DIR}/runtime/session
  ${PROJECT_SOURCE_DIR}/runtime/include
  DESTINATION ${CMAKE_INSTALL_DATADIR}/ddnn/runtime)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/digits
  DESTINATION ${CMAKE_INSTALL_DATADIR}/ddnn/models)
