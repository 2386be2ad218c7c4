// Secret votes on devices, from the ceremony to the result.
#include "core/meetings/secret_vote.h"

#include "core/meetings/ballot_tries.h"
#include "core/meetings/redaction.h"
#include "crypto/election/verify_archive.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/unit/core/meetings/secret_council.h"

namespace votum::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

const std::vector<uint8_t> kYes = {1, 0, 0};
const std::vector<uint8_t> kNo = {0, 1, 0};
const std::vector<uint8_t> kAbstain = {0, 0, 1};

v1::CloseVote Abandon() {
  v1::CloseVote close = Close();
  close.set_abandon(true);
  return close;
}

v1::MarkBallot PaperOf(absl::string_view person_id) {
  auto mark = OfVote<v1::MarkBallot>();
  mark.set_person_id(std::string(person_id));
  return mark;
}

v1::WithdrawCredential Withdrawal(absl::string_view person_id) {
  auto withdraw = OfVote<v1::WithdrawCredential>();
  withdraw.set_person_id(std::string(person_id));
  return withdraw;
}

v1::RecordParticipation Participation(std::initializer_list<const char*> persons) {
  auto record = OfVote<v1::RecordParticipation>();
  for (const char* person_id : persons) record.add_person_ids(person_id);
  return record;
}

void CastFive(SecretCouncil& council) {
  council.CastAs("vera", kYes);
  council.CastAs("m3", kNo);
  council.CastAs("dora", kYes);
  council.CastAs("m1", kNo);
  council.CastAs("m2", kAbstain);
}

TEST(SecretVote, FromCeremonyToResult) {
  SecretCouncil council;
  EXPECT_EQ(council.ceremonies().Find("amtszeit")->state, v1::KEY_CEREMONY_STATE_FINISHED);
  council.UpToBallots();
  CastFive(council);
  council.CastAs("m3", kYes);  // m3 votes again
  EXPECT_EQ(council.votes().Get("vote")->cast_count(), 5);
  EXPECT_THAT(council.secret_votes().Archive("vote"), IsRefused(Reason::kVoteOpen));
  council.Must("vera", Close());
  council.Must("kai", Participation({"dora", "m1", "m2", "m3", "vera"}));

  // The data given to a trustee before decrypting.
  const std::string before = *council.secret_votes().Archive("vote");
  election::VerifyOptions options;
  options.known_ballots = 6;
  options.known_event = council.secret_votes().Get("vote")->archive_head();
  EXPECT_OK(election::VerifyUpToTally(before, options));

  council.Decrypt({0, 3});
  EXPECT_THAT(council.votes().ComputeResult("vote"), IsRefused(Reason::kNotDecrypted));
  council.Decrypt({1});
  council.Must("vera", Establish(3, 1, 1, 2, v1::OUTCOME_ADOPTED));

  const std::string archive = *council.secret_votes().Archive("vote");
  EXPECT_EQ(archive.substr(0, before.size()), before) << "an archive only grows";
  options.known_event = council.secret_votes().Get("vote")->archive_head();
  const election::ArchiveReport report = election::VerifyArchive(archive, options);
  EXPECT_THAT(report.failures, IsEmpty()) << ReasonText(report.failures.front().reason);
  EXPECT_EQ(report.counted, 5);
  EXPECT_EQ(*report.result, (election::Result{{3, 1, 1}}));
  EXPECT_THAT(council.votes().Get("vote")->result().explanation().de(),
              Not(HasSubstr("Alle haben gleich gestimmt")));
}

TEST(SecretVote, TheArchiveHidesTheOrderInWhichPeopleVoted) {
  std::string archives[2];
  SecretCouncil council;
  council.UpToBallots();
  // The same ballots, cast in two orders.
  const v1::CastSecretBallot first = council.BallotOf("vera", kYes);
  const v1::CastSecretBallot second = council.BallotOf("m1", kNo);
  const v1::CastSecretBallot third = council.BallotOf("dora", kNo);
  const v1::CastSecretBallot again = council.BallotOf("m1", kYes);
  VoteEventEntry one = *council.votes().Find("vote");
  VoteEventEntry other = one;
  const auto cast = [](VoteEventEntry& event, const v1::CastSecretBallot& ballot) {
    const std::string credential = election::ParseBallot(ballot.ballot())->credential.ToDecimal();
    auto& of_one = event.secret->ballots.MutableOrNew(*PositionOf(*event.secret, credential));
    of_one.InsertOrAssign(static_cast<uint32_t>(of_one.size()), ballot.ballot());
  };
  for (const auto* ballot : {&first, &second, &third, &again}) cast(one, *ballot);
  for (const auto* ballot : {&second, &third, &again, &first}) cast(other, *ballot);
  const ElectionTexts& texts = council.votes().setups().TextsOf("vote");
  for (VoteEventEntry* event : {&one, &other}) CloseUrn(council.election(), texts, *event);
  EXPECT_EQ(ArchiveOf(one, texts, nullptr), ArchiveOf(other, texts, nullptr));
}

