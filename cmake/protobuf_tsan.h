// Included first into every file that sees messages, in builds with -fsanitize=thread only.
//
// google/protobuf/map_field.h gives MapFieldBase a further member when __SANITIZE_THREAD__ is defined.
// The packaged libprotobuf and the generated code are compiled without it, so that a message with a
// map would have two layouts in one program and crash. The standard headers come first: libstdc++
// has good uses for the macro.
#pragma once

#if defined(__cplusplus) && defined(__SANITIZE_THREAD__)
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#undef __SANITIZE_THREAD__
#include <google/protobuf/map_field.h>
#define __SANITIZE_THREAD__ 1
#endif
