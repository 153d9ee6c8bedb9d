# Language level, warnings and sanitizers, for our own code only.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(SYNCLINE_WITH_GRPC "Build api, app, synclined and the clients; off in the tsan preset, where \
an uninstrumented gRPC would hide real races behind false ones" ON)
set(SYNCLINE_SANITIZE "" CACHE STRING "Value of -fsanitize= for our own code, e.g. address,undefined")

set(SYNCLINE_OPTIMIZE "" CACHE STRING "Optimisation and debug flags of our own code. The presets set \
them here and leave CMAKE_CXX_FLAGS_<CONFIG> empty, so that generated code is compiled with the same \
flags in every preset and ccache serves all of them from one compilation")
separate_arguments(SYNCLINE_OPTIMIZE_FLAGS UNIX_COMMAND "${SYNCLINE_OPTIMIZE}")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM)
  add_link_options(-fuse-ld=lld)
endif()

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(pugixml CONFIG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
if(SYNCLINE_WITH_GRPC)
  find_package(gRPC CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
endif()

# Options of our own code; generated code is compiled apart (SynclineProto.cmake).
add_library(syncline_options INTERFACE)
target_include_directories(syncline_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(syncline_options INTERFACE ${SYNCLINE_OPTIMIZE_FLAGS}
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers  # designated initialisers leave the rest at their defaults
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # GCC bug 105651: false alarms on std::string operator+
if(SYNCLINE_SANITIZE)
  target_compile_options(syncline_options INTERFACE
    -fsanitize=${SYNCLINE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(syncline_options INTERFACE -fsanitize=${SYNCLINE_SANITIZE})
endif()