TEST(SecretVote, EveryAnswerCountsWhereItBelongs) {
  SecretCouncil council;
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id("wahl");
  motion.set_proposition("Wahl des Vorsitzes");
  motion.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  for (const char* id : {"no", "meyer"}) {  // a candidate may have the id of an answer
    v1::Candidate& candidate = *motion.add_candidates();
    candidate.set_id(id);
    candidate.set_name(std::string("Frau ") + id);
  }
  council.OpenSecretVote(motion);
  EXPECT_THAT(council.vote().answers, ElementsAre("no", "meyer", "no", "abstain"));
  council.Register({"vera", "dora", "m1", "m2", "m3", "m4", "m5"});
  council.BeginBallots();
  council.CastAs("vera", {1, 0, 0, 0});
  council.CastAs("dora", {0, 1, 0, 0});
  council.CastAs("m1", {0, 1, 0, 0});
  council.CastAs("m2", {0, 1, 0, 0});
  council.CastAs("m3", {0, 1, 0, 0});
  council.CastAs("m4", {0, 0, 1, 0});
  council.CastAs("m5", {0, 0, 0, 1});
  council.Must("vera", Close());
  council.Decrypt({1, 2, 0});
  const v1::Result result = *council.votes().ComputeResult("vote");
  EXPECT_EQ(result.tally().candidates(0).votes(), 1);
  EXPECT_EQ(result.tally().candidates(1).votes(), 4);
  EXPECT_EQ(result.tally().yes(), 5);
  EXPECT_EQ(result.tally().no(), 1);
  EXPECT_EQ(result.tally().abstain(), 1);
  EXPECT_EQ(result.election(), v1::ELECTION_OUTCOME_ELECTED);
  EXPECT_THAT(result.candidate_ids(), ElementsAre("meyer"));
}

v1::ProposeMotion ThreeStand(uint32_t fewest, uint32_t most, uint32_t places) {
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id("wahl");
  motion.set_proposition("Wahl der Beisitzer");
  motion.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  for (const char* id : {"ada", "bea", "cem"}) {
    v1::Candidate& candidate = *motion.add_candidates();
    candidate.set_id(id);
    candidate.set_name(id);
  }
  motion.set_choose_min(fewest);
  motion.set_choose_max(most);
  motion.set_places(places);
  return motion;
}

TEST(SecretVote, UpToTwoOfThreeOrBlank) {
  SecretCouncil council;
  council.OpenSecretVote(ThreeStand(1, 2, 2));
  EXPECT_THAT(council.vote().answers, ElementsAre("blank", "ada", "bea", "cem"));
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  council.BeginBallots();
  council.CastAs("vera", {0, 1, 1, 0});
  council.CastAs("dora", {0, 1, 0, 0});
  council.CastAs("m1", {0, 1, 0, 1});
  council.CastAs("m2", {0, 0, 1, 1});
  council.CastAs("m3", {1, 0, 0, 0});
  council.Must("vera", Close());
  council.Decrypt({0, 1, 2});
  // Four valid ballots, so three votes elect: ada has them, bea and cem have two each.
  const v1::Result result = *council.votes().ComputeResult("vote");
  EXPECT_EQ(result.tally().yes(), 4);
  EXPECT_EQ(result.tally().abstain(), 1);
  EXPECT_EQ(result.election(), v1::ELECTION_OUTCOME_ELECTED);
  EXPECT_THAT(result.candidate_ids(), ElementsAre("ada"));
  EXPECT_EQ(result.seats_size(), 1);
  EXPECT_THAT(election::VerifyArchive(*council.secret_votes().Archive("vote")).failures, IsEmpty());
}

