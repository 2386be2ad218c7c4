// The smallest town that can meet, over gRPC within the process: a council of one member, whose
// records come from a ledger that accepts everything the test writes.
//
// "anna" is administrator, clerk and chair; the meeting "sitzung" is open, with the public item
// "top-1" and the non-public item "top-2".
#ifndef VOTUM_TESTS_UNIT_CORE_MEETINGS_TOWN_H_
#define VOTUM_TESTS_UNIT_CORE_MEETINGS_TOWN_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/fold/signature_cache.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"
#include "grpcpp/server.h"
#include "services/meetings/service.h"
#include "services/runtime/host.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/read_access.h"
#include "services/runtime/replica.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"

namespace votum::meetings {

// Streams the records it is given.
class RecordStream final : public ledger::v1::LedgerService::Service {
 public:
  // The index of the record added.
  uint64_t Add(common::v1::Record record);
  grpc::Status Subscribe(grpc::ServerContext* context, const ledger::v1::SubscribeRequest* request,
                         grpc::ServerWriter<ledger::v1::SubscribeResponse>* writer) override;

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> records_;  // guarded by mutex_
};

class Town {
 public:
  Town();
  ~Town();

  // Records `command` of anna and waits until the service has folded it; its index.
  uint64_t Record(google::protobuf::Message&& command, const std::string& service = "meetings");
  // As Record, without waiting.
  uint64_t Send(google::protobuf::Message&& command, const std::string& service = "meetings");

  // A read session of anna until `expire_time`, for the metadata "votum-session-bin".
  std::string SessionUntil(absl::Time expire_time) const;
  v1::MeetingsService::Stub& stub() { return *stub_; }
  const Replica& replica() const { return *replica_; }

 private:
  common::v1::SignedCommand Sign(google::protobuf::Message* command,
                                 const crypto::PrivateKey& key) const;
  void Found();
  void Convene();
  uint64_t Append(const common::v1::SignedCommand& command, const std::string& service);

  const crypto::PrivateKey log_key_;
  const crypto::PrivateKey key_;
  absl::Time time_ = absl::FromUnixSeconds(1793534400);  // 2026-11-01T12:00:00Z

  RecordStream records_;
  std::unique_ptr<Host> ledger_host_;
  std::unique_ptr<LedgerClient> ledger_;
  SignatureCache cache_{1000};
  Metrics metrics_;
  std::unique_ptr<Replica> replica_;
  std::unique_ptr<ReadAccess> access_;
  std::unique_ptr<MeetingsServiceImpl> service_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<v1::MeetingsService::Stub> stub_;
};

}  // namespace votum::meetings

#endif  // VOTUM_TESTS_UNIT_CORE_MEETINGS_TOWN_H_
