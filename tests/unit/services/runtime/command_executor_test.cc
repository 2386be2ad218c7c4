// The pipeline of all commands, with a ledger that answers when the test says so.
#include "services/runtime/command_executor.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "grpcpp/support/slice.h"
#include "gtest/gtest.h"
#include "services/runtime/call_bytes.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {
namespace {

namespace dv1 = directory::v1;
using common::v1::Receipt;
using common::v1::SignedCommand;
using testing::FakeLedger;
using testing::FixedClock;
using testing::SmallLog;

constexpr absl::Duration kLong = absl::Seconds(60);

class CommandExecutorTest : public ::testing::Test {
 protected:
  CommandExecutorTest() {
    replica_.Start();
    ShowAll();
  }
  ~CommandExecutorTest() override {
    executor_.Close();
    replica_.Stop();
  }

  void ShowAll() {
    ledger_.Show(log_.records());
    ledger_.SetSize(log_.records().size());
    ASSERT_OK(replica_.WaitFor(log_.records().size() - 1, absl::Now() + kLong));
  }

  // anna's command that makes the council `id`.
  SignedCommand Council(const std::string& id, const std::string& name = "Rat") {
    dv1::CreateOrganization council;
    council.set_organization_id(id);
    council.set_name(name);
    council.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
    council.set_statutory_number(3);
    return log_.Sign("anna", &council);
  }

  // A command under way. It was answered once, when `answered` says so.
  struct Sent {
    absl::Notification answered;
    absl::StatusOr<Receipt> answer = absl::UnknownError("there is no answer");
    uint64_t folded = 0;  // the number of records that were folded when the answer came
    std::atomic<bool> cancelled{false};

    const absl::StatusOr<Receipt>& Await() {
      answered.WaitForNotification();
      return answer;
    }
  };
  void Send(const SignedCommand& command, Sent* sent, const CommandHooks* hooks = nullptr,
            absl::Time deadline = absl::Now() + kLong,
            const google::protobuf::Descriptor* expected = dv1::CreateOrganization::descriptor()) {
    executor_.Execute({expected, &ledger_, hooks, BufferOf(command), deadline,
                       [sent] { return sent->cancelled.load(); },
                       [this, sent](absl::StatusOr<Receipt> answer) {
                         sent->answer = std::move(answer);
                         sent->folded = replica_.next_index();
                         sent->answered.Notify();  // aborts if it comes twice
                       }});
  }

  // The ledger records what it was given and says so; nobody has folded it yet.
  uint64_t Record(const FakeLedger::Appending& appending) {
    Receipt receipt;
    receipt.set_index(log_.AppendSigned(appending.command));
    receipt.set_record(log_.records().back());
    appending.then(receipt);
    return receipt.index();
  }