TEST(SecretVote, ExactlyTwoOfThreeAndTheLotForATie) {
  SecretCouncil council;
  council.OpenSecretVote(ThreeStand(2, 2, 1));
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  council.BeginBallots();
  for (const char* id : {"vera", "dora", "m1"}) council.CastAs(id, {0, 1, 1, 0});
  council.Must("vera", Close());
  council.Decrypt({0, 2, 3});
  const v1::Result result = *council.votes().ComputeResult("vote");
  EXPECT_EQ(result.election(), v1::ELECTION_OUTCOME_LOT);
  EXPECT_THAT(result.candidate_ids(), ElementsAre("ada", "bea"));
  EXPECT_EQ(result.to_draw(), 1);
  EXPECT_THAT(result.explanation().en(), HasSubstr("All voted alike"));
}

TEST(SecretVote, PapersThatNameSeveralAddUpWithDevices) {
  SecretCouncil council;
  council.OpenSecretVote(ThreeStand(1, 2, 2));
  council.Register({"vera", "dora", "m1"});
  council.BeginBallots();
  council.CastAs("vera", {0, 1, 1, 0});
  council.CastAs("dora", {0, 1, 0, 0});
  council.CastAs("m1", {1, 0, 0, 0});
  for (const char* id : {"m2", "m3", "m4"}) council.Must("kai", PaperOf(id));
  council.Must("vera", Close());

  // Papers: ada and bea, cem alone, an invalid one.
  const auto counted = [](uint32_t yes, std::initializer_list<uint32_t> votes) {
    auto count = OfVote<v1::RecordBallotCount>();
    count.mutable_tally()->set_yes(yes);
    count.mutable_tally()->set_invalid(3 - yes);
    const char* const ids[] = {"ada", "bea", "cem"};
    for (const uint32_t of_one : votes) {
      v1::CandidateCount& candidate = *count.mutable_tally()->add_candidates();
      candidate.set_candidate_id(ids[count.tally().candidates_size() - 1]);
      candidate.set_votes(of_one);
    }
    return count;
  };
  EXPECT_THAT(council.Give("kai", counted(2, {1, 1})), IsRefused(Reason::kBadCandidates));
  EXPECT_THAT(council.Give("kai", counted(2, {3, 0, 0})), IsRefused(Reason::kBadCandidates));
  EXPECT_THAT(council.Give("kai", counted(2, {1, 0, 0})), IsRefused(Reason::kBadCandidates));
  EXPECT_THAT(council.Give("kai", counted(2, {2, 2, 1})), IsRefused(Reason::kBadCandidates));
  council.Must("kai", counted(2, {1, 1, 1}));
  auto confirm = OfVote<v1::ConfirmBallotCount>();
  *confirm.mutable_tally() = counted(2, {1, 1, 1}).tally();
  council.Must("kim", confirm);
  council.Decrypt({0, 2, 3});
  const v1::Result result = *council.votes().ComputeResult("vote");
  EXPECT_EQ(result.tally().candidates(0).votes(), 3);
  EXPECT_EQ(result.tally().candidates(1).votes(), 2);
  EXPECT_EQ(result.tally().candidates(2).votes(), 1);
  EXPECT_EQ(result.tally().yes(), 4);
  EXPECT_EQ(result.tally().abstain(), 1);
  EXPECT_EQ(result.tally().invalid(), 1);
  // With four valid ballots, three votes elect.
  EXPECT_THAT(result.candidate_ids(), ElementsAre("ada"));
}

