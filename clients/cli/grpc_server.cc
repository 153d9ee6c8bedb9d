#include "cli/grpc_server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <vector>

#include "base/status.h"
#include "cli/server_error.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

std::string PathOf(const MethodDescriptor& method) {
  return fmt::format("/{}/{}", method.service()->full_name(), method.name());
}

grpc::ByteBuffer Serialized(const Message& message) {
  grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool Parse(const grpc::ByteBuffer& buffer, Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message.ParseFromString(bytes);
}

// A stream over one completion queue. Every operation is awaited before the next one begins, but a
// read may outlive the caller's patience and is then picked up by the next call of Next.
class GrpcAnswerStream final : public AnswerStream {
 public:
  GrpcAnswerStream(std::shared_ptr<grpc::Channel> channel, const MethodDescriptor& method,
                   const Message& request, const base::Clock& clock)
      : clock_(clock), stub_(std::move(channel)) {
    call_ = stub_.PrepareCall(&context_, PathOf(method), &queue_);
    call_->StartCall(this);
    alive_ = Await();
    if (!alive_) return;
    call_->WriteLast(Serialized(request), grpc::WriteOptions(), this);
    alive_ = Await();
  }

  ~GrpcAnswerStream() override {
    context_.TryCancel();
    if (reading_) Await();
    if (!finished_) (void)Finish();
    queue_.Shutdown();
    Drain();
  }

  Outcome Next(std::chrono::milliseconds patience, Message& answer) override {
    if (!alive_) return Outcome::kEnd;
    if (!reading_) {
      call_->Read(&buffer_, this);
      reading_ = true;
    }
    void* tag = nullptr;
    bool ok = false;
    const auto status = queue_.AsyncNext(&tag, &ok, clock_.Now() + patience);
    if (status == grpc::CompletionQueue::TIMEOUT) return Outcome::kSilence;
    reading_ = false;
    alive_ = ok && status == grpc::CompletionQueue::GOT_EVENT;
    if (!alive_) return Outcome::kEnd;
    if (Parse(buffer_, answer)) return Outcome::kAnswer;
    unreadable_ = true;
    alive_ = false;
    context_.TryCancel();
    return Outcome::kEnd;
  }

  absl::Status Finish() override {
    grpc::Status status;
    call_->Finish(&status, this);
    Await();
    finished_ = true;
    if (unreadable_) {
      return base::Error(base::Reason::kInternal, "the server's answer cannot be read");
    }
    return StatusOfServer(status);
  }

 private:
  bool Await() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  void Drain() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) continue;
  }

  const base::Clock& clock_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer buffer_;
  bool alive_ = false;
  bool reading_ = false;
  bool finished_ = false;
  bool unreadable_ = false;
};

}  // namespace

GrpcServer::GrpcServer(std::string address, std::chrono::milliseconds timeout,
                       const base::Clock& clock)
    : address_(std::move(address)), timeout_(timeout), clock_(clock) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(answer_bytes_max);
  // A proxy of the environment is for the internet, not for a server on this machine.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  channel_ = grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

absl::StatusOr<MessagePointer> GrpcServer::Call(const MethodDescriptor& method,
                                                const Message& request) {
  grpc::ClientContext context;
  context.set_deadline(clock_.Now() + timeout_);
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  grpc::ByteBuffer answer;
  grpc::Status status;
  auto call = stub.PrepareUnaryCall(&context, PathOf(method), Serialized(request), &queue);
  call->StartCall();
  call->Finish(&answer, &status, &status);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) continue;
  SYNCLINE_RETURN_IF_ERROR(StatusOfServer(status));
  MessagePointer message = NewMessage(*method.output_type());
  if (!Parse(answer, *message)) {
    return base::Error(base::Reason::kInternal, "the server's answer cannot be read");
  }
  return message;
}

std::unique_ptr<AnswerStream> GrpcServer::Open(const MethodDescriptor& method,
                                               const Message& request) {
  return std::make_unique<GrpcAnswerStream>(channel_, method, request, clock_);
}

}  // namespace syncline::cli
