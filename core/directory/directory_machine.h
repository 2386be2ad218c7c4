// The directory: body, organizations, persons, memberships, offices, keys, the rules in force.
//
// Names, labels of keys and reasons are sealed attachments: the state knows their commitments,
// never their words. All that is said about a person is sealed under that person's subject, and
// one erasure takes all of it.
//
// A key becomes active in three steps by at least two persons: an administrator issues a one-time
// code, the owner enrols a key with it, another administrator confirms it. Two exceptions allow a
// deployment to be founded: the first administrator's first key is active at once (the person who
// made the log key made its code), and until two administrators have keys in force, the first one
// confirms the second alone. Once they had, this never comes back. Where all administrators but one
// have lost their keys later, the mayor or an auditor confirms the next administrator's.
#ifndef VOTUM_CORE_DIRECTORY_DIRECTORY_MACHINE_H_
#define VOTUM_CORE_DIRECTORY_DIRECTORY_MACHINE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/directory/directory_state.h"
#include "core/table.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::directory {

// A record seals the attachments that it names.
struct Sealing {
  struct Part {
    common::v1::AttachmentRef ref;
    // attachment_audience and attachment_joins_subject, in proto/votum/common/v1/options.proto.
    common::v1::Audience audience = common::v1::AUDIENCE_SEALED;
    bool joins = false;
  };
  uint64_t index = 0;
  absl::Time time = absl::UnixEpoch();
  std::string payload_type;
  std::string key_id;  // of its first signature
  std::vector<Part> parts;
  std::string keeps;     // the vote whose keys they are
  std::string releases;  // the vote that has a result
};

// How long a key must have been in force before its owner and whoever confirmed it count as two
// persons.
inline constexpr absl::Duration kKeySettles = absl::Hours(1);
// How long after its opening the keys of a vote without result are kept: a vote that was given up
// gets none, and the parts of trustees are good for 30 days.
inline constexpr absl::Duration kKeysKept = absl::Hours(24 * 90);

// Not thread-safe.
class DirectoryMachine {
 public:
  DirectoryMachine() = default;
  DirectoryMachine(const DirectoryMachine&) = delete;
  // Takes over the state of another one, which costs the copy of its handle; what refers to this
  // object still does.
  DirectoryMachine& operator=(const DirectoryMachine&) = default;

  absl::Status Check(const CommandContext& context, const v1::FoundDeployment& command) const;
  absl::Status Check(const CommandContext& context, const v1::RegisterPerson& command) const;
  absl::Status Check(const CommandContext& context, const v1::CreateOrganization& command) const;
  absl::Status Check(const CommandContext& context, const v1::AddMembership& command) const;
  absl::Status Check(const CommandContext& context, const v1::EndMembership& command) const;
  absl::Status Check(const CommandContext& context, const v1::GrantOffice& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawOffice& command) const;
  absl::Status Check(const CommandContext& context, const v1::AppointMachine& command) const;
  absl::Status Check(const CommandContext& context, const v1::IssueEnrolmentCode& command) const;
  absl::Status Check(const CommandContext& context, const v1::EnrolKey& command) const;
  absl::Status Check(const CommandContext& context, const v1::ConfirmKey& command) const;
  absl::Status Check(const CommandContext& context, const v1::RevokeKey& command) const;
  absl::Status Check(const CommandContext& context, const v1::EraseSubjects& command) const;
  absl::Status Check(const CommandContext& context, const v1::ActivateVersion& command) const;
  absl::Status Check(const CommandContext& context, const v1::AcceptTime& command) const;
  absl::Status Check(const CommandContext& context, const v1::AdoptRuleProfile& command) const;

