// A log of a small town, made record by record: founded, with two administrators, "anna" and
// "bert". Nothing in it is random: the same calls give the same bytes, always.
#ifndef VOTUM_TESTS_UNIT_CORE_FOLD_SMALL_LOG_H_
#define VOTUM_TESTS_UNIT_CORE_FOLD_SMALL_LOG_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/fold/envelope.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"
#include "votum/common/v1/command.pb.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {

inline constexpr char kSmallDeployment[] = "votum.kleinstadt.example/log";

class SmallLog {
 public:
  SmallLog();

  // Appends `command` of `person`; its index. Two persons give from now on what the founder could give
  // alone: the Confirm of the other administrator follows.
  uint64_t Append(const std::string& person, google::protobuf::Message&& command,
                  const std::string& service = "directory");
  // Appends what Sign gave, as found good at the size `judged_at`: by default, that of the log.
  uint64_t AppendSigned(const common::v1::SignedCommand& command,
                        const std::string& service = "directory",
                        std::optional<uint64_t> judged_at = std::nullopt);
  // Appends `person`'s payload of a type, whatever these are.
  uint64_t AppendBytes(const std::string& person, const std::string& payload_type,
                       const std::string& payload);
  // Appends RegisterPerson{id} of anna.
  uint64_t Register(const std::string& id);
  // Raises the version: anna activates, bert confirms. The index of the confirmation.
  uint64_t Activate(uint32_t version);
  // A Confirm of `person` for the acts at these indexes; its index.
  uint64_t Confirm(const std::string& person, const std::vector<uint64_t>& acts);
  // The same, not appended yet.
  directory::v1::Confirm ConfirmationOf(const std::vector<uint64_t>& acts) const;
  // Lets time pass before the next record.
  void Wait(absl::Duration duration) { time_ += duration; }
  // Makes `id`, who is registered and has a key, a machine that attests the state; bert confirms.
  void AppointAttester(const std::string& id);
  // Gives `person`, who is registered, a key: anna issues the code, `confirmer` confirms the key.
  void GiveKey(const std::string& person, const std::string& confirmer);

  // The next record is later than `time`.
  void PassTo(absl::Time time) { time_ = std::max(time_, time); }

  // Stops the ledger's clock: the records that follow bear the time of the last one, while those
  // who sign have clocks that show `device_time`.
  void StopClock(absl::Time device_time) { device_time_ = device_time; }
  bool clock_stopped() const { return device_time_.has_value(); }
  // The clock goes again, from `time` on; that may be earlier than the last record.
  void StartClock(absl::Time time);

  // `command` of `person`, signed, as a service gets it.
  common::v1::SignedCommand Sign(const std::string& person, google::protobuf::Message* command);
  // `command`, whose header names who gives it, signed with `keys`.
  common::v1::SignedCommand SignWith(const std::vector<const crypto::PrivateKey*>& keys,
                                     google::protobuf::Message* command);
  Envelope Open(const std::string& person, google::protobuf::Message&& command);

  // The key that all such logs have under this name: a person's, "log", "code of PERSON".
  static crypto::PrivateKey KeyNamed(const std::string& name);
  crypto::PublicKey log_key() const { return log_key_.public_key(); }
  bool HasKey(const std::string& person) const { return keys_.count(person) > 0; }
  // `person` has enrolled their key otherwise, and signs with it from now on.
  void Know(const std::string& person) { keys_.emplace(person, KeyNamed(person)); }
  const crypto::PrivateKey& KeyOf(const std::string& person) const { return keys_.at(person); }
  // The exact bytes of all records.
  const std::vector<std::string>& records() const { return records_; }
  absl::Time time() const { return time_; }

 private:
  common::v1::SignedCommand SignBytes(const std::string& person, const std::string& payload_type,
                                      const std::string& payload) const;
  void Found();
  // Whether `command` of `person` is one of these, and does not concern `person` alone.
  bool TakesTwo(const std::string& person, const google::protobuf::Message& command) const;
  // By a code that anna issued, or for her the founding one.
  void Enrol(const std::string& person, const crypto::PrivateKey& code);

  const crypto::PrivateKey log_key_;
  bool founded_ = false;  // with the second administrator's key
  uint64_t ids_ = 0;      // of commands, so far
  std::map<std::string, crypto::PrivateKey> keys_;
  std::vector<std::string> records_;
  std::optional<absl::Time> device_time_;                // while the clock is stopped
  absl::Time time_ = absl::FromUnixSeconds(1793534400);  // 2026-11-01T12:00:00Z
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_UNIT_CORE_FOLD_SMALL_LOG_H_
