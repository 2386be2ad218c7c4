#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "core/directory/directory_machine.h"
#include "core/ideas/ideas_machine.h"
#include "core/ideas/round_count.h"
#include "core/papers/papers_machine.h"
#include "crypto/keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::ideas {
namespace {

class IdeasTest : public ::testing::Test {
 protected:
  template <typename Command>
  absl::Status Do(const std::string& actor, const Command& command,
                  const std::string& key_id = "key") {
    CommandContext context;
    context.index = ++index_;
    context.time = absl::FromUnixSeconds(1800000000 + static_cast<int64_t>(index_));
    context.actor = actor;
    context.key_id = key_id;
    return GiveTo(machine_, context, command);
  }

  // HandOverIdeas is checked against both.
  absl::Status Do(const std::string& actor, const papers::v1::HandOverIdeas& command) {
    CommandContext context;
    context.index = ++index_;
    context.actor = actor;
    return GiveTo(papers_, context, command);
  }

  void DraftProposal(const std::string& id) {
    CommandContext context;
    context.index = ++index_;
    papers::v1::DraftProposal draft;
    draft.set_proposal_id(id);
    papers_.Apply(context, draft);
  }

  crypto::Digest StateOfPapers() const { return DigestOf(papers_.state()); }

  template <typename Machine, typename Command>
  static absl::Status GiveTo(Machine& machine, const CommandContext& context,
                             const Command& command) {
    const absl::Status status = machine.Check(context, command);
    if (status.ok()) machine.Apply(context, command);
    return status;
  }

  static v1::IdeaContent Content(const std::string& id, v1::Channel channel) {
    v1::IdeaContent content;
    content.set_idea_id(id);
    content.mutable_text()->set_commitment(std::string(32, 'c'));
    content.mutable_text()->set_subject(std::string(16, 's'));
    content.mutable_text()->set_media_type("text/plain");
    content.set_channel(channel);
    content.set_group(v1::SUBMITTER_GROUP_CITIZENS);
    return content;
  }
  absl::Status Record(const std::string& id, v1::Channel channel = v1::CHANNEL_PAPER) {
    v1::RecordIdea record;
    *record.mutable_content() = Content(id, channel);
    return Do("clerk", record);
  }
  absl::Status Moderate(const std::string& id, v1::ModerationVerdict verdict) {
    v1::ModerateIdeas moderate;
    moderate.add_idea_ids(id);
    moderate.set_verdict(verdict);
    if (verdict == v1::MODERATION_VERDICT_REJECT)
      *moderate.mutable_ground() = Content(id, v1::CHANNEL_PAPER).text();
    return Do("clerk", moderate);
  }
  // Published ideas a, b, c and an open round of them for one group with `voters` codes.
  void OpenRound(int voters, bool status_quo = false) {
    v1::OpenRound open;
    open.set_status_quo(status_quo);
    open.set_round_id("r1");
    open.set_title("Runde");
    open.set_method("schulze.wv_lv");
    open.set_max_ranked(3);
    for (const char* id : {"a", "b", "c"}) {
      ASSERT_OK(Record(id));
      ASSERT_OK(Moderate(id, v1::MODERATION_VERDICT_PUBLISH));
      open.add_idea_ids(id);
    }
    v1::RoundGroup* group = open.add_groups();
    group->set_group_id("citizens");
    group->set_name("Bürger");
    group->set_weight(1);
    ASSERT_OK(Do("clerk", open));
    v1::RegisterVoters register_voters;
    register_voters.set_round_id("r1");
    register_voters.set_group_id("citizens");
    for (int i = 0; i < voters; ++i) {
      const crypto::PublicKey key =
          crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)->public_key();
      register_voters.add_code_public_keys(key.spki_der());
      voters_.push_back(key.id());
    }
    ASSERT_OK(Do("clerk", register_voters));
  }
  absl::Status Cast(const std::string& key_id, const std::vector<std::string>& ranking) {
    v1::CastPreference cast;
    cast.set_round_id("r1");
    cast.set_group_id("citizens");
    for (const std::string& id : ranking) cast.add_ranking()->add_idea_ids(id);
    return Do("", cast, key_id);
  }
  // A paper ballot that two people read alike. `places` has the tier of each of `ideas`; those from
  // 3 on are not ranked.
  void CastPaper(const std::string& group_id, const std::string& number,
                 const std::vector<std::string>& ideas, const std::vector<int>& places) {
    v1::RecordPaperPreference paper;
    paper.set_round_id("r1");
    paper.set_group_id(group_id);
    paper.set_paper_number(number);
    for (int place = 0; place < 3; ++place) {
      v1::Tier tier;
      for (size_t i = 0; i < ideas.size(); ++i) {
        if (places[i] == place) tier.add_idea_ids(ideas[i]);
      }
      if (tier.idea_ids_size() > 0) *paper.add_ranking() = tier;
    }
    ASSERT_OK(Do("clerk", paper));
    v1::ConfirmPaperPreference confirm;
    confirm.set_round_id("r1");
    confirm.set_paper_number(number);
    *confirm.mutable_ranking() = paper.ranking();
    for (v1::Tier& tier : *confirm.mutable_ranking())
      std::reverse(tier.mutable_idea_ids()->begin(), tier.mutable_idea_ids()->end());
    ASSERT_OK(Do("clerk2", confirm)) << "tiers have no order of their own";
  }
  absl::Status Close() {
    v1::CloseRound close;
    close.set_round_id("r1");
    return Do("clerk", close);
  }