  void Apply(const CommandContext& context, const v1::FoundDeployment& command);
  void Apply(const CommandContext& context, const v1::RegisterPerson& command);
  void Apply(const CommandContext& context, const v1::CreateOrganization& command);
  void Apply(const CommandContext& context, const v1::AddMembership& command);
  void Apply(const CommandContext& context, const v1::EndMembership& command);
  void Apply(const CommandContext& context, const v1::GrantOffice& command);
  void Apply(const CommandContext& context, const v1::WithdrawOffice& command);
  void Apply(const CommandContext& context, const v1::AppointMachine& command);
  void Apply(const CommandContext& context, const v1::IssueEnrolmentCode& command);
  void Apply(const CommandContext& context, const v1::EnrolKey& command);
  void Apply(const CommandContext& context, const v1::ConfirmKey& command);
  void Apply(const CommandContext& context, const v1::RevokeKey& command);
  void Apply(const CommandContext& context, const v1::EraseSubjects& command);
  void Apply(const CommandContext& context, const v1::ActivateVersion& command);
  void Apply(const CommandContext& context, const v1::AcceptTime& command);
  void Apply(const CommandContext& context, const v1::AdoptRuleProfile& command);

  // Queries of other domains and of the fold. Pointers are valid until the next Apply; null where
  // there is none.
  bool founded() const { return !state_.deployment.empty(); }
  // Whether no two administrators have ever had keys in force at the same time: the founder gives
  // alone what takes two persons afterwards.
  bool founding() const { return !state_.two_administrators; }
  const std::string& deployment() const { return state_.deployment; }
  const std::string& body_name() const { return state_.body_name; }
  bool simulated_clock() const { return state_.simulated_clock; }
  // The version of the log that is in force: see core/VERSIONS.md.
  uint32_t version() const { return state_.version; }
  const KeyEntry* FindKey(absl::string_view key_id) const;
  const CodeEntry* FindCode(absl::string_view code_key_id) const;
  bool PersonExists(absl::string_view person_id) const;
  bool HasOffice(absl::string_view person_id, common::v1::Office office) const;
  bool HasAnyOffice(absl::string_view person_id,
                    std::initializer_list<common::v1::Office> offices) const;
  // Holds the office of a machine, and therefore nothing else.
  bool IsMachine(absl::string_view person_id) const;
  const OrganizationEntry* FindOrganization(absl::string_view organization_id) const;
  // The rules that this record adopted, for whichever organization, in force or not any more.
  const rules::v1::RuleProfile& ProfileOf(uint64_t record) const {
    return *state_.profiles.Find(record);
  }
  const MembershipEntry* FindMembership(absl::string_view membership_id) const {
    return state_.memberships.Find(membership_id);
  }
  // PERMISSION_DENIED/KEY_JUST_CONFIRMED if `person_id` has confirmed the key `key_id` less than
  // kKeySettles before `time`.
  absl::Status CheckSettled(absl::string_view key_id, absl::string_view person_id,
                            absl::Time time) const;
  const MembershipEntry* ActiveMembership(absl::string_view person_id,
                                          absl::string_view organization_id) const;
  // By person id.
  std::vector<const MembershipEntry*> ActiveMembers(absl::string_view organization_id) const;
  // Is its chair or deputy chair.
  bool PresidesOver(absl::string_view person_id, absl::string_view organization_id) const;
  // Belongs to the council or a committee, or holds an office other than auditor.
  bool BelongsToCouncilOrAdministration(absl::string_view person_id) const;

  // The time of the last AcceptTime in effect, and the index of the record that confirmed it; 0
  // where there was none.
  absl::Time accepted_time() const { return state_.accepted_time; }
  uint64_t accept_record() const { return state_.accept_record; }

