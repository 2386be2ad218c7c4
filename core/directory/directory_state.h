// The memory of the directory's domain.
#ifndef VOTUM_CORE_DIRECTORY_DIRECTORY_STATE_H_
#define VOTUM_CORE_DIRECTORY_DIRECTORY_STATE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "core/describe.h"
#include "core/table.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "votum/common/v1/options.pb.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::directory {

struct PersonEntry {
  std::string id;
  common::v1::AttachmentRef name;
  std::set<common::v1::Office> offices;
  VOTUM_FIELDS(id, name, offices)
};

struct KeyEntry {
  std::string id;
  std::string person_id;
  // Parsed once: it verifies every command of its owner. Set in every entry of the state.
  std::optional<crypto::PublicKey> public_key;
  common::v1::AttachmentRef label;  // without commitment: none
  std::string issued_by;
  std::string confirmed_by;
  common::v1::AttachmentRef revocation_reason;  // without commitment: none
  v1::KeyState state = v1::KEY_STATE_UNSPECIFIED;
  // When it was confirmed by somebody other than the founder alone.
  std::optional<absl::Time> confirm_time;
  VOTUM_FIELDS(id, person_id, public_key, label, issued_by, confirmed_by, revocation_reason, state,
               confirm_time)
};

struct CodeEntry {
  std::string person_id;
  std::string public_key_der;
  std::string issued_by;                  // empty for the founder's
  std::optional<absl::Time> expire_time;  // the founder's never expires
  bool used = false;
  VOTUM_FIELDS(person_id, public_key_der, issued_by, expire_time, used)
};

struct OrganizationEntry {
  std::string id;
  std::string name;
  v1::OrganizationKind kind = v1::ORGANIZATION_KIND_UNSPECIFIED;
  uint32_t statutory_number = 0;
  std::optional<uint64_t> profile_index;  // of the record that adopted its rules
  VOTUM_FIELDS(id, name, kind, statutory_number, profile_index)
};

struct MembershipEntry {
  std::string id;
  std::string person_id;
  std::string organization_id;
  v1::MembershipRole role = v1::MEMBERSHIP_ROLE_UNSPECIFIED;
  bool voting_right = false;
  absl::Time start;
  std::optional<absl::Time> end;
  VOTUM_FIELDS(id, person_id, organization_id, role, voting_right, start, end)
};

// Whose a subject is. Entered for each record that names attachments, whatever its domain and even
// if it is void, so that all processes know the same owners, whatever they fold.
//
// A city has tens of thousands of strangers' subjects, each with a key of its own: so the owner is
// known by a hash. Its 128 bits are enough, since whoever wants somebody else's subject needs a second
// key with the same hash, not any two.
struct SubjectEntry {
  // The first bytes of the hash of the first record's command type and key (OwnerOf).
  std::array<uint8_t, 16> owner = {};
  uint64_t record = 0;  // the first that names it
  VOTUM_FIELDS(owner, record)
};

// Where the log commits to a sealed attachment.
struct AttachmentPlace {
  // The first record that does, even if it is void. No later one is in effect that names the same
  // commitment, so none can widen who may read the content.
  uint64_t index = 0;
  common::v1::Audience audience = common::v1::AUDIENCE_SEALED;  // as its field declares
  VOTUM_FIELDS(index, audience)
};

// A copy shares its entries. Nothing but what is needed to look up rights follows from other fields;
// tables of tables have no empty ones.
struct DirectoryState {
  using Set = Table<std::string, std::monostate>;
  using SubjectKey = std::array<uint8_t, 16>;  // kSubjectBytes

  std::string deployment;
  std::string body_name;
  std::string founder_id;
  bool simulated_clock = false;
  bool two_administrators = false;  // had keys in force at the same time, once
  uint32_t version = 1;
  absl::Time accepted_time = absl::UnixEpoch();
  uint64_t accept_record = 0;

  Table<std::string, PersonEntry> persons;  // by id, as the next four
  Table<std::string, OrganizationEntry> organizations;
  Table<std::string, MembershipEntry> memberships;
  Table<std::string, KeyEntry> keys;
  Table<std::string, CodeEntry> codes;
  // By the record that adopted it: a meeting has the rules that held when it was convened.
  Table<uint64_t, rules::v1::RuleProfile> profiles;
  Set subjects;                     // of all persons
  Set administrators;               // persons
  Table<std::string, Set> keys_of;  // person: all keys, whatever their state
  // Organization, person: the membership that has not ended.
  Table<std::string, Table<std::string, std::string>> members;
  Table<std::string, Set> organizations_of;  // person: those with such a membership

  Table<SubjectKey, SubjectEntry> sealed_under;        // by subject
  Table<crypto::Digest, AttachmentPlace> commitments;  // by commitment
  // Vote without result, subject of its keys: until when these are kept.
  Table<std::string, Table<std::string, absl::Time>> kept;

  Table<uint64_t, v1::Erasure> erasures;         // by record of the act
  Table<uint64_t, std::string> erased_subjects;  // 0, 1, ... in the order of the confirmations
  Set erased;                                    // the same subjects

  VOTUM_FIELDS(deployment, body_name, founder_id, simulated_clock, two_administrators, version,
               accepted_time, accept_record, persons, organizations, memberships, keys, codes,
               profiles, subjects, administrators, keys_of, members, organizations_of, sealed_under,
               commitments, kept, erasures, erased_subjects, erased)
};

}  // namespace votum::directory

#endif  // VOTUM_CORE_DIRECTORY_DIRECTORY_STATE_H_