  uint64_t index_ = 0;
  directory::DirectoryMachine directory_;
  IdeasMachine machine_{directory_};
  papers::PapersMachine papers_{directory_, machine_};
  std::vector<std::string> voters_;
};

TEST_F(IdeasTest, TheRecorderIsNeverTheSubmitter) {
  ASSERT_OK(Record("paper-1"));
  EXPECT_EQ(machine_.GetIdea("paper-1", Audience::kCouncil)->recorder_id(), "clerk");
  EXPECT_EQ(machine_.GetIdea("paper-1", Audience::kCouncil)->submitter_key_id(), "");
  const std::string key = std::string(60, '0') + "beef";  // as crypto::PublicKey::id() gives it
  v1::SubmitIdea submit;
  *submit.mutable_content() = Content("online-1", v1::CHANNEL_ONLINE);
  submit.mutable_content()->set_origin("Erna Beispiel, Musterweg 1");
  EXPECT_THAT(Do("", submit, key), IsRefused(Reason::kBadText))
      << "free words of the public do not enter a record";
  submit.mutable_content()->clear_origin();
  ASSERT_OK(Do("", submit, key));
  EXPECT_EQ(machine_.GetIdea("online-1", Audience::kCouncil)->recorder_id(), "");
  EXPECT_EQ(machine_.GetIdea("online-1", Audience::kCouncil)->submitter_key_id(), key);
  EXPECT_THAT(Record("x", v1::CHANNEL_ONLINE), IsRefused(Reason::kBadChannel));
  EXPECT_THAT(Record("paper-1"), IsRefused(Reason::kIdeaExists));
}

TEST_F(IdeasTest, RepeatedImportsChangeNothing) {
  v1::ImportIdeas import;
  import.set_source("file.csv");
  for (const char* key : {"1", "2"}) {
    v1::ImportedIdea* row = import.add_ideas();
    row->set_import_key(key);
    row->set_agree_count(7);
    *row->mutable_content() = Content(std::string("i-") + key, v1::CHANNEL_IMPORT);
  }
  ASSERT_OK(Do("clerk", import));
  import.mutable_ideas(0)->set_agree_count(99);
  import.mutable_ideas(1)->mutable_content()->set_idea_id("another-id");
  ASSERT_OK(Do("clerk", import));
  EXPECT_EQ(machine_.ListIdeas(v1::IDEA_STATE_UNSPECIFIED, "", 100, Audience::kCouncil).size(), 2u);
  EXPECT_EQ(machine_.GetIdea("i-1", Audience::kCouncil)->agree_count(), 7u);
  *import.add_ideas() = import.ideas(0);
  EXPECT_THAT(Do("clerk", import), IsRefused(Reason::kBadImport));
}

