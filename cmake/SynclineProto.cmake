# Generated code. It is compiled with one set of flags in every preset (optimised a little, no debug
# information, no sanitizer): it is the larger half of a build, and equal flags let ccache serve
# every preset from one compilation.
file(GLOB_RECURSE SYNCLINE_PROTOS CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/proto ${CMAKE_SOURCE_DIR}/proto/*.proto)
set(SYNCLINE_GENERATED ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${SYNCLINE_GENERATED})
set(GENERATED_FLAGS -O1 -g0 -w)

set(message_sources)
set(service_sources)
foreach(proto ${SYNCLINE_PROTOS})
  string(REPLACE ".proto" "" stem ${proto})
  set(outputs ${SYNCLINE_GENERATED}/${stem}.pb.cc ${SYNCLINE_GENERATED}/${stem}.pb.h)
  set(plugin)
  if(SYNCLINE_WITH_GRPC AND stem MATCHES "_service$")
    list(APPEND outputs ${SYNCLINE_GENERATED}/${stem}.grpc.pb.cc ${SYNCLINE_GENERATED}/${stem}.grpc.pb.h)
    set(plugin --grpc_out=${SYNCLINE_GENERATED} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    list(APPEND service_sources ${SYNCLINE_GENERATED}/${stem}.grpc.pb.cc)
  endif()
  list(APPEND message_sources ${SYNCLINE_GENERATED}/${stem}.pb.cc)
  add_custom_command(OUTPUT ${outputs}
    COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR}/proto --cpp_out=${SYNCLINE_GENERATED} ${plugin} ${proto}
    DEPENDS ${CMAKE_SOURCE_DIR}/proto/${proto} VERBATIM)
endforeach()

function(syncline_generated name)
  target_include_directories(${name} SYSTEM PUBLIC ${SYNCLINE_GENERATED})
  target_compile_options(${name} PRIVATE ${GENERATED_FLAGS})
endfunction()

if(message_sources)
  add_library(syncline_proto STATIC ${message_sources})
  target_link_libraries(syncline_proto PUBLIC protobuf::libprotobuf)
  syncline_generated(syncline_proto)
  if(SYNCLINE_SANITIZE MATCHES "thread")
    target_compile_options(syncline_proto INTERFACE "SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/protobuf_tsan.h")
  endif()
endif()
if(service_sources)
  add_library(syncline_grpc STATIC ${service_sources})
  target_link_libraries(syncline_grpc PUBLIC syncline_proto gRPC::grpc++)
  syncline_generated(syncline_grpc)
endif()