TEST(SecretVote, PapersAndDevicesAddUpAndNobodyVotesOnBoth) {
  SecretCouncil council;
  council.OpenSecretVote();
  council.Register({"vera", "dora", "m1", "m2"});
  EXPECT_THAT(council.Give("kai", PaperOf("m1")), IsRefused(Reason::kDeviceRegistered));
  council.Must("kai", Withdrawal("m2"));
  council.Must("kai", PaperOf("m2"));
  EXPECT_THAT(council.Give("m2", Registration(council.vote().electronic)),
              IsRefused(Reason::kPaperMarked));
  council.EndRegistration();
  auto list = council.ListOfCredentials();
  EXPECT_THAT(council.Give("vera", list), IsRefused(Reason::kCredentialsDiffer));
  const v1::BeginBallots with_m2 = list;
  list.clear_credentials();
  for (const std::string& credential : with_m2.credentials()) {
    if (credential != council.devices().find("m2")->second.public_key.ToDecimal())
      list.add_credentials(credential);
  }
  council.Must("vera", list);
  council.CastAs("vera", kYes);
  council.CastAs("dora", kNo);
  council.CastAs("m1", kNo);
  council.Must("kai", PaperOf("m3"));
  EXPECT_THAT(council.Give("vera", Close()), IsRefused(Reason::kTooFewBallots));
  council.Must("kai", PaperOf("m4"));
  council.Must("vera", Close());
  EXPECT_THAT(council.Give("sam", council.Decryption(1)), IsRefused(Reason::kCountMissing));
  auto count = OfVote<v1::RecordBallotCount>();
  count.mutable_tally()->set_yes(2);
  count.mutable_tally()->set_invalid(1);
  council.Must("kai", count);
  auto confirm = OfVote<v1::ConfirmBallotCount>();
  *confirm.mutable_tally() = count.tally();
  council.Must("kim", confirm);
  council.Decrypt({0, 1, 2});
  v1::EstablishResult establish = Establish(3, 2, 0, 1, v1::OUTCOME_ADOPTED);
  establish.mutable_tally()->set_invalid(1);
  council.Must("vera", establish);
}

TEST(SecretVote, WhatIsCastIsCheckedInEveryWay) {
  SecretCouncil council;
  council.OpenSecretVote();
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  const v1::CastSecretBallot good = council.BallotOf("m1", kYes);
  EXPECT_THAT(council.Give("", good), IsRefused(Reason::kBallotsNotBegun));
  council.BeginBallots();

  EXPECT_THAT(council.Give("m1", good), IsRefused(Reason::kActorNamed));
  v1::CastSecretBallot bad = good;
  bad.mutable_ballot()->append(" ");
  EXPECT_THAT(council.Give("", bad), IsRefused(Reason::kBallotNotCanonical));
  bad.set_ballot("{}");
  EXPECT_THAT(council.Give("", bad), IsRefused(Reason::kBadJson));
  bad.set_ballot(std::string(size_t{901} << 10, ' '));
  EXPECT_THAT(council.Give("", bad), IsRefused(Reason::kTooLarge));

  const election::Election election = council.election();
  bad.set_ballot(
      election::FormatBallot(*election::MakeBallot(election, election::MakeCredential(), {kYes})));
  EXPECT_THAT(council.Give("", bad), IsRefused(Reason::kUnknownCredential));
  // Somebody who knows m1's public credential only.
  election::Ballot stolen = *election::MakeBallot(election, election::MakeCredential(), {kYes});
  stolen.credential = council.devices().find("m1")->second.public_key;
  bad.set_ballot(election::FormatBallot(stolen));
  EXPECT_THAT(council.Give("", bad), Not(IsOk()));
  // Two choices at once, by somebody who changes a ballot afterwards.
  election::Ballot twice = *election::ParseBallot(good.ballot());
  std::swap(twice.answers[0].choices[0], twice.answers[0].choices[1]);
  bad.set_ballot(election::FormatBallot(twice));
  EXPECT_THAT(council.Give("", bad), IsRefused(Reason::kWrongBallotHash));

  council.Must("", good);
  EXPECT_THAT(council.Give("", good), IsRefused(Reason::kReplayedBallot));
  council.CastAs("m1", kNo);
  EXPECT_THAT(council.Give("", good), IsRefused(Reason::kReplayedBallot));
  council.CastAs("m2", kNo);
  council.CastAs("m3", kNo);
  const v1::CastSecretBallot late = council.BallotOf("vera", kYes);
  council.Must("vera", Close());
  EXPECT_THAT(council.Give("", late), IsRefused(Reason::kVoteClosed));
}