TEST_F(IdeasTest, ThePublicSeesWhatModerationLetThrough) {
  ASSERT_OK(Record("a"));
  EXPECT_THAT(machine_.GetIdea("a", Audience::kPublic), IsRefused(Reason::kNoSuchIdea));
  ASSERT_OK(Moderate("a", v1::MODERATION_VERDICT_PUBLISH));
  EXPECT_OK(machine_.GetIdea("a", Audience::kPublic));
  ASSERT_OK(Moderate("a", v1::MODERATION_VERDICT_REJECT));
  EXPECT_THAT(machine_.GetIdea("a", Audience::kPublic), IsRefused(Reason::kNoSuchIdea));
  EXPECT_EQ(machine_.GetIdea("a", Audience::kCouncil)->moderations_size(), 2);
}

TEST_F(IdeasTest, MergeAndSplitKeepTheLineage) {
  ASSERT_OK(Record("a"));
  ASSERT_OK(Record("b"));
  v1::MergeIdeas merge;
  merge.add_source_idea_ids("a");
  merge.set_idea_id("ab");
  *merge.mutable_text() = Content("", v1::CHANNEL_PAPER).text();
  merge.set_reason("the same");
  EXPECT_THAT(Do("clerk", merge), IsRefused(Reason::kBadMerge));
  merge.add_source_idea_ids("b");
  ASSERT_OK(Do("clerk", merge));
  EXPECT_EQ(machine_.GetIdea("a", Audience::kCouncil)->state(), v1::IDEA_STATE_MERGED);
  EXPECT_EQ(machine_.GetIdea("ab", Audience::kCouncil)->source_idea_ids_size(), 2);
  EXPECT_THAT(Moderate("a", v1::MODERATION_VERDICT_PUBLISH), IsRefused(Reason::kIdeaSucceeded));

  v1::SplitIdea split;
  split.set_source_idea_id("ab");
  split.set_reason("two wishes");
  for (const char* id : {"x", "y"}) {
    v1::IdeaPart* part = split.add_parts();
    part->set_idea_id(id);
    *part->mutable_text() = merge.text();
  }
  ASSERT_OK(Do("clerk", split));
  EXPECT_EQ(machine_.GetIdea("ab", Audience::kCouncil)->successor_idea_ids_size(), 2);
}

TEST_F(IdeasTest, NothingIsSealedUnderTheSubjectOfAPerson) {
  directory::v1::RegisterPerson person;
  person.set_person_id("mayor");
  *person.mutable_name() = Content("", v1::CHANNEL_PAPER).text();
  directory_.Apply(CommandContext(), person);

  EXPECT_THAT(Record("a"), IsRefused(Reason::kSubjectTaken));
  v1::RecordIdea record;
  *record.mutable_content() = Content("a", v1::CHANNEL_PAPER);
  record.mutable_content()->mutable_text()->set_subject(std::string(16, 't'));
  *record.mutable_content()->mutable_contact() = person.name();
  EXPECT_THAT(Do("clerk", record), IsRefused(Reason::kSubjectTaken));
  record.mutable_content()->clear_contact();
  EXPECT_OK(Do("clerk", record));
}

TEST_F(IdeasTest, AReceiptCodeFindsItsIdea) {
  v1::RecordIdea record;
  *record.mutable_content() = Content("a", v1::CHANNEL_PAPER);
  record.mutable_content()->set_receipt_code_digest(std::string(32, 'r'));
  ASSERT_OK(Do("clerk", record));
  EXPECT_EQ(machine_.GetIdeaByReceiptCode(std::string(32, 'r'))->id(), "a");
  EXPECT_THAT(machine_.GetIdeaByReceiptCode(std::string(32, 'x')),
              IsRefused(Reason::kNoSuchReceiptCode));
  record.mutable_content()->set_idea_id("b");
  EXPECT_THAT(Do("clerk", record), IsRefused(Reason::kReceiptCodeExists));
}

