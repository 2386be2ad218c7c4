// Whose subjects and commitments are: nothing that somebody seals is erased with somebody else's,
// and no accepted command makes an honest log fail its audit.
#include "core/fold/sealing.h"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum {
namespace {

using testing::Program;
using testing::SmallLog;

constexpr char kIdeas[] = "ideas";
constexpr char kMeetings[] = "meetings";

common::v1::AttachmentRef Text(const std::string& words, const std::string& subject) {
  return Seal(crypto::Sha256("salt of " + words), subject, words).ref;
}

std::string NewSubject(const std::string& name) {
  const crypto::Digest digest = crypto::Sha256(name);
  return std::string(crypto::AsBytes(digest).substr(0, kSubjectBytes));
}

ideas::v1::IdeaContent Content(const std::string& id, common::v1::AttachmentRef text,
                               ideas::v1::Channel channel) {
  ideas::v1::IdeaContent content;
  content.set_idea_id(id);
  *content.mutable_text() = std::move(text);
  content.set_channel(channel);
  content.set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
  return content;
}

// A small town with carla and cora, clerks.
class SealingTest : public ::testing::Test {
 protected:
  SealingTest() {
    for (const char* person : {"carla", "cora"}) {
      log_.Register(person);
      log_.GiveKey(person, "bert");
      directory::v1::GrantOffice grant;
      grant.set_person_id(person);
      grant.set_office(common::v1::OFFICE_CLERK);
      log_.Append("anna", std::move(grant));
    }
  }

  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  common::v1::SignedCommand Submission(const std::string& stranger, const std::string& id,
                                       common::v1::AttachmentRef text) {
    const crypto::PrivateKey key = SmallLog::KeyNamed(stranger);
    ideas::v1::SubmitIdea submit;
    *submit.mutable_content() = Content(id, std::move(text), ideas::v1::CHANNEL_ONLINE);
    submit.mutable_header()->set_public_key(key.public_key().spki_der());
    return log_.SignWith({&key}, &submit);
  }
  // The record of an idea that `stranger` sends in without a name.
  uint64_t Submit(const std::string& stranger, const std::string& id,
                  common::v1::AttachmentRef text) {
    return log_.AppendSigned(Submission(stranger, id, std::move(text)), kIdeas);
  }
  uint64_t Record(const std::string& clerk, const std::string& id, common::v1::AttachmentRef text) {
    ideas::v1::RecordIdea record;
    *record.mutable_content() = Content(id, std::move(text), ideas::v1::CHANNEL_PAPER);
    return log_.Append(clerk, std::move(record), kIdeas);
  }
  // The OpenVote that seals its keys under `subject`; void, since there is no such meeting.
  uint64_t SealKeys(const std::string& vote, const std::string& subject) {
    meetings::v1::OpenVote open;
    open.set_vote_event_id(vote);
    *open.mutable_electronic()->mutable_sealed_keys() = Text("keys of " + vote, subject);
    return log_.Append("carla", std::move(open), kMeetings);
  }
  uint64_t Erase(const std::string& clerk, const std::string& subject) {
    directory::v1::EraseSubjects erase;
    erase.set_legal_ground("Art. 17 (1) (a) GDPR");
    erase.add_subjects(subject);
    return log_.Append(clerk, std::move(erase));
  }

