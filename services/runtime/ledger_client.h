// The ledger as services use it: append a command, fetch a receipt, follow the log, fetch sealed
// attachments.
#ifndef VOTUM_SERVICES_RUNTIME_LEDGER_CLIENT_H_
#define VOTUM_SERVICES_RUNTIME_LEDGER_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"

namespace votum {

// The log from a position on: existing records at once, new ones as they arrive.
class LogStream {
 public:
  virtual ~LogStream() = default;
  // Waits for the next stretch; false at the end.
  virtual bool Next(ledger::v1::SubscribeResponse* stretch) = 0;
  // Ends the stream soon. From any thread.
  virtual void Cancel() = 0;
  // Why it ended; after Next has given false, or Cancel. Once.
  virtual absl::Status End() = 0;
};

// A stream that `open` makes when it is first read; it waits for a server that is away.
using OpenStream =
    std::function<std::unique_ptr<grpc::ClientReaderInterface<ledger::v1::SubscribeResponse>>(
        grpc::ClientContext*, const ledger::v1::SubscribeRequest&)>;
std::unique_ptr<LogStream> MakeLogStream(uint64_t start, OpenStream open);

// Thread-safe.
class LedgerClient {
 public:
  // `service` names the caller; the ledger believes it only on a channel within the process
  // (elsewhere the client certificate says who calls).
  LedgerClient(std::shared_ptr<grpc::Channel> channel, std::string service);
  virtual ~LedgerClient() = default;

  // Appends `command`, which was found good at the log's size `judged_at`. While the ledger cannot
  // be reached, the same bytes are sent again until `deadline`: the command id makes this safe.
  // UNAVAILABLE/LEDGER_UNREACHABLE after that: the command may or may not have been recorded;
  // sending it again settles it. UNAVAILABLE/NOT_WITNESSED_YET: it is recorded; sending it again
  // later gives its receipt.
  virtual absl::StatusOr<common::v1::Receipt> Append(const common::v1::SignedCommand& command,
                                                     uint64_t judged_at, absl::Time deadline);

  // The receipt of a record against the newest checkpoint.
  virtual absl::StatusOr<common::v1::Receipt> GetReceipt(uint64_t index, absl::Time deadline);

  // The number of records in the log.
  virtual absl::StatusOr<uint64_t> GetSize(absl::Time deadline);

  // Whether none of these three calls waits and AppendThen can be used: the ledger runs in this
  // process and needs no witness.
  virtual bool prompt() const { return false; }
  // Only for a prompt client: as Append, but calls `then` with the answer, from any thread. `then`
  // must be short and must not block; `command` must live until it is called.
  virtual void AppendThen(const common::v1::SignedCommand& command, uint64_t judged_at,
                          std::function<void(absl::StatusOr<common::v1::Receipt>)> then);

  // The log from record `start` on.
  virtual std::unique_ptr<LogStream> Subscribe(uint64_t start);

  // Those contents of `commitments` that exist.
  absl::StatusOr<std::vector<common::v1::Attachment>> GetAttachments(
      const std::vector<std::string>& commitments, absl::Time deadline);

  ledger::v1::LedgerService::StubInterface& stub() { return *stub_; }
  // Adds the metadata that every call to the ledger carries.
  void Prepare(grpc::ClientContext& context, absl::Time deadline) const;

 protected:
  const std::string service_;

 private:
  std::unique_ptr<ledger::v1::LedgerService::StubInterface> stub_;
};

// The metadata key that names the calling service on channels within the process.
inline constexpr char kServiceMetadata[] = "votum-service";

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_LEDGER_CLIENT_H_
