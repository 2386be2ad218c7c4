#include "tests/golden/values.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "core/command/audience.h"
#include "core/decisions/decisions_machine.h"
#include "core/fold/audit_view.h"
#include "core/fold/command_table.h"
#include "core/fold/fold.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/record_leaf.h"
#include "rules/lot.h"
#include "rules/profile.h"
#include "tests/harness/people.h"

namespace votum::testing {
namespace {

std::string Escaped(const crypto::Digest& digest) { return absl::CEscape(crypto::AsBytes(digest)); }

std::string SubjectNamed(const std::string& name) {
  const crypto::Digest digest = crypto::Sha256("subject of " + name);
  return std::string(crypto::AsBytes(digest).substr(0, 16));
}

std::string AttachmentRefOf(const std::string& name) {
  common::v1::AttachmentRef ref;
  const crypto::Digest commitment = crypto::Sha256("attachment " + name);
  ref.set_commitment(std::string(crypto::AsBytes(commitment)));
  ref.set_subject(SubjectNamed(name));
  ref.set_media_type("text/plain");
  return ref.ShortDebugString();
}

// The reference to the newest pending act of "TYPE ACTOR".
absl::StatusOr<directory::v1::ActReference> ReferenceTo(const World& world,
                                                        const std::string& type_and_actor) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(type_and_actor, ' ');
  directory::v1::ActReference reference;
  constexpr size_t kAll = std::numeric_limits<size_t>::max();
  std::vector<directory::v1::Act> pending =
      world.acts().List(directory::v1::ACT_STATE_PENDING, 0, kAll);
  for (directory::v1::Act& act :
       world.meeting_acts().List(directory::v1::ACT_STATE_PENDING, 0, kAll))
    pending.push_back(std::move(act));
  for (directory::v1::Act& act : world.round_acts().List(directory::v1::ACT_STATE_PENDING, 0, kAll))
    pending.push_back(std::move(act));
  for (const directory::v1::Act& act : pending) {
    const CommandType* const type = FindCommandType(act.payload_type());
    if (type == nullptr || type->name != parts.first || act.actor_id() != parts.second) continue;
    const crypto::Digest digest = CommandDigest(act.payload_type(), act.payload());
    reference.set_record(act.record());
    reference.set_digest(std::string(crypto::AsBytes(digest)));
  }
  if (!reference.digest().empty()) return reference;
  return absl::NotFoundError(absl::StrCat("no act of ", type_and_actor, " is pending"));
}

std::string ContributionOf(std::string text) {
  text.resize(32, '.');
  return text;
}

// The fields of EstablishResult that a chair reads out.
absl::StatusOr<std::string> ResultOf(const World& world, const std::string& vote) {
  ASSIGN_OR_RETURN(const meetings::v1::Result result, world.votes().ComputeResult(vote));
  return absl::StrCat("tally { ", result.tally().ShortDebugString(),
                      " } outcome: ", meetings::v1::Outcome_Name(result.outcome()));
}

absl::StatusOr<std::string> SecondsIn(const Chronicle& chronicle, const std::string& duration) {
  absl::Duration ahead;
  if (!absl::ParseDuration(duration, &ahead))
    return absl::InvalidArgumentError(absl::StrCat(duration, " is no duration"));
  return absl::StrCat(absl::ToUnixSeconds(chronicle.log().time() + ahead));
}

absl::StatusOr<std::string> CheckpointOf(const SmallLog& log) {
  crypto::Checkpoint checkpoint;
  checkpoint.origin = kSmallDeployment;
  checkpoint.size = log.records().size();
  ASSIGN_OR_RETURN(const crypto::NoteSigner signer,
                   crypto::NoteSigner::Create(kSmallDeployment, SmallLog::KeyNamed("log")));
  ASSIGN_OR_RETURN(const std::string note, crypto::SignCheckpoint(checkpoint, signer));
  return absl::CEscape(note);
}

std::string ViewOf(const SmallLog& log) {
  crypto::MerkleTree tree;
  for (const std::string& record : log.records()) {
    const crypto::Salt salt = SaltOf(tree.size());
    const crypto::Digest leaf = crypto::RecordLeaf(crypto::AsBytes(salt), record);
    tree.Append(crypto::AsBytes(leaf));
  }
  return absl::StrCat("seen_size: ", tree.size(), " seen_root: \"", Escaped(tree.Root()), "\"");
}

std::string StatesOf(const World& world) {
  const AuditView view = AuditViewOf(world.state());
  std::string fields = absl::StrCat("layout: ", kStateLayout);
  for (const Domain domain : kAllDomains) {
    absl::StrAppend(&fields, " states { domain: \"", DomainName(domain), "\" sha256: \"",
                    Escaped(view.Digest(domain)), "\" }");
  }
  return fields;
}

std::string ObjectsOf(const World& world) {
  return absl::StrCat("sha256: \"", Escaped(world.attestations().state().objects.Digest()), "\"");
}

void AddDecisionValues(const Chronicle* chronicle, Values* values) {
  (*values)["text-of"] = [chronicle](const std::string& id) -> absl::StatusOr<std::string> {
    const decisions::v1::Decision* decision = chronicle->world().decisions().FindDecision(id);
    if (decision == nullptr) return absl::NotFoundError(absl::StrCat("no decision ", id));
    return absl::CEscape(decisions::TextDigest(*decision));
  };
  (*values)["document-of"] = [chronicle](const std::string& id) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const std::string document,
                     chronicle->world().decisions().GetDocument(id, Audience::kCouncil));
    return Escaped(crypto::Sha256(document));
  };
}

}  // namespace

