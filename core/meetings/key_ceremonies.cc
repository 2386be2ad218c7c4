#include "core/meetings/key_ceremonies.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"

namespace votum::meetings {
namespace {

using Trustee = KeyCeremonyEntry::Trustee;

constexpr size_t kMaxCancelReasonBytes = 2048;
// A contribution to twenty trustees has some 60,000 bytes.
constexpr size_t kMaxMessageBytes = size_t{256} << 10;

absl::string_view RoundName(v1::KeyCeremonyState state) {
  switch (state) {
    case v1::KEY_CEREMONY_STATE_CERTIFICATES:
      return "waits for certificates";
    case v1::KEY_CEREMONY_STATE_CONTRIBUTIONS:
      return "waits for contributions";
    case v1::KEY_CEREMONY_STATE_KEYS:
      return "waits for keys";
    case v1::KEY_CEREMONY_STATE_FINISHED:
      return "is finished";
    default:
      return "is cancelled";
  }
}

absl::Status BadTrustees(absl::string_view what) { return Refuse(Reason::kBadTrustees, what); }

absl::Status CheckLength(absl::string_view message) {
  if (message.size() <= kMaxMessageBytes) return absl::OkStatus();
  return Refuse(Reason::kTooLarge,
                absl::StrCat("a trustee's message has at most ", kMaxMessageBytes, " bytes"));
}

// Parse texts that were checked when they came in.
std::vector<election::SignedMessage> Certificates(const KeyCeremonyEntry& ceremony) {
  std::vector<election::SignedMessage> certificates;
  for (const Trustee& trustee : ceremony.trustees)
    certificates.push_back(*election::ParseSignedMessage(trustee.certificate));
  return certificates;
}

std::vector<election::Contribution> Contributions(const KeyCeremonyEntry& ceremony) {
  std::vector<election::Contribution> contributions;
  for (const Trustee& trustee : ceremony.trustees)
    contributions.push_back(*election::ParseContribution(trustee.contribution));
  return contributions;
}

// The result of the ceremony with `key` of trustee `number` as the last missing one.
absl::StatusOr<election::ThresholdTrustees> Assemble(const KeyCeremonyEntry& ceremony,
                                                     uint32_t number, absl::string_view key) {
  std::vector<election::TrusteeKey> keys;
  for (size_t i = 0; i < ceremony.trustees.size(); ++i) {
    ASSIGN_OR_RETURN(const election::ShareMessage message,
                     election::ParseShareMessage(i + 1 == number ? key : ceremony.trustees[i].key));
    keys.push_back(message.key);
  }
  return election::AssembleTrustees(Certificates(ceremony), ceremony.threshold,
                                    Contributions(ceremony), keys);
}

bool AllHave(const KeyCeremonyEntry& ceremony, std::string Trustee::*message) {
  return std::none_of(ceremony.trustees.begin(), ceremony.trustees.end(),
                      [&](const Trustee& trustee) { return (trustee.*message).empty(); });
}

// Whether `number` is the only trustee whose `message` is missing.
bool IsLast(const KeyCeremonyEntry& ceremony, uint32_t number, std::string Trustee::*message) {
  for (size_t i = 0; i < ceremony.trustees.size(); ++i) {
    if (i + 1 != number && (ceremony.trustees[i].*message).empty()) return false;
  }
  return true;
}

v1::KeyCeremony ToResource(const KeyCeremonyEntry& entry, bool with_messages) {
  v1::KeyCeremony ceremony;
  ceremony.set_id(entry.id);
  ceremony.set_organization_id(entry.organization_id);
  ceremony.set_threshold(entry.threshold);
  for (const Trustee& one : entry.trustees) {
    v1::CeremonyTrustee& trustee = *ceremony.add_trustees();
    trustee.set_person_id(one.person_id);
    if (!with_messages) continue;
    trustee.set_certificate(one.certificate);
    trustee.set_contribution(one.contribution);
    trustee.set_key(one.key);
  }
  ceremony.set_state(entry.state);
  *ceremony.mutable_announce_time() = ToTimestamp(entry.announced);
  if (!entry.public_key.empty()) {
    *ceremony.mutable_finish_time() = ToTimestamp(entry.finished_time);
    ceremony.set_public_key(entry.public_key);
  }
  ceremony.set_cancel_reason(entry.cancel_reason);
  return ceremony;
}

}  // namespace

uint32_t KeyCeremonyEntry::NumberOf(absl::string_view person_id) const {
  for (size_t i = 0; i < trustees.size(); ++i) {
    if (trustees[i].person_id == person_id) return static_cast<uint32_t>(i) + 1;
  }
  return 0;
}

const KeyCeremonyEntry* KeyCeremonies::Find(absl::string_view id) const {
  return state_.ceremonies.Find(id);
}

KeyCeremonyEntry& KeyCeremonies::Mutable(absl::string_view id) {
  return *state_.ceremonies.Mutable(id);
}

absl::Status KeyCeremonies::Check(const CommandContext&,
                                  const v1::AnnounceKeyCeremony& command) const {
  RETURN_IF_ERROR(CheckId("ceremony_id", command.ceremony_id()));
  if (Find(command.ceremony_id()) != nullptr) {
    return Refuse(Reason::kCeremonyExists,
                  absl::StrCat("ceremony ", command.ceremony_id(), " exists; choose another id"));
  }
  if (directory_.FindOrganization(command.organization_id()) == nullptr) {
    return Refuse(Reason::kNoSuchOrganization,
                  absl::StrCat("there is no organization ", command.organization_id()));
  }
  const int size = command.trustee_ids_size();
  if (size < 2 || size > kMaxCeremonyTrustees)
    return BadTrustees(absl::StrCat("name 2 to ", kMaxCeremonyTrustees, " trustees"));
  if (command.threshold() < 2 || command.threshold() > static_cast<uint32_t>(size)) {
    return BadTrustees(absl::StrCat("2 to ", size,
                                    " trustees can be needed to open a tally: one person alone "
                                    "must never be enough"));
  }
  std::set<absl::string_view> seen;
  for (const std::string& person_id : command.trustee_ids()) {
    if (!directory_.PersonExists(person_id)) {
      return Refuse(Reason::kNoSuchPerson,
                    absl::StrCat("trustee ", person_id, " is not in the directory"));
    }
    if (!seen.insert(person_id).second)
      return BadTrustees(absl::StrCat(person_id, " is named twice: a person is one trustee"));
  }
  return absl::OkStatus();
}

void KeyCeremonies::Apply(const CommandContext& context, const v1::AnnounceKeyCeremony& command) {
  KeyCeremonyEntry& ceremony = state_.ceremonies.MutableOrNew(command.ceremony_id());
  ceremony.id = command.ceremony_id();
  ceremony.organization_id = command.organization_id();
  ceremony.threshold = command.threshold();
  for (const std::string& person_id : command.trustee_ids())
    ceremony.trustees.push_back({person_id, "", "", ""});
  ceremony.state = v1::KEY_CEREMONY_STATE_CERTIFICATES;
  ceremony.announced = context.time;
}

absl::StatusOr<const KeyCeremonyEntry*> KeyCeremonies::InRound(const CommandContext& context,
                                                               absl::string_view ceremony_id,
                                                               absl::string_view trustee_id,
                                                               v1::KeyCeremonyState round) const {
  const KeyCeremonyEntry* ceremony = Find(ceremony_id);
  if (ceremony == nullptr) {
    return Refuse(Reason::kNoSuchCeremony, absl::StrCat("there is no key ceremony ", ceremony_id));
  }
  if (ceremony->NumberOf(trustee_id) == 0) {
    return Refuse(Reason::kUnknownTrustee,
                  absl::StrCat(trustee_id, " is no trustee of ceremony ", ceremony_id));
  }
  if (context.actor != trustee_id &&
      !directory_.HasOffice(context.actor, common::v1::OFFICE_CLERK)) {
    return Refuse(Reason::kNotTheTrustee,
                  absl::StrCat(context.actor, " may hand in nothing for ", trustee_id,
                               "; the trustee may, or a clerk"));
  }
  if (ceremony->state == round) return ceremony;
  return Refuse(Reason::kWrongRound,
                absl::StrCat("ceremony ", ceremony_id, " ", RoundName(ceremony->state),
                             "; look at it with GetKeyCeremony"));
}

absl::Status KeyCeremonies::Check(const CommandContext& context,
                                  const v1::SubmitTrusteeCertificate& command) const {
  ASSIGN_OR_RETURN(const KeyCeremonyEntry* ceremony,
                   InRound(context, command.ceremony_id(), command.trustee_id(),
                           v1::KEY_CEREMONY_STATE_CERTIFICATES));
  RETURN_IF_ERROR(CheckLength(command.certificate()));
  ASSIGN_OR_RETURN(const election::SignedMessage own,
                   election::ParseSignedMessage(command.certificate()));
  const uint32_t number = ceremony->NumberOf(command.trustee_id());
  const election::CertificateContext expected = {ceremony->trustees.size(), ceremony->threshold,
                                                 number};
  ASSIGN_OR_RETURN(const election::Certificate certificate,
                   election::CheckCertificate(own, expected));
  // Two trustees with a key in common would be one person.
  for (size_t i = 0; i < ceremony->trustees.size(); ++i) {
    const std::string& text = ceremony->trustees[i].certificate;
    if (i + 1 == number || text.empty()) continue;
    const election::Certificate other =
        *election::ParseCertificate(election::ParseSignedMessage(text)->message);
    if (other.verification == certificate.verification ||
        other.encryption == certificate.encryption) {
      return BadTrustees(absl::StrCat("the certificate of ", command.trustee_id(),
                                      " has a key of that of ", ceremony->trustees[i].person_id,
                                      "; each trustee makes his own"));
    }
  }
  return absl::OkStatus();
}

void KeyCeremonies::Apply(const CommandContext&, const v1::SubmitTrusteeCertificate& command) {
  KeyCeremonyEntry& ceremony = Mutable(command.ceremony_id());
  ceremony.trustees[ceremony.NumberOf(command.trustee_id()) - 1].certificate =
      command.certificate();
  if (AllHave(ceremony, &Trustee::certificate))
    ceremony.state = v1::KEY_CEREMONY_STATE_CONTRIBUTIONS;
}

absl::Status KeyCeremonies::Check(const CommandContext& context,
                                  const v1::SubmitTrusteeContribution& command) const {
  ASSIGN_OR_RETURN(const KeyCeremonyEntry* ceremony,
                   InRound(context, command.ceremony_id(), command.trustee_id(),
                           v1::KEY_CEREMONY_STATE_CONTRIBUTIONS));
  RETURN_IF_ERROR(CheckLength(command.contribution()));
  ASSIGN_OR_RETURN(const election::Contribution contribution,
                   election::ParseContribution(command.contribution()));
  return election::CheckContribution(Certificates(*ceremony), ceremony->threshold,
                                     ceremony->NumberOf(command.trustee_id()), contribution);
}

void KeyCeremonies::Apply(const CommandContext&, const v1::SubmitTrusteeContribution& command) {
  KeyCeremonyEntry& ceremony = Mutable(command.ceremony_id());
  ceremony.trustees[ceremony.NumberOf(command.trustee_id()) - 1].contribution =
      command.contribution();
  if (AllHave(ceremony, &Trustee::contribution)) ceremony.state = v1::KEY_CEREMONY_STATE_KEYS;
}

absl::Status KeyCeremonies::Check(const CommandContext& context,
                                  const v1::SubmitTrusteeKey& command) const {
  ASSIGN_OR_RETURN(
      const KeyCeremonyEntry* ceremony,
      InRound(context, command.ceremony_id(), command.trustee_id(), v1::KEY_CEREMONY_STATE_KEYS));
  RETURN_IF_ERROR(CheckLength(command.key()));
  ASSIGN_OR_RETURN(const election::ShareMessage message,
                   election::ParseShareMessage(command.key()));
  const uint32_t number = ceremony->NumberOf(command.trustee_id());
  std::vector<std::vector<election::Element>> polynomials;
  for (const election::Contribution& contribution : Contributions(*ceremony))
    polynomials.push_back(*election::ParsePolynomial(contribution.polynomial.message));
  const election::Certificate certificate =
      *election::ParseCertificate(Certificates(*ceremony)[number - 1].message);
  RETURN_IF_ERROR(election::CheckShareKey(polynomials, certificate, number, message.key));
  if (!IsLast(*ceremony, number, &Trustee::key)) return absl::OkStatus();
  return Assemble(*ceremony, number, command.key()).status();
}

void KeyCeremonies::Apply(const CommandContext& context, const v1::SubmitTrusteeKey& command) {
  KeyCeremonyEntry& ceremony = Mutable(command.ceremony_id());
  const uint32_t number = ceremony.NumberOf(command.trustee_id());
  ceremony.trustees[number - 1].key = command.key();
  if (!AllHave(ceremony, &Trustee::key)) return;
  const election::ThresholdTrustees result = *Assemble(ceremony, number, command.key());
  // The product of all constant terms (CheckThresholdTrustees).
  election::Element key;
  for (const election::SignedMessage& polynomial : result.polynomials)
    key *= election::ParsePolynomial(polynomial.message)->front();
  ceremony.result = election::FormatThresholdTrustees(result);
  ceremony.public_key = key.ToDecimal();
  ceremony.finished_time = context.time;
  ceremony.state = v1::KEY_CEREMONY_STATE_FINISHED;
}

absl::Status KeyCeremonies::Check(const CommandContext& context,
                                  const v1::CancelKeyCeremony& command) const {
  const KeyCeremonyEntry* ceremony = Find(command.ceremony_id());
  if (ceremony == nullptr) {
    return Refuse(Reason::kNoSuchCeremony,
                  absl::StrCat("there is no key ceremony ", command.ceremony_id()));
  }
  if (ceremony->NumberOf(context.actor) == 0 &&
      !directory_.HasOffice(context.actor, common::v1::OFFICE_CLERK) &&
      !directory_.HasOffice(context.actor, common::v1::OFFICE_ADMINISTRATOR)) {
    return Refuse(Reason::kNotTheTrustee,
                  absl::StrCat(context.actor, " is neither a trustee of ceremony ", ceremony->id,
                               " nor a clerk or administrator"));
  }
  if (ceremony->state == v1::KEY_CEREMONY_STATE_CANCELLED) {
    return Refuse(Reason::kCeremonyCancelled,
                  absl::StrCat("ceremony ", ceremony->id, " is cancelled already"));
  }
  return CheckText("reason", command.reason(), kMaxCancelReasonBytes);
}

void KeyCeremonies::Apply(const CommandContext&, const v1::CancelKeyCeremony& command) {
  KeyCeremonyEntry& ceremony = Mutable(command.ceremony_id());
  ceremony.state = v1::KEY_CEREMONY_STATE_CANCELLED;
  ceremony.cancel_reason = command.reason();
}

absl::Status KeyCeremonies::CheckFinished(absl::string_view ceremony_id,
                                          absl::string_view organization_id) const {
  const KeyCeremonyEntry* ceremony = Find(ceremony_id);
  if (ceremony == nullptr || ceremony->organization_id != organization_id) {
    return Refuse(Reason::kNoSuchCeremony,
                  absl::StrCat("there is no key ceremony ", ceremony_id, " of ", organization_id));
  }
  if (ceremony->state != v1::KEY_CEREMONY_STATE_FINISHED) {
    return Refuse(Reason::kCeremonyNotFinished,
                  absl::StrCat("key ceremony ", ceremony->id,
                               " is not finished, or was cancelled: there is no key "
                               "of trustees; vote on papers, or finish it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::KeyCeremony> KeyCeremonies::Get(absl::string_view id) const {
  const KeyCeremonyEntry* ceremony = Find(id);
  if (ceremony != nullptr) return ToResource(*ceremony, /*with_messages=*/true);
  return Refuse(Reason::kNoSuchCeremony, absl::StrCat("there is no key ceremony ", id));
}

std::vector<v1::KeyCeremony> KeyCeremonies::List(absl::string_view organization_id,
                                                 absl::string_view after_id, size_t limit) const {
  std::vector<v1::KeyCeremony> ceremonies;
  const auto end = state_.ceremonies.end();
  for (auto it = state_.ceremonies.upper_bound(after_id); it != end && ceremonies.size() < limit;
       ++it) {
    if (it->second.organization_id == organization_id)
      ceremonies.push_back(ToResource(it->second, /*with_messages=*/false));
  }
  return ceremonies;
}

}  // namespace votum::meetings