// Each ballot stays in the log for ever.
TEST(SecretVote, ACredentialCastsEightBallotsAndNobodyElseUsesThemUp) {
  SecretCouncil council;
  council.UpToBallots();
  election::Ballot stolen =
      *election::MakeBallot(council.election(), election::MakeCredential(), {kNo});
  stolen.credential = council.devices().find("m1")->second.public_key;
  auto of_stranger = OfVote<v1::CastSecretBallot>();
  of_stranger.set_ballot(election::FormatBallot(stolen));
  for (size_t i = 0; i < 2 * kMostBallotsOfCredential; ++i)
    EXPECT_THAT(council.Give("", of_stranger), IsRefused(Reason::kWrongBallotHash));
  const size_t before = council.vote().trackers.size();
  const uint32_t position = *PositionOf(council.vote(), stolen.credential.ToDecimal());
  while (!HasCastAll(council.vote(), position)) council.CastAs("m1", kYes);
  EXPECT_EQ(council.vote().ballots.Find(position)->size(), kMostBallotsOfCredential);
  EXPECT_LE(council.vote().trackers.size(), before + kMostBallotsOfCredential);
  EXPECT_THAT(council.Give("", council.BallotOf("m1", kNo)), IsRefused(Reason::kAlreadyVoted));
  // Others do not learn that.
  EXPECT_THAT(council.Give("", of_stranger), IsRefused(Reason::kWrongBallotHash));
  council.CastAs("m2", kNo);
}

TEST(SecretVote, TheListIsThatOfThoseWhoRegistered) {
  SecretCouncil council;
  council.OpenSecretVote();
  council.Register({"vera", "dora"});
  const auto end = OfVote<v1::EndRegistration>();
  EXPECT_THAT(council.Give("vera", end), IsRefused(Reason::kTooFewVoters));
  council.Register({"m1", "m2"});
  EXPECT_THAT(council.Give("vera", council.ListOfCredentials()),
              IsRefused(Reason::kRegistrationOpen));
  EXPECT_THAT(council.Give("m1", end), IsRefused(Reason::kNotPresiding));
  EXPECT_THAT(council.Give("zoe", Registration(council.vote().electronic)),
              IsRefused(Reason::kNotEntitled));
  v1::RegisterCredential other = Registration(council.vote().electronic);
  other.mutable_credential()->set_subject(std::string(16, 'x'));
  EXPECT_THAT(council.Give("m3", other), IsRefused(Reason::kBadSubject));

  council.EndRegistration();
  EXPECT_THAT(council.Give("vera", end), IsRefused(Reason::kRegistrationClosed));
  for (const char* member : {"m3", "m1"}) {
    EXPECT_THAT(council.Give(member, Registration(council.vote().electronic)),
                IsRefused(Reason::kRegistrationClosed))
        << "the list would grow or change while it is read";
  }
  EXPECT_THAT(council.Give("vera", Close()), IsRefused(Reason::kBallotsNotBegun));
  EXPECT_THAT(council.Give("m1", council.ListOfCredentials()), IsRefused(Reason::kNotPresiding));

  v1::BeginBallots list = council.ListOfCredentials();
  list.mutable_credentials()->SwapElements(0, 1);
  EXPECT_THAT(council.Give("vera", list), IsRefused(Reason::kBadCredentials));
  list = council.ListOfCredentials();
  *list.mutable_credentials(1) = list.credentials(0);
  EXPECT_THAT(council.Give("vera", list), IsRefused(Reason::kBadCredentials));
  list = council.ListOfCredentials();
  list.set_credentials(0, "5");
  EXPECT_THAT(council.Give("vera", list), IsRefused(Reason::kNotInGroup));
  council.Must("vera", council.ListOfCredentials());
  EXPECT_THAT(council.Give("vera", council.ListOfCredentials()),
              IsRefused(Reason::kRegistrationClosed));
  EXPECT_THAT(council.Give("m3", Registration(council.vote().electronic)),
              IsRefused(Reason::kRegistrationClosed));
  EXPECT_THAT(council.Give("kai", Withdrawal("m1")), IsRefused(Reason::kRegistrationClosed));
}

// Only somebody whose credential is on no list and who so casts no ballot can be told from others.
TEST(SecretVote, ARegistrationIsTakenBackUntilTheListIsFixed) {
  SecretCouncil council;
  council.OpenSecretVote();
  council.Register({"vera", "dora", "m1", "m2"});
  council.EndRegistration();
  council.Must("m2", Withdrawal("m2"));
  EXPECT_THAT(council.Give("m2", Registration(council.vote().electronic)),
              IsRefused(Reason::kRegistrationClosed));
  council.Must("kai", PaperOf("m2"));
  council.Must("kai", Withdrawal("m1"));
  EXPECT_THAT(council.Give("vera", council.ListOfCredentials()), IsRefused(Reason::kTooFewVoters));
}