  SmallLog log_;
  Program program_{log_};
};

TEST_F(SealingTest, ACommitmentIsNamedOnce) {
  const auto bench = Text("a bench", NewSubject("a"));
  EXPECT_EQ(VoidReason(Submit("stranger", "bench", bench)), std::nullopt);
  EXPECT_EQ(VoidReason(Submit("stranger", "again", bench)), Reason::kCommitmentKnown)
      << "an archive would have the content twice";
  auto elsewhere = bench;
  elsewhere.set_subject(NewSubject("b"));
  EXPECT_EQ(VoidReason(Submit("stranger", "other", elsewhere)), Reason::kCommitmentKnown)
      << "the erasure of one subject would empty the other";

  ideas::v1::RecordIdea twice;
  *twice.mutable_content() =
      Content("twice", Text("a tree", NewSubject("c")), ideas::v1::CHANNEL_PAPER);
  *twice.mutable_content()->mutable_contact() = twice.content().text();
  EXPECT_EQ(VoidReason(log_.Append("carla", std::move(twice), kIdeas)), Reason::kCommitmentKnown);
}

TEST_F(SealingTest, ASubjectBelongsToTheKeyAndTheKindOfItsFirstRecord) {
  const std::string subject = NewSubject("of the stranger");
  EXPECT_EQ(VoidReason(Submit("stranger", "one", Text("one", subject))), std::nullopt);
  EXPECT_EQ(VoidReason(Submit("stranger", "two", Text("two", subject))), std::nullopt)
      << "the same person may have all of it erased together";
  EXPECT_EQ(VoidReason(Submit("somebody", "three", Text("three", subject))), Reason::kSubjectTaken);
  EXPECT_EQ(VoidReason(Record("carla", "four", Text("four", subject))), Reason::kSubjectTaken);

  EXPECT_EQ(VoidReason(Record("carla", "five", Text("five", NewSubject("paper")))), std::nullopt);
  EXPECT_EQ(VoidReason(Record("cora", "six", Text("six", NewSubject("paper")))),
            Reason::kSubjectTaken);
  directory::v1::RegisterPerson person = testing::NewPerson("dora");
  person.mutable_name()->set_subject(NewSubject("paper"));
  EXPECT_EQ(VoidReason(log_.Append("anna", std::move(person))), Reason::kSubjectTaken);
  EXPECT_EQ(VoidReason(Submit("stranger", "seven", Text("seven", testing::SubjectOf("carla")))),
            Reason::kSubjectTaken);
}

TEST_F(SealingTest, AVoidRecordOwnsWhatItNames) {
  const auto words = Text("words", NewSubject("void"));
  ASSERT_EQ(VoidReason(Record("carla", "Not an id", words)), Reason::kBadId);
  EXPECT_EQ(VoidReason(Submit("stranger", "words", words)), Reason::kCommitmentKnown)
      << "the ledger has its content";
  EXPECT_EQ(VoidReason(Submit("stranger", "more", Text("more", NewSubject("void")))),
            Reason::kSubjectTaken);
}

TEST_F(SealingTest, KeysOfAVoteAreNobodyElsesAndStayUntilItHasAResult) {
  const std::string keys = NewSubject("keys");
  SealKeys("wahl", keys);
  EXPECT_EQ(VoidReason(Submit("stranger", "idea", Text("idea", keys))), Reason::kSubjectTaken)
      << "a lawful erasure of the idea would take the keys";
  EXPECT_EQ(VoidReason(Erase("carla", keys)), Reason::kKeysNeeded);
  meetings::v1::EstablishResult other;
  other.set_vote_event_id("other");
  log_.Append("carla", std::move(other), kMeetings);
  EXPECT_EQ(VoidReason(Erase("carla", keys)), Reason::kKeysNeeded);
  meetings::v1::EstablishResult established;
  established.set_vote_event_id("wahl");
  log_.Append("carla", std::move(established), kMeetings);
  EXPECT_EQ(VoidReason(Erase("carla", keys)), std::nullopt);
}

TEST_F(SealingTest, KeysOfAVoteWithoutResultAreKeptForNinetyDays) {
  SealKeys("given-up", NewSubject("keys"));
  log_.Wait(directory::kKeysKept - absl::Minutes(1));
  EXPECT_EQ(VoidReason(Erase("carla", NewSubject("keys"))), Reason::kKeysNeeded);
  log_.Wait(absl::Minutes(1));
  EXPECT_EQ(VoidReason(Erase("carla", NewSubject("keys"))), std::nullopt);
}

TEST_F(SealingTest, WhatNoRecordNamesIsNotErased) {
  EXPECT_EQ(VoidReason(Erase("carla", NewSubject("nothing"))), Reason::kNoSuchSubject);
}

// Services fold different domains of one log, and must agree on what the directory does with it.
TEST_F(SealingTest, EveryFoldKnowsTheSameOwners) {
  Submit("stranger", "one", Text("one", NewSubject("one")));
  Submit("stranger", "two", Text("one", NewSubject("two")));
  SealKeys("wahl", NewSubject("keys"));
  ASSERT_OK(program_.FoldAll());
  for (const Domain domain : kAllDomains) {
    SCOPED_TRACE(DomainName(domain));
    SignatureCache cache{1000};
    Fold fold(DomainSet::Closure(domain), log_.log_key(), &cache);
    for (const std::string& record : log_.records()) ASSERT_OK(fold.Apply(record));
    EXPECT_EQ(fold.StateDigest(Domain::kDirectory),
              program_.fold().StateDigest(Domain::kDirectory));
  }
}

// Strangers send whatever they like, with subjects and commitments that they have seen anywhere.
// Whatever a service takes is in effect, no content is committed to twice, and the erasure of what one
// of them has sealed takes nothing of anybody else.
TEST_F(SealingTest, NoStrangerCanJoinWhatIsNotTheirs) {
  std::vector<std::string> subjects = {testing::SubjectOf("anna"), testing::SubjectOf("carla"),
                                       NewSubject("keys"), NewSubject("paper")};
  std::vector<common::v1::AttachmentRef> texts = {Text("paper", NewSubject("paper")),
                                                  testing::About("anna", "Anna").ref};
  Record("carla", "paper", texts[0]);
  SealKeys("wahl", NewSubject("keys"));
  ASSERT_OK(program_.FoldAll());
  std::set<std::string> commitments = {texts[0].commitment(), texts[1].commitment()};
  std::map<std::string, std::string> owners;  // subject: the stranger
  for (const std::string& subject : subjects) owners[subject] = "the town";

  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): each run the same
  const auto below = [&random](size_t bound) { return random() % bound; };
  int taken = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string stranger = absl::StrCat("stranger ", below(4));
    std::string subject = NewSubject(absl::StrCat("subject ", i));
    if (below(2) == 0) subject = subjects[below(subjects.size())];
    common::v1::AttachmentRef text = Text(absl::StrCat("words ", i), subject);
    if (below(3) == 0) text = texts[below(texts.size())];
    if (below(4) == 0) text.set_subject(subject);
    const common::v1::SignedCommand command = Submission(stranger, absl::StrCat("idea-", i), text);
    const auto envelope =
        OpenEnvelope(command.payload_type(), command.payload(), command.signatures());
    ASSERT_OK(envelope);
    if (!program_.fold().Check(*envelope, log_.time() + absl::Seconds(1)).ok()) continue;
    ++taken;
    EXPECT_EQ(VoidReason(log_.AppendSigned(command, kIdeas)), std::nullopt);
    EXPECT_TRUE(commitments.insert(text.commitment()).second) << "committed to twice";
    EXPECT_EQ(owners.emplace(text.subject(), stranger).first->second, stranger);
    subjects.push_back(text.subject());
    texts.push_back(text);
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace votum
