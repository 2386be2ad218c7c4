// Key ceremonies: how the trustees of an organization's secret votes make their common key, message
// by message. crypto/election/ceremony.h describes each message and its checks.
#ifndef VOTUM_CORE_MEETINGS_KEY_CEREMONIES_H_
#define VOTUM_CORE_MEETINGS_KEY_CEREMONIES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/table.h"
#include "crypto/election/ceremony.h"
#include "votum/meetings/v1/key_ceremonies.pb.h"

namespace votum::meetings {

// With more trustees the last check of a ceremony, whose work grows with the cube, would take
// seconds.
inline constexpr int kMaxCeremonyTrustees = 20;

struct KeyCeremonyEntry {
  struct Trustee {
    std::string person_id;
    // Messages as submitted; empty before.
    std::string certificate;
    std::string contribution;
    std::string key;
    VOTUM_FIELDS(person_id, certificate, contribution, key)
  };

  std::string id;
  std::string organization_id;
  uint32_t threshold = 0;
  std::vector<Trustee> trustees;  // by number, from 1
  v1::KeyCeremonyState state = v1::KEY_CEREMONY_STATE_UNSPECIFIED;
  absl::Time announced;
  // Set once finished, and kept when cancelled: the result (election::FormatThresholdTrustees) and
  // the common key of the trustees, in decimal.
  absl::Time finished_time;
  std::string result;
  std::string public_key;
  std::string cancel_reason;
  VOTUM_FIELDS(id, organization_id, threshold, trustees, state, announced, finished_time, result,
               public_key, cancel_reason)

  // The number of `person_id` among the trustees, from 1; 0 if they are not a trustee.
  uint32_t NumberOf(absl::string_view person_id) const;
};

// All that this machine remembers. A copy shares its entries.
struct KeyCeremoniesState {
  Table<std::string, KeyCeremonyEntry> ceremonies;  // by id
  VOTUM_FIELDS(ceremonies)
};

// Not thread-safe.
class KeyCeremonies {
 public:
  // `directory` outlives this object.
  explicit KeyCeremonies(const directory::DirectoryMachine& directory) : directory_(directory) {}
  KeyCeremonies(const KeyCeremonies&) = delete;
  KeyCeremonies& operator=(const KeyCeremonies&) = delete;

  // Commands. key_ceremonies.proto says who may give each, and what it checks.
  absl::Status Check(const CommandContext& context, const v1::AnnounceKeyCeremony& command) const;
  absl::Status Check(const CommandContext& context,
                     const v1::SubmitTrusteeCertificate& command) const;
  absl::Status Check(const CommandContext& context,
                     const v1::SubmitTrusteeContribution& command) const;
  absl::Status Check(const CommandContext& context, const v1::SubmitTrusteeKey& command) const;
  absl::Status Check(const CommandContext& context, const v1::CancelKeyCeremony& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::AnnounceKeyCeremony& command);
  void Apply(const CommandContext& context, const v1::SubmitTrusteeCertificate& command);
  void Apply(const CommandContext& context, const v1::SubmitTrusteeContribution& command);
  void Apply(const CommandContext& context, const v1::SubmitTrusteeKey& command);
  void Apply(const CommandContext& context, const v1::CancelKeyCeremony& command);

  // Null where there is none.
  const KeyCeremonyEntry* Find(absl::string_view id) const;
  // Secret votes of the organization can be opened with that ceremony's key:
  // NOT_FOUND/NO_SUCH_CEREMONY; FAILED_PRECONDITION/CEREMONY_NOT_FINISHED.
  absl::Status CheckFinished(absl::string_view ceremony_id,
                             absl::string_view organization_id) const;

  // All of it is public. NOT_FOUND/NO_SUCH_CEREMONY.
  absl::StatusOr<v1::KeyCeremony> Get(absl::string_view id) const;
  // At most `limit` ceremonies of an organization by id, after `after_id`, without the trustees'
  // messages.
  std::vector<v1::KeyCeremony> List(absl::string_view organization_id, absl::string_view after_id,
                                    size_t limit) const;

  const KeyCeremoniesState& state() const { return state_; }
  void Restore(KeyCeremoniesState state) { state_ = std::move(state); }

 private:
  // The ceremony, if it is in `round` and `actor` may submit for `trustee_id`:
  // NOT_FOUND/NO_SUCH_CEREMONY; FAILED_PRECONDITION/WRONG_ROUND; PERMISSION_DENIED/NOT_THE_TRUSTEE;
  // INVALID_ARGUMENT/UNKNOWN_TRUSTEE.
  absl::StatusOr<const KeyCeremonyEntry*> InRound(const CommandContext& context,
                                                  absl::string_view ceremony_id,
                                                  absl::string_view trustee_id,
                                                  v1::KeyCeremonyState round) const;
  KeyCeremonyEntry& Mutable(absl::string_view id);

  const directory::DirectoryMachine& directory_;
  KeyCeremoniesState state_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_KEY_CEREMONIES_H_
