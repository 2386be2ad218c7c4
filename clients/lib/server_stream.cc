#include "clients/lib/server_stream.h"

#include "absl/strings/str_cat.h"
#include "clients/lib/unary_call.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/proto_buffer_reader.h"

namespace votum::client {
namespace {

// One call. A single thread waits for its operations, one by one.
class Stream {
 public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
         grpc::ClientContext* context)
      : stub_(channel), call_(stub_.PrepareCall(context, path, &queue_)) {}

  bool Send(const google::protobuf::Message& request) {
    call_->StartCall(&queue_);
    if (!Done()) return false;
    const grpc::Slice slice(request.SerializeAsString());
    call_->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), &queue_);
    return Done();
  }

  bool Read(grpc::ByteBuffer* buffer) {
    call_->Read(buffer, &queue_);
    return Done();
  }

  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, &queue_);
    Done();
    return status;
  }

 private:
  // Waits for the one operation under way; returns whether it succeeded.
  bool Done() {
    void* tag = nullptr;
    bool succeeded = false;
    return queue_.Next(&tag, &succeeded) && succeeded;
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

}  // namespace

absl::Status ServerStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                          grpc::ClientContext* context, const google::protobuf::Message& request,
                          google::protobuf::Message* response,
                          const std::function<bool()>& on_response) {
  Stream stream(channel, path, context);
  grpc::ByteBuffer buffer;
  bool parsed = true;
  bool wanted = stream.Send(request);
  while (wanted && stream.Read(&buffer)) {
    grpc::ProtoBufferReader reader(&buffer);
    parsed = response->ParseFromZeroCopyStream(&reader);
    wanted = parsed && on_response();
    if (!wanted) context->TryCancel();
  }
  const grpc::Status status = stream.Finish();
  if (!parsed) return absl::InternalError(absl::StrCat("an answer of ", path, " does not parse"));
  return status.error_code() == grpc::StatusCode::CANCELLED ? absl::OkStatus()
                                                            : StatusOfService(status);
}

}  // namespace votum::client