TEST(SecretVote, OpeningChecksTheKeysAndTheNumberOfVoters) {
  SecretCouncil council;
  council.Propose();
  auto open = OfVote<v1::OpenVote>();
  open.set_motion_id("motion");
  open.set_mode(v1::VOTE_MODE_SECRET);
  *open.mutable_electronic() = council.Electronic();

  v1::OpenVote bad = open;
  bad.set_mode(v1::VOTE_MODE_OPEN);
  EXPECT_THAT(council.Give("vera", bad), IsRefused(Reason::kBadMode));
  bad = open;
  bad.mutable_electronic()->set_ceremony_id("andere");
  EXPECT_THAT(council.Give("vera", bad), IsRefused(Reason::kNoSuchCeremony));
  bad = open;
  bad.mutable_electronic()->set_registry_key("12");
  EXPECT_THAT(council.Give("vera", bad), IsRefused(Reason::kBadElectronicBallots));
  bad = open;
  bad.mutable_electronic()->set_election_uuid("kurz");
  EXPECT_THAT(council.Give("vera", bad), IsRefused(Reason::kBadElection));
  bad = open;
  bad.mutable_electronic()->mutable_server_key()->replace(20, 1, "7");
  EXPECT_THAT(council.Give("vera", bad), Not(IsOk()));
  for (const char* id : {"m3", "m4", "m5"}) council.Must(id, CheckOutOf(id));
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kTooFewVoters));
  council.CheckIn({"m3", "m4"});
  council.Must("vera", open);

  council.Must("vera", Abandon());
  council.Propose("top-1", "", "motion-2");
  open.set_motion_id("motion-2");
  open.set_vote_event_id("vote-2");
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kBadElectronicBallots))
      << "keys used twice";
  v1::CancelKeyCeremony cancel;
  cancel.set_ceremony_id("amtszeit");
  cancel.set_reason("Ende der Wahlperiode");
  council.Must("eva", cancel);
  *open.mutable_electronic() = council.Electronic();
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kCeremonyNotFinished));
}

TEST(SecretVote, AnAbandonedVoteIsNeverOpened) {
  SecretCouncil council;
  council.UpToBallots();
  EXPECT_THAT(council.Give("", council.BallotOf("m1", kYes)), IsOk());
  EXPECT_THAT(council.Give("vera", Close()), IsRefused(Reason::kTooFewBallots));
  council.Must("vera", Abandon());
  auto decryption = OfVote<v1::SubmitDecryption>();
  decryption.set_owner(1);
  EXPECT_THAT(council.Give("vera", decryption), IsRefused(Reason::kVoteAbandoned));
  EXPECT_THAT(council.Give("kai", OfVote<v1::RecordBallotCount>()),
              IsRefused(Reason::kVoteAbandoned));
  EXPECT_THAT(council.votes().ComputeResult("vote"), IsRefused(Reason::kVoteAbandoned));
  EXPECT_THAT(council.secret_votes().Archive("vote"), IsRefused(Reason::kVoteAbandoned));
}

TEST(SecretVote, DecryptionsAreCheckedAndASpoiledTallyIsOpenedByOthers) {
  SecretCouncil council;
  council.UpToBallots();
  CastFive(council);
  council.Must("vera", Close());
  EXPECT_THAT(council.Give("eva", council.Decryption(1)), IsRefused(Reason::kNotTheTrustee));
  EXPECT_THAT(council.Give("m1", council.Decryption(0)), IsRefused(Reason::kNotPresiding));
  v1::SubmitDecryption bad = council.Decryption(1);
  bad.set_owner(3);
  EXPECT_THAT(council.Give("kim", bad), IsRefused(Reason::kBadDecryptionProof));
  bad.set_owner(5);
  EXPECT_THAT(council.Give("kai", bad), IsRefused(Reason::kUnknownTrustee));
  council.Must("sam", council.Decryption(1));
  EXPECT_THAT(council.Give("sam", council.Decryption(1)), IsRefused(Reason::kAlreadyDecrypted));

  // As if trustee 1 had cheated with a valid proof: the present parts do not open the tally, and
  // the next part is combined with each of the others.
  SecretVoteEntry vote = council.vote();
  election::PartialDecryption part = *election::ParseDecryption(vote.decryptions.at(2));
  // The proof leaves this trustee only a factor that cannot be chosen (crypto/election/README.md).
  part.factors[0][0] *= election::MakeCredential().public_key;
  vote.decryptions[2] = election::FormatDecryption(part);
  const auto setup = council.votes().setups().SetupOf("vote");
  const auto add = [&](uint32_t number) {
    vote.decryptions[number + 1] = council.Decryption(number).decryption();
    TryToOpen(setup->trustees, vote);
  };
  add(0);
  EXPECT_FALSE(vote.spoiled);
  add(2);
  EXPECT_TRUE(vote.spoiled);
  add(3);
  EXPECT_FALSE(vote.spoiled);
  EXPECT_THAT(vote.opening_owners, ElementsAre(1, 3, 4));
  EXPECT_EQ(*vote.result, (election::Result{{2, 2, 1}}));

  council.Decrypt({2, 0});
  EXPECT_THAT(council.Give("eva",
                           [&] {
                             auto late = OfVote<v1::SubmitDecryption>();
                             late.set_owner(4);
                             return late;
                           }()),
              IsRefused(Reason::kTallyOpened));
}