TEST_F(IdeasTest, OnlyTheElectorateVotesAndOnlyWhatItMay) {
  OpenRound(1);
  EXPECT_THAT(Cast("a stranger's key", {"a"}), IsRefused(Reason::kNotEntitled));
  EXPECT_THAT(Cast(voters_[0], {"a", "a"}), IsRefused(Reason::kBadRanking));
  EXPECT_THAT(Cast(voters_[0], {"z"}), IsRefused(Reason::kBadRanking));
  EXPECT_OK(Cast(voters_[0], {}));
  ASSERT_OK(Close());
  EXPECT_THAT(Cast(voters_[0], {"a"}), IsRefused(Reason::kRoundClosed));
}

TEST_F(IdeasTest, ALaterBallotReplacesTheEarlierAndOrderDoesNotMatter) {
  OpenRound(9);
  std::vector<std::pair<std::string, std::vector<std::string>>> ballots;
  for (size_t i = 0; i < voters_.size(); ++i) {
    ballots.push_back({voters_[i], i % 3 == 0 ? std::vector<std::string>{"b", "a"}
                                              : std::vector<std::string>{"c", "a", "b"}});
  }
  // Each voter first votes for something else.
  for (const auto& [voter, ranking] : ballots) ASSERT_OK(Cast(voter, {"a"}));
  std::mt19937 random(1);
  std::shuffle(ballots.begin(), ballots.end(), random);
  for (const auto& [voter, ranking] : ballots) ASSERT_OK(Cast(voter, ranking));
  EXPECT_EQ(machine_.GetRound("r1")->rankings_size(), 0)
      << "nothing is shown while the round is open";
  ASSERT_OK(Close());
  const v1::Round round = *machine_.GetRound("r1");
  EXPECT_EQ(round.ballot_count(), 9u);
  ASSERT_EQ(round.rankings_size(), 2);
  const v1::GroupRanking& combined = round.rankings(1);
  ASSERT_EQ(combined.ranking_size(), 3);
  EXPECT_EQ(combined.ranking(0).idea_ids(0), "c") << "6 of 9 put it first";
  EXPECT_EQ(combined.ranking(1).idea_ids(0), "a") << "6 of 9 prefer it to b";
  EXPECT_EQ(combined.scores(2).approvals(), 6u);

  v1::EstablishRanking establish;
  establish.set_round_id("r1");
  EXPECT_THAT(Do("clerk", establish), IsRefused(Reason::kResultDiffers));
  *establish.mutable_ranking() = combined.ranking();
  establish.mutable_ranking()->SwapElements(0, 1);
  EXPECT_THAT(Do("clerk", establish), IsRefused(Reason::kResultDiffers));
  establish.mutable_ranking()->SwapElements(0, 1);
  ASSERT_OK(Do("clerk", establish));

  papers::v1::HandOverIdeas hand_over;
  hand_over.set_round_id("r1");
  hand_over.add_idea_ids("c");
  hand_over.set_proposal_id("vorlage-1");
  EXPECT_THAT(Do("clerk", hand_over), IsRefused(Reason::kNoSuchProposal));
  DraftProposal("vorlage-1");
  ASSERT_OK(Do("clerk", hand_over));
  EXPECT_EQ(papers_.ProposalOf("c"), "vorlage-1");
  EXPECT_THAT(Do("clerk", hand_over), IsRefused(Reason::kHandedOver));
}

