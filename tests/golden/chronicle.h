// Makes a golden log: gives commands one after the other, and has them judged by a fold of its own.
// After each of them it looks for records that would be void, and appends one for each reason that
// the log does not have yet.
//
// Nothing in it is random: the same commands give the same bytes.
#ifndef VOTUM_TESTS_GOLDEN_CHRONICLE_H_
#define VOTUM_TESTS_GOLDEN_CHRONICLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/reason.h"
#include "core/fold/fold.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/common/v1/command.pb.h"

namespace votum::testing {

// The void records of a log.
enum class Voids {
  kNone,
  kRaces,   // commands that were good a while before: somebody was faster, or time has passed
  kFaults,  // commands that were never good, with a field changed or another author
};

class Chronicle {
 public:
  // The small log, with its founding and its two administrators.
  explicit Chronicle(Voids voids);

  // Gives `command`. `author` is a person, or "code:NAME" for somebody who signs with the key of
  // this name and does not name themselves. An error if it is not in effect.
  absl::Status Give(const std::string& author, google::protobuf::Message* command);
  // `command` would be good here, and is signed, but comes too late: races look at it from now on.
  absl::Status Hold(const std::string& author, google::protobuf::Message* command);
  // Appends a record that no honest service would append, whatever its outcome.
  void AppendAsIs(const common::v1::SignedCommand& command, absl::string_view service);
  // Calls `between` after each command that Give has appended: other people give commands, too.
  void SetBetween(std::function<void()> between) { between_ = std::move(between); }
  // A service's answer to `command` here.
  absl::Status Verdict(const common::v1::SignedCommand& command) const;
  // Appends what a service found good when the log had `judged_at` records; its outcome.
  absl::Status AppendJudged(const common::v1::SignedCommand& command, uint64_t judged_at);
  // Lets time pass. Commands that were signed before come after it, too late: each kind of them
  // that was good shortly before.
  absl::Status Wait(absl::Duration duration);

  const SmallLog& log() const { return log_; }
  SmallLog& log() { return log_; }
  const Fold& fold() const { return fold_; }
  const World& world() const { return fold_.world(); }
  // The id of the newest command in effect of this type and person; empty if there is none.
  std::string NewestCommandId(absl::string_view name, absl::string_view actor) const;
  // The key of this name, with which authors can sign from now on.
  const crypto::PrivateKey& KeyNamed(const std::string& name);

 private:
  // A command that was good with `position` records in the log.
  struct Known {
    uint64_t position = 0;
    const CommandType* type = nullptr;
    std::unique_ptr<google::protobuf::Message> command;
    std::vector<std::string> key_ids;
    std::set<Reason> tried;  // reasons for which it is void later, but was not good at its position
  };

  // The keys with which `author` signs; sets actor and key in the header.
  absl::StatusOr<std::vector<std::string>> Sign(const std::string& author, const CommandType& type,
                                                google::protobuf::Message* command);
  common::v1::SignedCommand SignAgain(const Known& known);
  absl::Status VerdictOfDomain(const Known& known) const;
  bool WasGood(const Known& known, const common::v1::SignedCommand& command);
  // Appends it and folds it; its outcome.
  absl::Status Append(const common::v1::SignedCommand& command, absl::string_view service,
                      uint64_t judged_at);
  absl::Status AppendVoid(const common::v1::SignedCommand& command, const CommandType& type,
                          uint64_t judged_at, const absl::Status& why);
  absl::Status AppendRaces(bool with_signatures);
  absl::Status AppendFaults(const std::string& author, const Known& good);
  absl::Status AppendFault(const std::string& author, const CommandType& type,
                           google::protobuf::Message* command);
  // Whether no void record bears the reason yet.
  bool IsNew(const absl::Status& why) const;
  void AddFounding();
  void Remember(const common::v1::SignedCommand& command, uint64_t position);

  const Voids voids_;
  SmallLog log_;
  SignatureCache cache_;
  Fold fold_;
  std::map<std::string, crypto::PrivateKey> keys_;      // by id
  std::map<std::string, std::string> key_ids_by_name_;  // persons, codes
  std::set<std::string> persons_;                       // who have a key
  std::vector<Known> known_;                            // in order
  std::set<Reason> reasons_;                            // of the void records so far
  std::function<void()> between_ = [] {};
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_CHRONICLE_H_