TEST(SecretVote, WhoTookPartIsRecordedAsASetOfTheRightSize) {
  SecretCouncil council;
  council.UpToBallots();
  for (const char* id : {"m3", "m1", "vera"}) council.CastAs(id, kYes);
  EXPECT_THAT(council.Give("vera", Participation({"m1", "m3", "vera"})),
              IsRefused(Reason::kVoteOpen));
  council.Must("vera", Close());
  EXPECT_THAT(council.Give("m1", Participation({"m1", "m3", "vera"})),
              IsRefused(Reason::kNotPresiding));
  for (const auto& wrong :
       {Participation({"m1", "m3"}), Participation({"m3", "m1", "vera"}),
        Participation({"m1", "m1", "vera"}), Participation({"m1", "m3", "m5"})}) {
    EXPECT_THAT(council.Give("vera", wrong), IsRefused(Reason::kParticipationDiffers));
  }
  council.Must("vera", Participation({"m1", "m3", "vera"}));
  EXPECT_THAT(council.Give("vera", Participation({"m1", "m3", "vera"})),
              IsRefused(Reason::kParticipationRecorded));
}

TEST(SecretVote, WhoIsShownWhatAndWhen) {
  SecretCouncil council;
  const auto shown = [&](bool may_read) {
    return ForReader(*council.secret_votes().Get("vote"), may_read);
  };
  council.OpenSecretVote();
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  EXPECT_EQ(shown(true).registered_person_ids_size(), 5) << "so that the chair knows when to end";
  EXPECT_EQ(shown(false).registered_person_ids_size(), 0);
  council.BeginBallots();
  CastFive(council);
  for (const bool may_read : {false, true}) {
    const v1::SecretVote vote = shown(may_read);
    EXPECT_THAT(vote.trackers(), IsEmpty());
    EXPECT_THAT(vote.participant_ids(), IsEmpty());
    EXPECT_EQ(vote.archive_head(), "");
    EXPECT_EQ(vote.registered_person_ids_size(), may_read ? 5 : 0);
    EXPECT_EQ(vote.counted(), 5);
  }
  council.Must("vera", Close());
  council.Must("vera", Participation({"dora", "m1", "m2", "m3", "vera"}));
  EXPECT_THAT(shown(false).trackers(), IsEmpty());
  std::vector<std::string> trackers;
  for (const auto& [tracker, present] : council.vote().trackers) trackers.push_back(tracker);
  EXPECT_THAT(shown(true).trackers(), UnorderedElementsAreArray(trackers));
  EXPECT_EQ(shown(false).participant_ids_size(), 5);

  EXPECT_TRUE(council.secret_votes().MayReadArchive("vote", Audience::kCouncil, "m1"));
  EXPECT_TRUE(council.secret_votes().MayReadArchive("vote", Audience::kPublic, "sam"))
      << "a trustee";
  EXPECT_FALSE(council.secret_votes().MayReadArchive("vote", Audience::kPublic, "zoe"));
  EXPECT_FALSE(council.secret_votes().MayReadArchive("vote", Audience::kPublic, ""));
}

TEST(SecretVote, APaperVoteAsksForAMinimumWhereTheProfileDoes) {
  rules::v1::RuleProfile profile = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.mutable_modes()->mutable_secret_ballots()->set_minimum_electorate(8);
  SecretCouncil council(profile);
  council.Propose();
  auto open = OfVote<v1::OpenVote>();
  open.set_motion_id("motion");
  open.set_mode(v1::VOTE_MODE_SECRET);
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kTooFewVoters));
}