// Each group alone, and all together with weights, against counts that the test makes by itself.
TEST_F(IdeasTest, GroupsCountByTheirWeight) {
  const std::vector<std::string> ideas = {"a", "b", "c"};
  v1::OpenRound open;
  open.set_round_id("r1");
  open.set_title("Runde");
  open.set_method("schulze.wv_lv");
  open.set_max_ranked(3);
  for (const std::string& id : ideas) {
    ASSERT_OK(Record(id));
    ASSERT_OK(Moderate(id, v1::MODERATION_VERDICT_PUBLISH));
    open.add_idea_ids(id);
  }
  const std::vector<std::pair<std::string, int>> groups = {{"one", 1}, {"three", 3}, {"none", 7}};
  for (const auto& [id, weight] : groups) {
    v1::RoundGroup* group = open.add_groups();
    group->set_group_id(id);
    group->set_name(id);
    group->set_weight(static_cast<uint32_t>(weight));
  }
  ASSERT_OK(Do("clerk", open));
  std::mt19937 random(7);
  // By group and paper number: the place of each idea in tiers; 3 if it is not ranked.
  std::map<std::string, std::vector<std::vector<int>>> cast;
  for (int i = 0; i < 40; ++i) {
    const std::string& group = groups[i % 3 == 0 ? 0 : 1].first;
    std::vector<int> places;
    for (size_t idea = 0; idea < ideas.size(); ++idea)
      places.push_back(static_cast<int>(random() % 4));
    CastPaper(group, std::to_string(i), ideas, places);
    cast[group].push_back(places);
  }
  ASSERT_OK(Close());
  const v1::Round round = *machine_.GetRound("r1");
  EXPECT_EQ(round.ballot_count(), 40u);
  ASSERT_EQ(round.rankings_size(), 4);
  const auto check = [&](const v1::GroupRanking& ranking, const std::vector<int>& weights) {
    for (size_t a = 0; a < ideas.size(); ++a) {
      int64_t borda = 0;
      uint64_t approvals = 0;
      for (size_t g = 0; g < groups.size(); ++g) {
        for (const std::vector<int>& places : cast[groups[g].first]) {
          approvals += places[a] < 3 ? weights[g] : 0;
          for (const int place : places)
            borda += (place > places[a] ? 1 : place < places[a] ? -1 : 0) * weights[g];
        }
      }
      EXPECT_EQ(ranking.scores(static_cast<int>(a)).borda(), borda) << ranking.group_id();
      EXPECT_EQ(ranking.scores(static_cast<int>(a)).approvals(), approvals) << ranking.group_id();
    }
  };
  check(round.rankings(0), {1, 0, 0});
  check(round.rankings(1), {0, 1, 0});
  check(round.rankings(2), {0, 0, 1});
  check(round.rankings(3), {1, 3, 7});
  EXPECT_EQ(round.rankings(0).ballot_count(), cast["one"].size());
  EXPECT_EQ(round.rankings(1).ballot_count(), cast["three"].size());
  EXPECT_EQ(round.rankings(2).ballot_count(), 0u);
  EXPECT_EQ(round.rankings(3).ballot_count(), 40u);
}

TEST_F(IdeasTest, PaperBallotsNeedASecondPersonWhoReadsTheSame) {
  OpenRound(1);
  v1::RecordPaperPreference paper;
  paper.set_round_id("r1");
  paper.set_group_id("citizens");
  paper.set_paper_number("p-1");
  paper.add_ranking()->add_idea_ids("a");
  ASSERT_OK(Do("clerk", paper));
  EXPECT_THAT(Do("clerk", paper), IsRefused(Reason::kPaperExists));
  EXPECT_THAT(Close(), IsRefused(Reason::kPaperUnconfirmed));
  v1::ConfirmPaperPreference confirm;
  confirm.set_round_id("r1");
  confirm.set_paper_number("p-1");
  confirm.add_ranking()->add_idea_ids("b");
  EXPECT_THAT(Do("clerk", confirm), IsRefused(Reason::kSamePerson));
  EXPECT_THAT(Do("clerk2", confirm), IsRefused(Reason::kPaperDiffers));
  confirm.mutable_ranking(0)->set_idea_ids(0, "a");
  ASSERT_OK(Do("clerk2", confirm));
  EXPECT_THAT(Do("clerk2", confirm), IsRefused(Reason::kNoSuchPaper));
  EXPECT_THAT(Do("clerk", paper), IsRefused(Reason::kPaperExists))
      << "counted papers are known too";
  ASSERT_OK(Close());
  EXPECT_EQ(machine_.GetRound("r1")->ballot_count(), 1u);
}

