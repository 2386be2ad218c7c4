// Attestations of the state: who may give them, which hold, and what a machine may not do.
#include "core/fold/attestations.h"

#include <optional>
#include <string>
#include <utility>

#include "base/refusal.h"
#include "base/status_matchers.h"
#include "core/fold/audit_view.h"
#include "core/fold/objects.h"
#include "core/table_proof.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum::testing {
namespace {

using projects::v1::AttestObjects;
using projects::v1::AttestState;
using ::testing::Optional;
namespace v1 = directory::v1;

// An attestation of `world` after `size` records.
AttestState AttestationOf(const World& world, uint64_t size) {
  AttestState attest;
  attest.mutable_header()->set_seen_size(size);
  attest.mutable_header()->set_seen_root(std::string(32, 'r'));
  attest.set_layout(kStateLayout);
  const AuditView view = AuditViewOf(world.state());
  for (const Domain domain : kAllDomains) {
    projects::v1::StateDigest* stated = attest.add_states();
    stated->set_domain(std::string(DomainName(domain)));
    const crypto::Digest digest = view.Digest(domain);
    stated->set_sha256(std::string(crypto::AsBytes(digest)));
  }
  return attest;
}

v1::AppointMachine Appoint(const std::string& id) {
  v1::AppointMachine appoint;
  appoint.set_person_id(id);
  appoint.set_office(common::v1::OFFICE_ATTESTER);
  return appoint;
}

// "zeuge" is registered and has a key.
class AttestationsTest : public ::testing::Test {
 protected:
  AttestationsTest() {
    log_.Register("zeuge");
    log_.GiveKey("zeuge", "bert");
  }

  // anna appoints, bert confirms.
  void AppointZeuge() {
    const uint64_t act = log_.Append("anna", Appoint("zeuge"));
    log_.Confirm("bert", {act});
  }
  AttestState Attestation() {
    EXPECT_OK(program_.FoldAll());
    return AttestationOf(program_.fold().world(), log_.records().size());
  }
  AttestObjects AttestationOfObjects() {
    EXPECT_OK(program_.FoldAll());
    AttestObjects attest;
    attest.mutable_header()->set_seen_size(log_.records().size());
    attest.mutable_header()->set_seen_root(std::string(32, 'r'));
    const crypto::Digest digest = State().objects.Digest();
    attest.set_sha256(std::string(crypto::AsBytes(digest)));
    return attest;
  }
  // Why the attestation of `person` is void; nothing if it is in effect.
  template <typename Attestation>
  std::optional<Reason> Give(Attestation attest, const std::string& person = "zeuge") {
    return VoidReason(log_.Append(person, std::move(attest), "projects"));
  }
  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  const AttestationsState& State() const { return program_.fold().world().attestations().state(); }

  SmallLog log_;
  Program program_{log_};
};

TEST_F(AttestationsTest, HoldWhenTheStateIsTheOneStated) {
  AppointZeuge();
  const uint64_t first = log_.records().size();
  EXPECT_EQ(Give(Attestation()), std::nullopt);
  log_.Register("mia");
  EXPECT_EQ(Give(Attestation()), std::nullopt) << "after more records, the first one among them";
  ASSERT_EQ(State().count.size(), 1u);
  EXPECT_EQ(*State().count.Find(kStateLayout), 2u);
  EXPECT_EQ(State().newest, first + 2);
}

TEST_F(AttestationsTest, AnotherStateIsAFaultAndNoRace) {
  AppointZeuge();
  AttestState wrong = Attestation();
  (*wrong.mutable_states(3)->mutable_sha256())[31] ^= 1;
  EXPECT_THAT(Give(wrong), Optional(Reason::kStateDiffers));
  EXPECT_TRUE(IsIntegrityFault(program_.fold().WhyVoid(log_.records().size() - 1)));

  AttestState swapped = Attestation();
  swapped.mutable_states(0)->set_domain("ideas");
  EXPECT_THAT(Give(swapped), Optional(Reason::kStateDiffers));
  AttestState one_less = Attestation();
  one_less.mutable_states()->RemoveLast();
  EXPECT_THAT(Give(one_less), Optional(Reason::kStateDiffers));
  EXPECT_TRUE(State().count.empty());
}

TEST_F(AttestationsTest, ARecordInBetweenMakesItVoidAsARace) {
  AppointZeuge();
  AttestState attest = Attestation();
  log_.Register("mia");
  EXPECT_THAT(Give(attest), Optional(Reason::kLogMovedOn));
  EXPECT_FALSE(IsIntegrityFault(program_.fold().WhyVoid(log_.records().size() - 1)));
  // It speaks of a log with a record that is still to come.
  attest = Attestation();
  attest.mutable_header()->set_seen_size(log_.records().size() + 1);
  EXPECT_THAT(Give(attest), Optional(Reason::kLogMovedOn));
}

TEST_F(AttestationsTest, AnotherLayoutIsTakenAsItIs) {
  AppointZeuge();
  AttestState attest = Attestation();
  attest.set_layout(kStateLayout + 1);
  attest.mutable_states(0)->set_sha256("made by another program");
  EXPECT_EQ(Give(attest), std::nullopt);
  EXPECT_EQ(*State().count.Find(kStateLayout + 1), 1u);
  EXPECT_EQ(State().count.Find(kStateLayout), nullptr);
}

TEST_F(AttestationsTest, HistoriesAreKeptAsTheyWereAttestedLast) {
  AppointZeuge();
  EXPECT_EQ(State().attested_by, 0u);
  const uint64_t first = log_.records().size();
  EXPECT_EQ(Give(AttestationOfObjects()), std::nullopt);
  EXPECT_EQ(State().attested_by, first);
  EXPECT_EQ(State().attested, State().objects);
  EXPECT_EQ(State().newest, 0u) << "it says nothing of the state";

  const ObjectHistories then = State().attested;
  log_.Register("mia");
  EXPECT_OK(program_.FoldAll());
  EXPECT_EQ(State().attested, then);
  EXPECT_TRUE(State().objects.Contains("person/mia"));
  const auto none =
      VerifyTableProof(State().attested.Prove("person/mia"), "person/mia", then.Digest());
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->present);

