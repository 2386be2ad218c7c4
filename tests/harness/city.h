// A whole city under test: a deployment of real processes over real TLS, its people with their
// keys, and shortcuts to the states of a council in which tests start.
//
// It signs and sends with only the crypto library and thus serves as a second, independent client. It
// calls the services' own ports with a visitor's certificate, which gives no right.
#ifndef VOTUM_TESTS_HARNESS_CITY_H_
#define VOTUM_TESTS_HARNESS_CITY_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/keys.h"
#include "crypto/note.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "tests/harness/process.h"
#include "votum/common/v1/command.pb.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {

class City {
 public:
  enum class Layout { kOneProcess, kProcessPerService };

  struct Options {
    Layout layout = Layout::kProcessPerService;
    // Further arguments of `votumd init`, e.g. {"--ledger", conninfo}.
    std::vector<std::string> init;
    // The number of processes per service; only with kProcessPerService. There is one ledger, unless
    // the log lies in PostgreSQL.
    int replicas = 1;
    // Also starts a process with the gateway; only with kProcessPerService (the single process has
    // it anyway).
    bool gateway = false;
    // Called with the deployment's folder when it is made, before anything is started.
    std::function<void(const std::string& folder)> prepare;
  };

  // Makes a deployment (simulated clock) in `folder` and starts it. Aborts the test program on
  // failure.
  City(std::string folder, Layout layout)
      : City(std::move(folder), Options{layout, {}, 1, false, nullptr}) {}
  City(std::string folder, const Options& options);
  ~City();

  // A new command of `person`, signed; "" is nobody, with a key that is
  // enrolled for no person. The header is filled in.
  common::v1::SignedCommand Sign(const std::string& person, google::protobuf::Message* command);
  // Sends to the RPC that the payload type names.
  absl::StatusOr<common::v1::Receipt> Send(const common::v1::SignedCommand& command,
                                           absl::Duration timeout = absl::Seconds(30));
  // The same to one process of several.
  absl::StatusOr<common::v1::Receipt> SendTo(const std::shared_ptr<grpc::Channel>& channel,
                                             const common::v1::SignedCommand& command,
                                             absl::Duration timeout = absl::Seconds(30));
  // Sign and Send.
  absl::StatusOr<common::v1::Receipt> Do(const std::string& person,
                                         google::protobuf::Message&& command);

  // Calls the ledger's Append as a client whose certificate is no service's.
  absl::Status AppendDirectly(const common::v1::SignedCommand& command);

  // A read by `person` ("" for the public) that reflects all records sent through this object.
  template <typename Request, typename Response>
  absl::Status Read(const std::string& person, const char* service, const char* method,
                    const Request& request, Response* response) {
    return ReadMessage(person, service, method, request, response);
  }

  // RegisterPerson{id} of the first administrator, signed, with the name that it commits to.
  common::v1::SignedCommand RegistrationOf(const std::string& id, const std::string& name = "Name");
  // The administrators revoke the key of `person`, whom this object has added.
  absl::Status Revoke(const std::string& person);
  // Registers a person and enrols a key, by code and with a second administrator.
  void AddPerson(const std::string& id, const std::string& name);
  // Council of 44 members ("m01".."m44") and the mayor, clerk, second clerk, secretary and auditor;
  // rules of NRW.
  void SetUpCouncil(int members = 44);
  // A convened meeting "sitzung-1" with item "top-1" (public) and "top-2" (non-public), opened, all
  // checked in.
  void OpenMeeting(int present = 45);
  // Motion and open roll-call vote on "top-1".
  void OpenVote(const std::string& vote_event_id);

  // Lets time pass on the sequencer's clock.
  void Advance(absl::Duration duration);
  // The time of the city: the machine's, and what Advance has let pass.
  absl::Time Now() const;

  // The process that hosts `service`; if there are several, the one with this number.
  Process& ProcessOf(const std::string& service, int replica = 0);
  // From now on, processes that exit are restarted, as systemd does. Meanwhile tests must kill or
  // start processes only through WithProcesses.
  void Supervise();
  // Calls `change` while no process is started by Supervise.
  template <typename Change>
  void WithProcesses(Change change) {
    const std::lock_guard<std::mutex> lock(processes_mutex_);
    change();
  }
  // Every process once.
  std::vector<Process*> Processes();
  // Waits until all processes answer and have folded what was recorded.
  void AwaitReady();

  // The projections' digests by domain, from each process that folds it; by process and domain.
  std::map<std::string, std::map<std::string, std::string>> Projections();

  // The number of sealed attachments in the log, as far as this object knows: the first
  // administrator's name, and those that it has sent.
  int sealed() const { return sealed_; }
  const std::vector<std::string>& members() const { return members_; }
  const std::string& folder() const { return folder_; }
  const crypto::NoteVerifier& log() const { return *log_; }
  const crypto::PrivateKey& KeyOf(const std::string& person) const { return *keys_.at(person); }
  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& service) const {
    return channels_.at(service);
  }
  // To the process of `service` with this number alone.
  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& service, int replica) const;
  std::string client_path() const { return folder_ + "/client.json"; }
  // The address on which `service` listens, e.g. "127.0.0.1:17443".
  const std::string& Endpoint(const std::string& service) const { return endpoints_.at(service); }
  // The URL on which the gateway listens, e.g. "https://127.0.0.1:17465".
  std::string EdgeUrl() const;
  std::string ca_path() const { return folder_ + "/tls/ca.crt"; }
  const std::string& deployment() const { return deployment_; }

 private:
  absl::Status ReadMessage(const std::string& person, const char* service, const char* method,
                           const google::protobuf::Message& request,
                           google::protobuf::Message* response);
  std::string SessionOf(const std::string& person, const std::string& service);
  void EnrolFirstAdministrator(const std::string& code);
  void Enrol(const std::string& id, const std::string& issuer, const std::string& confirmer);
  void Must(const std::string& person, google::protobuf::Message&& command);
  // The first administrator gives an act of two persons, and the second one confirms it with others.
  void GiveAct(google::protobuf::Message&& command);
  void ConfirmActs();

  const std::string folder_;
  const std::string deployment_ = "votum.musterstadt.example/log";
  std::map<std::string, std::unique_ptr<Process>> processes_;  // by first service, and "#1"
  std::mutex processes_mutex_;
  bool supervised_ = false;  // guarded by processes_mutex_
  std::thread supervisor_;
  std::map<std::string, std::string> endpoints_;  // by service
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
  std::map<std::string, std::unique_ptr<crypto::PrivateKey>> keys_;
  std::map<std::string, std::string> sessions_;
  std::unique_ptr<crypto::NoteVerifier> log_;
  std::vector<std::string> members_;
  directory::v1::Confirm pending_;
  std::atomic<uint64_t> seen_index_{0};
  std::atomic<int> sealed_{1};
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_CITY_H_