// Also where nobody sees how.
TEST(SecretVote, NobodyIsExcludedByAVoteInWhichTheyTookPart) {
  SecretCouncil council;
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id("motion");
  motion.set_proposition("befangen");
  motion.set_polarity(v1::POLARITY_INCIDENTAL);
  council.OpenSecretVote(motion);
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  council.BeginBallots();
  for (const char* id : {"vera", "dora", "m1", "m2", "m3"}) council.CastAs(id, kYes);
  council.Must("vera", Close());
  council.Must("vera", Participation({"dora", "m1", "m2", "m3", "vera"}));
  council.Decrypt({0, 1, 2});
  council.Must("vera", Establish(5, 0, 0, 2, v1::OUTCOME_ADOPTED));
  auto decide = OfVote<v1::DecideConflict>();
  decide.set_item_id("top-1");
  decide.set_person_id("m1");
  EXPECT_THAT(council.Give("vera", decide), IsRefused(Reason::kMemberTookPart));
}

TEST(KeyCeremony, NamesPeopleAndNeedsMoreThanOne) {
  const Council council;
  const auto check = [&](const v1::AnnounceKeyCeremony& command) {
    CommandContext context;
    context.actor = "kai";
    return council.ceremonies().Check(context, command);
  };
  EXPECT_OK(check(Announcement({"sam", "kim"}, 2)));
  EXPECT_THAT(check(Announcement({"sam", "kim"}, 1)), IsRefused(Reason::kBadTrustees));
  EXPECT_THAT(check(Announcement({"sam", "kim"}, 3)), IsRefused(Reason::kBadTrustees));
  EXPECT_THAT(check(Announcement({"sam"}, 1)), IsRefused(Reason::kBadTrustees));
  EXPECT_THAT(check(Announcement({"sam", "sam"}, 2)), IsRefused(Reason::kBadTrustees));
  EXPECT_THAT(check(Announcement({"sam", "nobody"}, 2)), IsRefused(Reason::kNoSuchPerson));
}

TEST(KeyCeremony, TakesEachMessageInItsRoundFromTheRightPerson) {
  Council council;
  council.Must("kai", Announcement({"sam", "kim"}, 2));
  const auto sam = election::MakeTrusteeIdentity();
  v1::SubmitTrusteeCertificate certificate;
  certificate.set_ceremony_id("amtszeit");
  certificate.set_trustee_id("sam");
  certificate.set_certificate(
      election::FormatSignedMessage(*election::MakeCertificate(sam, {2, 2, 1})));
  EXPECT_THAT(council.Give("m1", certificate), IsRefused(Reason::kNotTheTrustee));
  v1::SubmitTrusteeContribution early;
  early.set_ceremony_id("amtszeit");
  early.set_trustee_id("sam");
  EXPECT_THAT(council.Give("sam", early), IsRefused(Reason::kWrongRound));
  council.Must("sam", certificate);
  // The same person as the other trustee, too.
  certificate.set_trustee_id("kim");
  certificate.set_certificate(
      election::FormatSignedMessage(*election::MakeCertificate(sam, {2, 2, 2})));
  EXPECT_THAT(council.Give("kim", certificate), IsRefused(Reason::kBadTrustees));
  certificate.set_certificate(election::FormatSignedMessage(
      *election::MakeCertificate(election::MakeTrusteeIdentity(), {3, 2, 2})));
  EXPECT_THAT(council.Give("kim", certificate), IsRefused(Reason::kBadTrustees));
  certificate.set_certificate(election::FormatSignedMessage(
      *election::MakeCertificate(election::MakeTrusteeIdentity(), {2, 2, 2})));
  council.Must("kim", certificate);
  EXPECT_THAT(council.Give("kim", certificate), IsRefused(Reason::kWrongRound));
  early.set_contribution("{}");
  EXPECT_THAT(council.Give("sam", early), IsRefused(Reason::kBadJson));
  v1::CancelKeyCeremony cancel;
  cancel.set_ceremony_id("amtszeit");
  cancel.set_reason("kim hat den Schlüssel verloren");
  EXPECT_THAT(council.Give("m1", cancel), IsRefused(Reason::kNotTheTrustee));
  council.Must("kim", cancel);
  EXPECT_THAT(council.Give("sam", early), IsRefused(Reason::kWrongRound));
}

}  // namespace
}  // namespace votum::meetings
