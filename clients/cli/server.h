#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <memory>

#include "absl/status/statusor.h"

namespace syncline::cli {

using MessagePointer = std::unique_ptr<google::protobuf::Message>;

// A new, empty message of the contract.
MessagePointer NewMessage(const google::protobuf::Descriptor& type);

// The answers of one server-streaming call. One thread; destroying it ends the call.
class AnswerStream {
 public:
  enum class Outcome { kAnswer, kSilence, kEnd };
  virtual ~AnswerStream() = default;
  // Waits for the next answer, at most `patience`. After kEnd only Finish may be called.
  virtual Outcome Next(std::chrono::milliseconds patience, google::protobuf::Message& answer) = 0;
  // How the stream ended.
  virtual absl::Status Finish() = 0;
};

// The server as the command sees it: methods of the contract by descriptor, so that a command needs
// no code per resource. Used by one thread. Errors are absl::Status as base::Error makes them.
class Server {
 public:
  virtual ~Server() = default;
  virtual absl::StatusOr<MessagePointer> Call(const google::protobuf::MethodDescriptor& method,
                                              const google::protobuf::Message& request) = 0;
  virtual std::unique_ptr<AnswerStream> Open(const google::protobuf::MethodDescriptor& method,
                                             const google::protobuf::Message& request) = 0;
};

}  // namespace syncline::cli