crypto::Salt SaltOf(uint64_t index) {
  const crypto::Digest digest = crypto::Sha256(absl::StrCat("salt ", index));
  crypto::Salt salt;
  std::copy_n(digest.begin(), salt.size(), salt.begin());
  return salt;
}

Values TownValues(Chronicle* chronicle) {
  Values values;
  values["key"] = [chronicle](const std::string& name) {
    return absl::CEscape(chronicle->KeyNamed(name).public_key().spki_der());
  };
  values["key-id"] = [chronicle](const std::string& name) {
    return chronicle->KeyNamed(name).public_key().id();
  };
  values["in"] = [chronicle](const std::string& duration) {
    return SecondsIn(*chronicle, duration);
  };
  values["last-record"] = [chronicle](const std::string&) {
    return absl::StrCat(chronicle->log().records().size() - 1);
  };
  values["profile"] = [](const std::string& id) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, rules::BuiltInProfile(id, "2026-11-01"));
    return profile.ShortDebugString();
  };
  values["attachment"] = AttachmentRefOf;
  values["subject"] = [](const std::string& name) { return absl::CEscape(SubjectNamed(name)); };
  values["about"] = [chronicle](const std::string& person) {
    const std::string words = absl::StrCat("words of record ", chronicle->log().records().size());
    return About(person, words).ref.ShortDebugString();
  };
  values["subject-of"] = [](const std::string& person) { return absl::CEscape(SubjectOf(person)); };
  values["sha256"] = [](const std::string& text) { return Escaped(crypto::Sha256(text)); };
  values["command"] = [chronicle](const std::string& type_and_actor) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(type_and_actor, ' ');
    return chronicle->NewestCommandId(parts.first, parts.second);
  };
  values["act"] = [chronicle](const std::string& type_and_actor) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auto reference, ReferenceTo(chronicle->world(), type_and_actor));
    return reference.ShortDebugString();
  };
  values["act-record"] =
      [chronicle](const std::string& type_and_actor) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auto reference, ReferenceTo(chronicle->world(), type_and_actor));
    return absl::StrCat(reference.record());
  };
  values["result"] = [chronicle](const std::string& vote) {
    return ResultOf(chronicle->world(), vote);
  };
  values["lot"] = [](const std::string& text) {
    return Escaped(rules::CommitContribution(ContributionOf(text)));
  };
  values["contribution"] = [](const std::string& text) {
    return absl::CEscape(ContributionOf(text));
  };
  values["checkpoint"] = [chronicle](const std::string&) { return CheckpointOf(chronicle->log()); };
  values["view"] = [chronicle](const std::string&) { return ViewOf(chronicle->log()); };
  values["objects"] = [chronicle](const std::string&) { return ObjectsOf(chronicle->world()); };
  values["states"] = [chronicle](const std::string&) { return StatesOf(chronicle->world()); };
  AddDecisionValues(chronicle, &values);
  return values;
}

}  // namespace votum::testing