TEST_F(IdeasTest, OnlyIdeasThatBeatTheStatusQuoAreHandedOver) {
  OpenRound(3, true);
  // Three ideas are allowed; the status quo does not count as one.
  ASSERT_OK(Cast(voters_[0], {"a", "b", "status-quo", "c"}));
  ASSERT_OK(Cast(voters_[1], {"a", "status-quo", "b"}));
  // c is on no ballot but one, behind it; b and the status quo have a ballot each, and one has
  // neither.
  ASSERT_OK(Cast(voters_[2], {"a"}));
  ASSERT_OK(Close());
  const v1::Round closed = *machine_.GetRound("r1");
  EXPECT_THAT(closed.beat_status_quo(), ::testing::ElementsAre("a"));
  v1::EstablishRanking establish;
  establish.set_round_id("r1");
  *establish.mutable_ranking() = closed.rankings(1).ranking();
  ASSERT_OK(Do("clerk", establish));
  papers::v1::HandOverIdeas hand_over;
  hand_over.set_round_id("r1");
  hand_over.set_proposal_id("vorlage-1");
  DraftProposal("vorlage-1");
  for (const char* not_beating : {"b", "c"}) {
    hand_over.clear_idea_ids();
    hand_over.add_idea_ids(not_beating);
    EXPECT_THAT(Do("clerk", hand_over), IsRefused(Reason::kStatusQuoPreferred));
  }
  hand_over.clear_idea_ids();
  hand_over.add_idea_ids("status-quo");
  EXPECT_THAT(Do("clerk", hand_over), IsRefused(Reason::kNoSuchIdea));
  hand_over.clear_idea_ids();
  hand_over.add_idea_ids("a");
  hand_over.add_idea_ids("a");
  EXPECT_THAT(Do("clerk", hand_over), IsRefused(Reason::kBadHandOver)) << "named twice";
  hand_over.mutable_idea_ids()->RemoveLast();
  const crypto::Digest before = StateOfPapers();
  ASSERT_OK(Do("clerk", hand_over));
  EXPECT_EQ(papers_.ProposalOf("a"), "vorlage-1");
  EXPECT_NE(StateOfPapers(), before) << "an idea that went into a proposal is part of the state";
  EXPECT_THAT(Do("clerk", hand_over), IsRefused(Reason::kHandedOver));
}

TEST_F(IdeasTest, WithoutTheOptionNobodyRanksTheStatusQuo) {
  OpenRound(1);
  EXPECT_THAT(Cast(voters_[0], {"a", "status-quo"}), IsRefused(Reason::kBadRanking));
}

TEST_F(IdeasTest, TiesAreResolvedByRecordAndOnlyTies) {
  OpenRound(2);
  ASSERT_OK(Cast(voters_[0], {"a", "b", "c"}));
  ASSERT_OK(Cast(voters_[1], {"b", "a", "c"}));
  ASSERT_OK(Close());
  const TierList tied = machine_.GetRound("r1")->rankings(1).ranking();
  ASSERT_EQ(tied.size(), 2);  // a = b > c
  const auto establish = [&](const std::vector<std::string>& order, const std::string& rule,
                             const std::vector<std::string>& result) {
    v1::EstablishRanking command;
    command.set_round_id("r1");
    command.mutable_tie_order()->Assign(order.begin(), order.end());
    command.set_tie_rule(rule);
    for (const std::string& id : result) command.add_ranking()->add_idea_ids(id);
    return Do("clerk", command);
  };
  EXPECT_THAT(establish({"b", "a"}, "", {"b", "a", "c"}), IsRefused(Reason::kBadTieOrder));
  EXPECT_THAT(establish({}, "Los", {"b", "a", "c"}), IsRefused(Reason::kBadTieOrder));
  EXPECT_THAT(establish({"b"}, "Los", {"b", "a", "c"}), IsRefused(Reason::kBadTieOrder));
  EXPECT_THAT(establish({"b", "a", "b"}, "Los", {"b", "a", "c"}), IsRefused(Reason::kBadTieOrder));
  EXPECT_THAT(establish({"c", "b", "a"}, "Los", {"c", "b", "a"}), IsRefused(Reason::kBadTieOrder));
  EXPECT_THAT(establish({"b", "a", "x"}, "Los", {"b", "a", "c"}), IsRefused(Reason::kBadTieOrder));
  EXPECT_THAT(establish({"b", "a"}, "Los", {"a", "b", "c"}), IsRefused(Reason::kResultDiffers));
  EXPECT_THAT(establish({}, "", {"b", "a", "c"}), IsRefused(Reason::kResultDiffers));
  ASSERT_OK(establish({"b", "a"}, "Los, gezogen von der Vorsitzenden", {"b", "a", "c"}));
  const v1::Round round = *machine_.GetRound("r1");
  ASSERT_EQ(round.resolved_ranking_size(), 3);
  EXPECT_EQ(round.resolved_ranking(0).idea_ids(0), "b");
  EXPECT_EQ(round.tie_rule(), "Los, gezogen von der Vorsitzenden");
  // The outcome of the ballots remains visible.
  EXPECT_EQ(round.rankings(1).ranking_size(), 2);
}

