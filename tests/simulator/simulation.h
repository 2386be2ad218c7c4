// A whole deployment in one process and one thread of control, from one seed: a ledger, clocks,
// people who give commands, services that judge them, replicas that fold them. No wall clock, no
// network, no disk.
#ifndef VOTUM_TESTS_SIMULATOR_SIMULATION_H_
#define VOTUM_TESTS_SIMULATOR_SIMULATION_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/fold/fold.h"
#include "core/fold/signature_cache.h"
#include "crypto/keys.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/generator.h"
#include "tests/simulator/invariants.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/replicas.h"
#include "tests/simulator/scene.h"
#include "tests/simulator/stories.h"
#include "tests/simulator/wallet.h"
#include "votum/common/v1/command.pb.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::simulator {

class Simulation {
 public:
  // A deployment that ends after `records` records. `coverage` outlives this object.
  Simulation(uint64_t seed, uint64_t records, Coverage* coverage);

  // An error says which property does not hold.
  absl::Status Run();

  // The last records, one a line: number, time, service, command, author, outcome.
  std::string LastRecords() const;
  uint64_t size() const { return ledger_.size(); }

 private:
  // A command on its way to a service or to the ledger.
  struct Sent {
    common::v1::SignedCommand command;
    const CommandType* type = nullptr;
    bool faulty = false;     // its envelope or signature is: it can never be in effect
    uint64_t judged_at = 0;  // the size of the log when a service found it good
  };

  // The steps of founding.cc.
  absl::Status FoundTown();
  absl::Status GiveByHand(const std::string& author, google::protobuf::Message&& command,
                          Ids key_ids = {});
  // Enrols a new key of `person` with a code; somebody confirms it, unless `confirmer` is empty.
  absl::Status EnrolByHand(const std::string& person, const std::string& code,
                           const std::string& confirmer);
  absl::Status AddPersonByHand(const std::string& id, common::v1::Office office,
                               const std::string& confirmer);
  absl::Status AddOrganizationByHand(const std::string& id, directory::v1::OrganizationKind kind,
                                     const std::string& profile);

  absl::Status Step();
  // Time passes; now and then the ledger's clock jumps, or is put right, or its process is killed.
  void PassTime();
  Scene MakeScene(Pools& pools);
  absl::Status GiveSomething(Scene& scene, const CommandType& type);
  // `good` with a fault of its envelope or signature.
  Sent MakeFaulty(Scene& scene, const Draft& good);
  // Gives the next command of the story.
  absl::Status Tell();

  // A service judges the command: a good one goes to the ledger, perhaps late; a bad one is refused,
  // or a dishonest service sends it on.
  absl::Status Submit(Sent sent);
  absl::Status SubmitWhenStopped(const Sent& sent, const Envelope& envelope);
  // A command that was good a while ago, or the same bytes again.
  absl::Status SendLate();
  // Appends and folds it. `verdict` is that of the fold on the same record, if it is known.
  absl::Status Append(const Sent& sent, absl::string_view service, absl::Time time,
                      std::optional<absl::Status> verdict);
  // Compares the state after record `index` with that before.
  absl::Status CheckOutcome(const Sent& sent, const RecordOutcome& outcome,
                            const StateDigests& before, const std::optional<absl::Status>& verdict);
  absl::Status CheckSentTwice(const Sent& sent, uint64_t index) const;
  void Count(const absl::Status& refusal);

  Dice dice_;
  Coverage& coverage_;
  const uint64_t records_;
  Wallet wallet_;
  const crypto::PrivateKey& log_key_;
  Clocks clocks_;
  SimulatedLedger ledger_;
  SignatureCache cache_;
  Fold lead_;  // that of the services: at the log's end, and of the newest version
  History history_;
  Replicas replicas_;
  Generator generator_;
  ReachWatch reach_;
  FinalFacts final_;
  const bool secret_votes_;
  Teller teller_;
  uint64_t ids_ = 0;
  std::deque<Sent> late_;  // sent, and not arrived yet
  std::deque<Sent> past_;  // arrived, and perhaps sent again
  std::deque<std::string> last_;
  std::unique_ptr<google::protobuf::Message> newest_;  // that is in effect
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_SIMULATION_H_