  // Subjects whose sealed attachments are erased, numbered in the order of the records that
  // confirmed it.
  const Table<uint64_t, std::string>& erased_subjects() const { return state_.erased_subjects; }
  bool IsErased(absl::string_view subject) const;
  // The subject of everything that is sealed about a person who exists.
  const std::string& SubjectOf(absl::string_view person_id) const;
  // Every subject and every commitment has one owner. ALREADY_EXISTS/SUBJECT_TAKEN if a subject was
  // named by another kind of command or by one of another key; what lies under a person's, the
  // commands' own Checks decide. ALREADY_EXISTS/COMMITMENT_KNOWN if a commitment was named before, or
  // comes twice.
  absl::Status CheckOwned(const Sealing& sealing) const;
  // Enters what the next record seals, even if it is void.
  void Own(const Sealing& sealing);
  // Null if no record names the subject.
  const SubjectEntry* FindSubject(absl::string_view subject) const;
  // Null if no record commits to it.
  const AttachmentPlace* FindAttachment(absl::string_view commitment) const;
  // Whether the keys of a vote without result, which may still be opened, lie under the subject.
  bool IsKept(absl::string_view subject, absl::Time time) const;
  // Checks a sealed content that is not about one person: its subject is nobody's, so that its
  // erasure takes no person's data. INVALID_ARGUMENT/BAD_ATTACHMENT, ALREADY_EXISTS/SUBJECT_TAKEN.
  absl::Status CheckSealedApart(absl::string_view field,
                                const common::v1::AttachmentRef& ref) const;
  // Checks that what the field holds is sealed under the subject of `person_id`, who exists. Once
  // that subject is erased, nothing new is sealed about the person: the field must be absent then.
  // INVALID_ARGUMENT/BAD_ATTACHMENT, FAILED_PRECONDITION/SUBJECT_ERASED.
  absl::Status CheckSealedAbout(absl::string_view person_id, absl::string_view field,
                                const common::v1::AttachmentRef& ref) const;

  // NOT_FOUND/NO_SUCH_PERSON, NO_SUCH_ORGANIZATION. Lists are by id, at most `limit` after
  // `after_id`.
  v1::Body GetBody() const;
  absl::StatusOr<v1::Person> GetPerson(absl::string_view person_id) const;
  absl::StatusOr<v1::Organization> GetOrganization(absl::string_view organization_id) const;
  std::vector<v1::Person> ListPersons(absl::string_view after_id, size_t limit) const;
  std::vector<v1::Organization> ListOrganizations(absl::string_view after_id, size_t limit) const;
  // Empty `organization_id`, `person_id`: all.
  std::vector<v1::Membership> ListMemberships(absl::string_view organization_id,
                                              absl::string_view after_id, size_t limit) const;
  std::vector<v1::Key> ListKeys(absl::string_view person_id, absl::string_view after_id,
                                size_t limit) const;

  // By record: at most `limit` whose record has the index `from` or a later one.
  std::vector<v1::Erasure> ListErasures(uint64_t from, size_t limit) const;

  const DirectoryState& state() const { return state_; }
  void Restore(DirectoryState state) { state_ = std::move(state); }

 private:
  // ALREADY_EXISTS/SUBJECT_TAKEN if a person has the subject of what the field holds.
  absl::Status CheckSubjectIsFree(absl::string_view field,
                                  const common::v1::AttachmentRef& ref) const;
  // INVALID_ARGUMENT/BAD_OFFICE for the office of a machine.
  static absl::Status CheckPersonsOffice(common::v1::Office office);
  // PERMISSION_DENIED/MACHINE.
  absl::Status CheckNoMachine(absl::string_view person_id) const;
  v1::Person ToProto(const PersonEntry& entry) const;
  v1::Key ToProto(const KeyEntry& entry) const;
  // Enters a person who was not there.
  void AddPerson(const std::string& id, const common::v1::AttachmentRef& name);
  void AddOffice(const std::string& person_id, common::v1::Office office);
  int AdministratorsWithActiveKey() const;
  // OK if the actor may confirm `key`. PERMISSION_DENIED/SAME_PERSON, OFFICE_MISSING, KEY_JUST_CONFIRMED.
  absl::Status CheckMayConfirm(const CommandContext& context, const KeyEntry& key) const;
  // Ends the founding once two administrators have keys in force.
  void EndFounding();
  // Besides the key `except`, if that is given.
  bool HasActiveKey(absl::string_view person_id, absl::string_view except = "") const;

  DirectoryState state_;
};

}  // namespace votum::directory

#endif  // VOTUM_CORE_DIRECTORY_DIRECTORY_MACHINE_H_