  const uint64_t second = log_.records().size();
  EXPECT_EQ(Give(AttestationOfObjects()), std::nullopt);
  EXPECT_EQ(State().attested_by, second);
  const auto shown = VerifyTableProof(State().attested.Prove("person/mia"), "person/mia",
                                      State().attested.Digest());
  ASSERT_TRUE(shown.has_value() && shown->present);
  EXPECT_EQ(shown->value, Encode(HistoryOf({second - 1})));
}

TEST_F(AttestationsTest, FalseHistoriesAreAFaultAndLateOnesARace) {
  EXPECT_THAT(Give(AttestationOfObjects()), Optional(Reason::kOfficeMissing));
  AppointZeuge();
  AttestObjects wrong = AttestationOfObjects();
  (*wrong.mutable_sha256())[31] ^= 1;
  EXPECT_THAT(Give(wrong), Optional(Reason::kStateDiffers));
  EXPECT_TRUE(IsIntegrityFault(program_.fold().WhyVoid(log_.records().size() - 1)));
  AttestObjects late = AttestationOfObjects();
  log_.Register("mia");
  EXPECT_THAT(Give(late), Optional(Reason::kLogMovedOn));
  EXPECT_FALSE(IsIntegrityFault(program_.fold().WhyVoid(log_.records().size() - 1)));
  EXPECT_EQ(State().attested_by, 0u);
}

TEST_F(AttestationsTest, NoneWhileAVoteOrARoundIsOpen) {
  const auto verdict = [](WorldState state) {
    World world;
    world.Restore(std::move(state));
    CommandContext context;
    context.index = 7;
    return world.attestations().Check(context, AttestationOf(world, 7));
  };
  WorldState state;
  EXPECT_OK(verdict(state));
  meetings::VoteEventEntry& vote = state.votes.vote_events.MutableOrNew("v");
  vote.state = meetings::v1::VOTE_EVENT_STATE_OPEN;
  EXPECT_THAT(verdict(state), IsRefused(Reason::kUrnOpen));
  state.votes.vote_events.Mutable("v")->state = meetings::v1::VOTE_EVENT_STATE_CLOSED;
  EXPECT_OK(verdict(state));
  state.ideas.rounds.MutableOrNew("r").round.set_state(ideas::v1::ROUND_STATE_OPEN);
  state.ideas.urns.MutableOrNew("r");
  EXPECT_THAT(verdict(state), IsRefused(Reason::kUrnOpen));
}

TEST_F(AttestationsTest, OnlyAMachineOfTwoAdministratorsGivesThem) {
  EXPECT_THAT(Give(Attestation()), Optional(Reason::kOfficeMissing));
  EXPECT_THAT(Give(Attestation(), "anna"), Optional(Reason::kOfficeMissing));
  const uint64_t act = log_.Append("anna", Appoint("zeuge"));
  EXPECT_THAT(Give(Attestation()), Optional(Reason::kOfficeMissing)) << "the act waits";
  EXPECT_THAT(VoidReason(log_.Confirm("anna", {act})), Optional(Reason::kSamePerson));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), std::nullopt);
  EXPECT_EQ(Give(Attestation()), std::nullopt);

  v1::WithdrawOffice withdraw;
  withdraw.set_person_id("zeuge");
  withdraw.set_office(common::v1::OFFICE_ATTESTER);
  EXPECT_EQ(VoidReason(log_.Append("anna", std::move(withdraw))), std::nullopt);
  EXPECT_THAT(Give(Attestation()), Optional(Reason::kOfficeMissing));
}

TEST_F(AttestationsTest, AMachineGivesNothingElse) {
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("zeuge").public_key().id());
  const uint64_t act = log_.Append("anna", Appoint("zeuge"));
  const uint64_t other = log_.Append("anna", Appoint("zeuge"));
  log_.Confirm("bert", {act});
  EXPECT_THAT(VoidReason(log_.Append("zeuge", std::move(revoke))), Optional(Reason::kMachine))
      << "not even for its own key";
  EXPECT_THAT(VoidReason(log_.Confirm("zeuge", {other})), Optional(Reason::kMachine));
  EXPECT_THAT(VoidReason(log_.Append("zeuge", Appoint("anna"))), Optional(Reason::kOfficeMissing));
  EXPECT_THAT(VoidReason(log_.Confirm("bert", {other})), Optional(Reason::kOfficeHeld));
}

}  // namespace
}  // namespace votum::testing
