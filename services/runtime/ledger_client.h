// The ledger as services use it: append a command, fetch a receipt, follow the log, fetch sealed
// attachments.
#ifndef VOTUM_SERVICES_RUNTIME_LEDGER_CLIENT_H_
#define VOTUM_SERVICES_RUNTIME_LEDGER_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "grpcpp/channel.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"

namespace votum {

// The most attachments that LedgerService and LogService give for one call (TOO_MANY).
inline constexpr int kMostCommitments = 500;

// The longest that one question to the ledger, or the fold of what it told, is waited for by those that
// can do without: whoever stops them waits as long.
inline constexpr absl::Duration kLedgerPatience = absl::Seconds(1);
// Between two tries to reach a ledger that is away, doubled from one to the next.
inline constexpr absl::Duration kFirstPause = absl::Milliseconds(20);
inline constexpr absl::Duration kLongestPause = absl::Milliseconds(500);

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

// Thread-safe. No call but AwaitSize, VerifyBeginning and GetAttachments waits: each answers through `then`, once, from any thread,
// possibly from here. `then` must be short and must not block.
class LedgerClient {
 public:
  template <typename Answer>
  using Then = std::function<void(absl::StatusOr<Answer>)>;
  // How often a call is made while the ledger cannot be reached, before LEDGER_UNREACHABLE. A read
  // holds a thread of its server, so it asks once, and its caller reads again.
  enum class Tries { kOne, kUntilDeadline };

  // `service` names the caller; the ledger believes it only on a channel within the process
  // (elsewhere the client certificate says who calls).
  LedgerClient(std::shared_ptr<grpc::Channel> channel, std::string service);
  // No answer may be outstanding.
  virtual ~LedgerClient() = default;

  // Appends `command`, which was found good at the log's size `judged_at` and must live until
  // `then` is called. While the ledger cannot be reached, the same bytes are sent again until
  // `deadline`: the command id makes this safe. UNAVAILABLE/LEDGER_UNREACHABLE after that: the
  // command may or may not have been recorded; sending it again settles it.
  // UNAVAILABLE/NOT_WITNESSED_YET: it is recorded; sending it again later gives its receipt.
  virtual void Append(const common::v1::SignedCommand& command, uint64_t judged_at,
                      absl::Time deadline, Then<common::v1::Receipt> then);

  // The receipt of a record against the newest checkpoint.
  virtual void GetReceipt(uint64_t index, absl::Time deadline, Then<common::v1::Receipt> then);

  // The number of records in the log.
  virtual void GetSize(absl::Time deadline, Tries tries, Then<uint64_t> then);
  // The same, but waits for the answer.
  absl::StatusOr<uint64_t> AwaitSize(absl::Time deadline, Tries tries);

  // The log from record `start` on.
  virtual std::unique_ptr<LogStream> Subscribe(uint64_t start);

  // Those contents of `commitments` that exist; any number, for which the ledger is asked in as many
  // calls as it takes. Waits for the answers, so it must not be called on a thread of gRPC's.
  virtual absl::StatusOr<std::vector<common::v1::Attachment>> GetAttachments(
      const std::vector<std::string>& commitments, absl::Time deadline, Tries tries);

  // OK if the records of `tree`, one or more, are the beginning of the ledger's log, as a checkpoint
  // that `log` signed and a consistency proof show. FAILED_PRECONDITION if the log is shorter; errors
  // as OpenCheckpoint and VerifyConsistency; UNAVAILABLE/LEDGER_UNREACHABLE. Asks once and waits for
  // the answer, so it must not be called on a thread of gRPC's.
  virtual absl::Status VerifyBeginning(const crypto::CompactTree& tree,
                                       const crypto::NoteVerifier& log, absl::Time deadline);

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