TEST_F(IdeasTest, RoundsWantPublishedIdeasAndAMethodThatFits) {
  ASSERT_OK(Record("a"));
  ASSERT_OK(Record("b"));
  v1::OpenRound open;
  open.set_round_id("r1");
  open.set_title("Runde");
  open.set_method("schulze.wv_lv");
  open.set_max_ranked(2);
  open.add_idea_ids("a");
  open.add_idea_ids("b");
  v1::RoundGroup* group = open.add_groups();
  group->set_group_id("g");
  group->set_name("G");
  group->set_weight(1);
  EXPECT_THAT(Do("clerk", open), IsRefused(Reason::kIdeaNotPublished));
  ASSERT_OK(Moderate("a", v1::MODERATION_VERDICT_PUBLISH));
  ASSERT_OK(Moderate("b", v1::MODERATION_VERDICT_PUBLISH));
  open.set_method("irv");
  EXPECT_THAT(Do("clerk", open), IsRefused(Reason::kBadMethod));
  open.set_method("no-such-method");
  EXPECT_THAT(Do("clerk", open), IsRefused(Reason::kBadMethod));
  open.set_method("schulze.margin");
  EXPECT_OK(Do("clerk", open));
  EXPECT_EQ(machine_.GetRound("r1")->method(), "schulze.margin.v1")
      << "later versions of the method do not change the round";
}

TEST_F(IdeasTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  OpenRound(2);
  v1::ImportIdeas import;
  import.set_source("file.csv");
  import.add_ideas()->set_import_key("1");
  *import.mutable_ideas(0)->mutable_content() = Content("i-1", v1::CHANNEL_IMPORT);
  import.mutable_ideas(0)->mutable_content()->set_receipt_code_digest(std::string(32, 'r'));
  ASSERT_OK(Do("clerk", import));
  v1::RecordPaperPreference paper;
  paper.set_round_id("r1");
  paper.set_group_id("citizens");
  paper.set_paper_number("p-1");
  paper.add_ranking()->add_idea_ids("b");
  ASSERT_OK(Do("clerk", paper));
  ASSERT_OK(Cast(voters_[0], {"a"}));
  const IdeasState then = machine_.state();
  const crypto::Digest digest = DigestOf(then);
  ASSERT_OK(Cast(voters_[0], {"c", "b"}));
  const IdeasState& now = machine_.state();
  EXPECT_EQ(then.rounds, now.rounds) << "a ballot changes the urn alone";
  const std::string voter = "code:" + voters_[0];
  EXPECT_THAT(*then.urns.Find("r1")->ballots.Find("citizens")->Find(voter),
              testing::ElementsAre(0));
  EXPECT_THAT(*now.urns.Find("r1")->ballots.Find("citizens")->Find(voter),
              testing::ElementsAre(2, 1));
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_NE(DigestOf(now), digest);
  EXPECT_EQ(Differences(then, now),
            "urns[\"r1\"].ballots[\"citizens\"][\"" + voter + "\"]: [0] | [2, 1]\n");
  IdeasState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
}