  SmallLog log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  FixedClock clock_{log_.time()};
  Metrics metrics_;
  Replica replica_{DomainSet::Closure(Domain::kDirectory), log_.log_key(), &ledger_, &cache_,
                   // A real process ends here.
                   [](const absl::Status& why) {
                     if (ReasonOf(why) != Reason::kNewerLog) ADD_FAILURE() << why;
                   }};
  CommandExecutor executor_{&replica_, &clock_, &metrics_};
};

TEST_F(CommandExecutorTest, AnswersWithTheReceiptWhenTheRecordIsFolded) {
  const SignedCommand command = Council("rat");
  const uint64_t size = log_.records().size();
  Sent sent;
  Send(command, &sent);
  const FakeLedger::Appending appending = ledger_.TakeAppending();
  EXPECT_EQ(appending.command.SerializeAsString(), command.SerializeAsString()) << "the same bytes";
  EXPECT_EQ(appending.judged_at, size);
  const uint64_t index = Record(appending);
  EXPECT_FALSE(sent.answered.HasBeenNotified());
  ShowAll();
  ASSERT_OK(sent.Await());
  EXPECT_EQ(sent.answer->index(), index);
  EXPECT_EQ(sent.answer->record(), log_.records()[index]);
  EXPECT_GT(sent.folded, index) << "an answer before the own fold: reads would not see the record";
}

// The fold never sees contents, so this is their only door.
TEST_F(CommandExecutorTest, TextsThatAreAttachedFollowTheRuleForTexts) {
  for (const std::string& bad :
       {std::string("\xff\xfe"), std::string("Mia\x1b[2K"), std::string("\u202eaiM"),
        std::string("Mu\u0308ller"), std::string((size_t{16} << 10) + 1, 'a')}) {
    dv1::RegisterPerson person = testing::NewPerson("mia", bad);
    SignedCommand command = log_.Sign("anna", &person);
    *command.add_attachments() = testing::About("mia", bad).attachment;
    Sent sent;
    Send(command, &sent, nullptr, absl::Now() + kLong, dv1::RegisterPerson::descriptor());
    EXPECT_THAT(sent.Await(), IsRefused(Reason::kBadText)) << bad.substr(0, 10);
  }
  EXPECT_EQ(ledger_.appends(), 0u);
}

TEST_F(CommandExecutorTest, AServiceMayTakeNoMoreOfACaller) {
  CommandHooks hooks;
  hooks.admit = [](const std::string& caller) {
    return Refuse(Reason::kTooManyIdeas, "none of " + caller);
  };
  Sent sent;
  Send(Council("rat"), &sent, &hooks);
  EXPECT_THAT(sent.Await(), IsRefused(Reason::kTooManyIdeas));
  EXPECT_EQ(ledger_.appends(), 0u);
}

TEST_F(CommandExecutorTest, RefusesWhatDoesNotHoldAndRecordsNothing) {
  log_.AppendSigned(Council("rat"));
  ShowAll();
  Sent exists;
  Send(Council("rat"), &exists);
  EXPECT_THAT(exists.Await(), IsRefused(Reason::kOrganizationExists));

  SignedCommand forged = Council("ausschuss");
  forged.mutable_signatures(0)->mutable_signature()->back() ^= 1;
  Sent unsigned_by_anna;
  Send(forged, &unsigned_by_anna);
  EXPECT_FALSE(unsigned_by_anna.Await().ok());

  Sent elsewhere;
  Send(Council("fraktion"), &elsewhere, nullptr, absl::Now() + kLong,
       dv1::GrantOffice::descriptor());
  EXPECT_THAT(elsewhere.Await(), IsRefused(Reason::kWrongMethod));

  SignedCommand attached = Council("amt");
  attached.add_attachments()->set_commitment("c");
  Sent unexpected;
  Send(attached, &unexpected);
  EXPECT_THAT(unexpected.Await(), IsRefused(Reason::kUnexpectedAttachment));
  EXPECT_EQ(ledger_.appends(), 0u);
}

TEST_F(CommandExecutorTest, ARefusalIsTrueOfTheLogAndNotOfAFoldThatLags) {
  dv1::AddMembership member;
  member.set_membership_id("rat-bert");
  member.set_person_id("bert");
  member.set_organization_id("rat");
  member.set_role(dv1::MEMBERSHIP_ROLE_MEMBER);
  member.set_voting_right(true);
  log_.AppendSigned(Council("rat"));  // recorded, but not folded here
  ledger_.SetSize(log_.records().size());
  Sent sent;
  Send(log_.Sign("anna", &member), &sent, nullptr, absl::Now() + kLong,
       dv1::AddMembership::descriptor());
  ledger_.AwaitSizeAsked(1);
  EXPECT_EQ(ledger_.appends(), 0u) << "there is no council yet";
  ShowAll();
  Record(ledger_.TakeAppending());
  ShowAll();
  EXPECT_OK(sent.Await());
}

TEST_F(CommandExecutorTest, ALedgerThatDoesNotSayItsSizeIsTheAnswer) {
  log_.AppendSigned(Council("rat"));
  ShowAll();
  ledger_.SetSize(Refuse(Reason::kLedgerUnreachable, "it is away"));
  Sent sent;
  Send(Council("rat"), &sent);
  EXPECT_THAT(sent.Await(), IsRefused(Reason::kLedgerUnreachable))
      << "nobody knows whether the refusal is true";
}

TEST_F(CommandExecutorTest, AProgramThatIsTooOldForTheLogLeavesCommandsToOthers) {
  log_.Activate(kProgramVersion + 1);
  ShowAll();
  Sent sent;
  Send(Council("rat"), &sent);
  EXPECT_THAT(sent.Await(), HasCode(absl::StatusCode::kUnavailable))
      << "the client asks another process only then";
  EXPECT_EQ(ledger_.appends(), 0u);
}

TEST_F(CommandExecutorTest, TheSlowerOfTwoIsRecordedAndVoid) {
  Sent faster, slower;
  Send(Council("rat"), &faster);
  const FakeLedger::Appending first = ledger_.TakeAppending();
  Send(Council("rat"), &slower);  // holds as well, since nothing is recorded yet
  const FakeLedger::Appending second = ledger_.TakeAppending();
  const uint64_t in_effect = Record(first);
  const uint64_t void_index = Record(second);
  ShowAll();
  ASSERT_OK(faster.Await());
  EXPECT_EQ(faster.answer->index(), in_effect);
  EXPECT_THAT(slower.Await(), IsRefused(Reason::kOrganizationExists));
  const std::string said(slower.answer.status().message());
  EXPECT_EQ(said.find(absl::StrCat("record ", void_index, " is void: ")), 0u) << said;
  EXPECT_THAT(said, ::testing::HasSubstr("rat")) << "it names what is there already";
}

TEST_F(CommandExecutorTest, ACommandSentAgainGetsItsFirstReceiptAndCountsOnce) {
  const SignedCommand command = Council("rat");
  const uint64_t index = log_.AppendSigned(command);
  ShowAll();
  Sent again;
  Send(command, &again);
  ASSERT_OK(again.Await());
  EXPECT_EQ(again.answer->index(), index);
  EXPECT_EQ(again.answer->record(), log_.records()[index]);

  dv1::CreateOrganization other;
  ASSERT_TRUE(other.ParseFromString(command.payload()));
  other.set_name("another council");
  SignedCommand reused = command;
  reused.set_payload(other.SerializeAsString());
  Sent refused;
  Send(reused, &refused);
  EXPECT_THAT(refused.Await(), IsRefused(Reason::kCommandIdReused));
  EXPECT_EQ(ledger_.appends(), 0u);

  // Whoever has guessed the bytes of a command cannot sign them, and gets no receipt.
  SignedCommand guessed = command;
  guessed.mutable_signatures(0)->mutable_signature()->back() ^= 1;
  Sent asked;
  Send(guessed, &asked);
  EXPECT_THAT(asked.Await(), IsRefused(Reason::kCommandIdReused));
}

TEST_F(CommandExecutorTest, AnUnknownOutcomeIsSettledBySendingAgain) {
  const SignedCommand command = Council("rat");
  Sent unknown;
  Send(command, &unknown);
  const FakeLedger::Appending lost = ledger_.TakeAppending();
  lost.then(Refuse(Reason::kLedgerUnreachable, "it may have been recorded"));
  EXPECT_THAT(unknown.Await(), IsRefused(Reason::kLedgerUnreachable));

  const uint64_t index = log_.AppendSigned(lost.command);  // it was, after all
  ShowAll();
  Sent again;
  Send(command, &again);
  ASSERT_OK(again.Await());
  EXPECT_EQ(again.answer->index(), index);
  EXPECT_EQ(ledger_.appends(), 1u);
}

TEST_F(CommandExecutorTest, AFoldThatLagsEndsTheWaitAtTheDeadline) {
  Sent sent;
  Send(Council("rat"), &sent, nullptr, absl::Now() + absl::Milliseconds(100));
  Record(ledger_.TakeAppending());  // and no stream brings the record
  EXPECT_THAT(sent.Await(), IsRefused(Reason::kNotFoldedYet));
}

TEST_F(CommandExecutorTest, ACallerWhoGoesEarlyLeavesNothingAndOneWhoGoesLateChangesNothing) {
  Sent early;
  early.cancelled = true;
  Send(Council("rat"), &early);
  EXPECT_THAT(early.Await(), HasCode(absl::StatusCode::kCancelled));
  EXPECT_EQ(ledger_.appends(), 0u);

  Sent late;
  Send(Council("rat"), &late);
  const FakeLedger::Appending appending = ledger_.TakeAppending();
  late.cancelled = true;
  const uint64_t index = Record(appending);
  ShowAll();
  ASSERT_OK(late.Await()) << "the command is in the log";
  EXPECT_EQ(late.answer->index(), index);
}

TEST_F(CommandExecutorTest, ACommandWhoseTimeIsOverIsNeitherLookedAtNorRecorded) {
  bool looked = false;
  CommandHooks hooks;
  hooks.ahead = [&looked](const google::protobuf::Message&, const SignedCommand&, absl::Time) {
    looked = true;
    return absl::OkStatus();
  };
  Sent sent;
  Send(Council("rat"), &sent, &hooks, absl::Now() - absl::Seconds(1));
  EXPECT_THAT(sent.Await(), IsRefused(Reason::kLedgerBusy));
  EXPECT_FALSE(looked);
  EXPECT_EQ(ledger_.appends(), 0u);
}

TEST_F(CommandExecutorTest, ClosingAnswersThoseWhoWaitAndThoseWhoComeLater) {
  Sent waits_for_fold, waits_for_ledger, late;
  Send(Council("rat"), &waits_for_fold);
  Record(ledger_.TakeAppending());
  Send(Council("ausschuss"), &waits_for_ledger);
  const FakeLedger::Appending appending = ledger_.TakeAppending();
  EXPECT_FALSE(waits_for_fold.answered.HasBeenNotified());
  executor_.Close();
  EXPECT_THAT(waits_for_fold.Await(), HasCode(absl::StatusCode::kUnavailable));
  Record(appending);
  EXPECT_THAT(waits_for_ledger.Await(), HasCode(absl::StatusCode::kUnavailable));
  Send(Council("amt"), &late);
  EXPECT_THAT(late.Await(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(CommandExecutorTest, NoThreadWaitsForACommand) {
  constexpr size_t kMany = 200;
  std::vector<std::unique_ptr<Sent>> sent;
  for (size_t i = 0; i < kMany; ++i) {
    sent.push_back(std::make_unique<Sent>());
    Send(Council(absl::StrCat("rat-", i)), sent.back().get());
  }
  // Far more than the executor has threads, and the ledger has answered none.
  ledger_.AwaitAppends(kMany);
  for (size_t i = 0; i < kMany; ++i) Record(ledger_.TakeAppending());
  ShowAll();
  for (const auto& one : sent) EXPECT_OK(one->Await());
}

TEST_F(CommandExecutorTest, RefusesMoreThanItMayHoldUntilThereIsRoomAgain) {
  CommandExecutor two(&replica_, &clock_, &metrics_, {{2, 2}, {6000, 6000}});
  const auto send = [&](const SignedCommand& command, Sent* sent) {
    two.Execute({dv1::CreateOrganization::descriptor(), &ledger_, nullptr, BufferOf(command),
                 absl::Now() + kLong, [] { return false; },
                 [sent](absl::StatusOr<Receipt> answer) {
                   sent->answer = std::move(answer);
                   sent->answered.Notify();
                 }});
  };
  Sent first, second, third, large, again;
  send(Council("a"), &first);
  SignedCommand many_bytes = Council("b");
  many_bytes.add_attachments()->set_content(std::string(6000, 'x'));
  send(many_bytes, &large);
  EXPECT_THAT(large.Await(), IsRefused(Reason::kLedgerBusy)) << "too many bytes";
  const SignedCommand small = Council("c");
  send(Council("b"), &second);
  send(small, &third);
  EXPECT_THAT(third.Await(), IsRefused(Reason::kLedgerBusy)) << "too many commands";
  for (int i = 0; i < 2; ++i) Record(ledger_.TakeAppending());
  ShowAll();
  EXPECT_OK(first.Await());
  EXPECT_OK(second.Await());
  send(small, &again);
  Record(ledger_.TakeAppending());
  ShowAll();
  EXPECT_OK(again.Await());
}

TEST_F(CommandExecutorTest, NothingIsMadeOfBytesThatHaveNoPlace) {
  const auto send = [&](CommandExecutor& executor, Sent* sent) {
    const grpc::Slice no_command(std::string("\xff\xff\xff"));
    executor.Execute({dv1::CreateOrganization::descriptor(), &ledger_, nullptr,
                      grpc::ByteBuffer(&no_command, 1), absl::Now() + kLong, [] { return false; },
                      [sent](absl::StatusOr<Receipt> answer) {
                        sent->answer = std::move(answer);
                        sent->answered.Notify();
                      }});
  };
  Sent parsed, has_no_place;
  send(executor_, &parsed);
  EXPECT_THAT(parsed.Await(), IsRefused(Reason::kBadCommand));
  CommandExecutor full(&replica_, &clock_, &metrics_, {{9, 9}, {2, 2}});
  send(full, &has_no_place);
  EXPECT_THAT(has_no_place.Await(), IsRefused(Reason::kLedgerBusy));
}

TEST_F(CommandExecutorTest, OneCallerHasAShareAndLeavesTheRestToOthers) {
  constexpr size_t kPlenty = size_t{1} << 30;
  CommandExecutor few(&replica_, &clock_, &metrics_, {{1, 3}, {kPlenty, kPlenty}});
  const auto send = [&](const std::string& caller, const std::string& id, Sent* sent) {
    few.Execute({dv1::CreateOrganization::descriptor(), &ledger_, nullptr, BufferOf(Council(id)),
                 absl::Now() + kLong, [] { return false; },
                 [sent](absl::StatusOr<Receipt> answer) {
                   sent->answer = std::move(answer);
                   sent->answered.Notify();
                 },
                 caller});
  };
  Sent first, second, other, service, too_many, again;
  send("ipv4:192.0.2.7", "a", &first);
  send("ipv4:192.0.2.7", "b", &second);
  ASSERT_THAT(second.Await(), IsRefused(Reason::kLedgerBusy));
  EXPECT_NE(second.answer.status().message().find("from one address"), std::string::npos);
  send("ipv4:192.0.2.8", "c", &other);
  send("", "d", &service);
  send("ipv4:192.0.2.9", "e", &too_many);
  EXPECT_THAT(too_many.Await(), IsRefused(Reason::kLedgerBusy));
  for (int i = 0; i < 3; ++i) Record(ledger_.TakeAppending());
  ShowAll();
  for (Sent* const sent : {&first, &other, &service}) EXPECT_OK(sent->Await());
  send("ipv4:192.0.2.7", "f", &again);
  Record(ledger_.TakeAppending());
  ShowAll();
  EXPECT_OK(again.Await());
}

TEST_F(CommandExecutorTest, ACommandCountsWithTheMemoryThatItTakesWhenItIsOpen) {
  dv1::EraseSubjects erase;
  for (int i = 0; i < 1000; ++i) erase.add_subjects("");
  const SignedCommand command = log_.Sign("anna", &erase);
  const size_t enough_for_its_bytes = command.ByteSizeLong() * 2;
  ASSERT_GT(erase.SpaceUsedLong(), enough_for_its_bytes);
  CommandExecutor small(&replica_, &clock_, &metrics_,
                        {{9, 9}, {enough_for_its_bytes, enough_for_its_bytes}});
  Sent sent;
  small.Execute({dv1::EraseSubjects::descriptor(), &ledger_, nullptr, BufferOf(command),
                 absl::Now() + kLong, [] { return false; },
                 [&sent](absl::StatusOr<Receipt> answer) {
                   sent.answer = std::move(answer);
                   sent.answered.Notify();
                 }});
  EXPECT_THAT(sent.Await(), IsRefused(Reason::kLedgerBusy));
}

TEST_F(CommandExecutorTest, TheServiceIsAskedLastAndNotForWhatIsRecorded) {
  std::atomic<int> asked{0};
  CommandHooks hooks;
  hooks.before_append = [&asked](const google::protobuf::Message& command, const SignedCommand&,
                                 absl::Time) -> absl::Status {
    ++asked;
    const auto& council = static_cast<const dv1::CreateOrganization&>(command);
    if (council.name() != "Rat") return Refuse(Reason::kBadCommand, "the service says no");
    return absl::OkStatus();
  };
  Sent refused_by_service;
  Send(Council("rat", "Kreistag"), &refused_by_service, &hooks);
  EXPECT_THAT(refused_by_service.Await(), IsRefused(Reason::kBadCommand));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(ledger_.appends(), 0u);

  const SignedCommand command = Council("rat");
  Sent good;
  Send(command, &good, &hooks);
  Record(ledger_.TakeAppending());
  ShowAll();
  EXPECT_OK(good.Await());
  EXPECT_EQ(asked, 2);

  Sent repeated, refused_by_state;
  Send(command, &repeated, &hooks);
  EXPECT_OK(repeated.Await());
  Send(Council("rat"), &refused_by_state, &hooks);
  EXPECT_THAT(refused_by_state.Await(), IsRefused(Reason::kOrganizationExists));
  EXPECT_EQ(asked, 2) << "neither needs the service";
}

TEST_F(CommandExecutorTest, TheServiceMayLookAheadAndRefuse) {
  CommandHooks hooks;
  hooks.ahead = [](const google::protobuf::Message&, const SignedCommand&, absl::Time) {
    return Refuse(Reason::kBadCommand, "the proof is wrong");
  };
  Sent sent;
  Send(Council("rat"), &sent, &hooks);
  EXPECT_THAT(sent.Await(), IsRefused(Reason::kBadCommand));
  EXPECT_EQ(ledger_.appends(), 0u);
}

}  // namespace
}  // namespace votum