// The fold, for which all commands wait, does not count when a round is closed.
TEST_F(IdeasTest, AClosedRoundIsCountedByWhoeverAsksFirstAndOnce) {
  OpenRound(2);
  ASSERT_OK(Cast(voters_[0], {"a", "b", "c"}));
  ASSERT_OK(Close());
  const RoundEntry& entry = *machine_.state().rounds.Find("r1");
  EXPECT_EQ(entry.round.rankings_size(), 0);
  RoundOutcomes outcomes;
  const RoundUrn& urn = *machine_.state().urns.Find("r1");
  const auto first = outcomes.Of(entry, urn);
  ASSERT_OK(first);
  EXPECT_EQ((*first)->ballot_count(), 1u);
  EXPECT_EQ(outcomes.Of(entry, urn)->get(), first->get());
  // Other ballots, as another state may have them, are another outcome.
  RoundUrn other = urn;
  other.ballots.MutableOrNew("citizens").InsertOrAssign("code:x", CodedRanking{});
  const auto second = outcomes.Of(entry, other);
  ASSERT_OK(second);
  EXPECT_EQ((*second)->ballot_count(), 2u);
  EXPECT_EQ(outcomes.Of(entry, urn)->get(), first->get());
  EXPECT_EQ(machine_.GetRound("r1")->ballot_count(), 1u);
}

// For a circle of more than 20 ideas, kemeny finds no best order.
TEST_F(IdeasTest, AMethodThatMayFailIsTakenOnlyForWhatItIsSureToRank) {
  constexpr int kMost = 20;
  v1::OpenRound open;
  open.set_round_id("r1");
  open.set_title("Runde");
  open.set_method("kemeny");
  open.set_max_ranked(kMost);
  v1::RoundGroup* group = open.add_groups();
  group->set_group_id("citizens");
  group->set_name("Bürger");
  group->set_weight(1);
  for (int i = 0; i <= kMost; ++i) {
    const std::string id = "idee-" + std::to_string(i);
    ASSERT_OK(Record(id));
    ASSERT_OK(Moderate(id, v1::MODERATION_VERDICT_PUBLISH));
    open.add_idea_ids(id);
  }
  EXPECT_THAT(Do("clerk", open), IsRefused(Reason::kBadRound));
  open.mutable_idea_ids()->RemoveLast();
  open.set_status_quo(true);
  EXPECT_THAT(Do("clerk", open), IsRefused(Reason::kBadRound)) << "the status quo is ranked, too";
  open.set_status_quo(false);
  EXPECT_OK(Do("clerk", open));
  open.set_round_id("r2");
  open.add_idea_ids("idee-20");
  open.set_method("schulze.wv_lv");
  EXPECT_OK(Do("clerk", open));
}

TEST_F(IdeasTest, AnErrorOfTheMethodIsNoEmptyRanking) {
  constexpr uint16_t kIdeas = 21;
  v1::Round round;
  round.set_method("kemeny.v1");
  round.add_groups()->set_group_id("citizens");
  round.mutable_groups(0)->set_weight(1);
  for (int i = 0; i < kIdeas; ++i) round.add_idea_ids("idee-" + std::to_string(i));
  // Three ballots, each beginning seven ideas later: a circle.
  RoundUrn urn;
  for (uint16_t ballot = 0; ballot < 3; ++ballot) {
    std::vector<ranking::Tier> tiers;
    for (uint16_t place = 0; place < kIdeas; ++place)
      tiers.push_back({static_cast<uint16_t>((place + ballot * 7) % kIdeas)});
    urn.ballots.MutableOrNew("citizens")
        .InsertOrAssign("code:" + std::to_string(ballot), ranking::Encode(tiers));
  }
  EXPECT_THAT(CountBallots(urn, round), IsRefused(Reason::kTooManyOptions));
}

// Pairwise counts are no state: a restored urn gives the rankings that the machine gives.
TEST_F(IdeasTest, ARestoredRoundCountsAsTheOneThatWasKept) {
  OpenRound(3, true);
  ASSERT_OK(Cast(voters_[0], {"a", "b", "status-quo", "c"}));
  ASSERT_OK(Cast(voters_[1], {"a", "status-quo", "b"}));
  IdeasState restored;
  ASSERT_TRUE(Decode(Encode(machine_.state()), restored));
  ASSERT_OK(Close());
  v1::Round round = restored.rounds.Find("r1")->round;
  round.set_state(v1::ROUND_STATE_CLOSED);
  ASSERT_OK(CountBallots(*restored.urns.Find("r1"), round));
  EXPECT_EQ(round.ballot_count(), 2u);
  EXPECT_EQ(Print(round), Print(*machine_.GetRound("r1")));
}

}  // namespace
}  // namespace votum::ideas
