// Whatever people without a name send in, an honest log never looks faulty: while a city gives the
// commands of the golden logs, strangers send all that anybody may send, good and bad, before and
// after each of them. All that the services find good is recorded, perhaps too late; then an audit
// finds no fault.

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_matchers.h"
#include "clients/audit/auditor.h"
#include "core/command/payload_type.h"
#include "core/command/sealed_text.h"
#include "core/fold/command_table.h"
#include "core/fold/envelope.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/merkle.h"
#include "crypto/record_leaf.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "tests/golden/chronicle.h"
#include "tests/golden/secret_values.h"
#include "tests/golden/spoiled.h"
#include "tests/golden/steps.h"
#include "tests/golden/values.h"
#include "tests/simulator/dice.h"

namespace votum::testing {
namespace {

using common::v1::AttachmentRef;
using common::v1::SignedCommand;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using simulator::Dice;

constexpr int kSentAtOnce = 10;
// One of these keys is a voting code, which somebody without a name may use.
constexpr const char* kKeys[] = {"stranger", "another stranger", "waehler-2", "waehler-2"};

// Whether a command of this type needs no enrolled key.
bool IsAnybodys(const CommandType& type) {
  return type.options->signer() == common::v1::SIGNER_ANYBODY ||
         type.options->signer() == common::v1::SIGNER_NEW_KEY;
}

// All that the strangers did.
struct Sent {
  std::map<std::string, int> recorded;  // by type
  std::set<std::string> tried;          // types
  int refused = 0;
  int lost = 0;  // found good, and void all the same
};

class Strangers {
 public:
  // Sends commands into `chronicle`, which outlives this object, from the next command on.
  Strangers(Chronicle* chronicle, uint64_t seed) : chronicle_(*chronicle), dice_(seed) {
    chronicle_.SetBetween([this] { Act(); });
  }

  const Sent& sent() const { return sent_; }
  // The contents that the ledger has of what they sent, by commitment.
  const std::map<std::string, common::v1::Attachment>& contents() const { return contents_; }

 private:
  struct Judged {
    SignedCommand command;
    uint64_t judged_at = 0;
  };

  void Act() {
    // A ledger whose clock cannot be right takes nothing of strangers.
    if (chronicle_.log().clock_stopped()) return;
    Learn();
    std::vector<Judged> arriving = std::exchange(late_, {});
    for (int left = kSentAtOnce; left > 0; --left) {
      const SignedCommand command = Next();
      const absl::Status verdict = Verdict(command);
      if (!verdict.ok()) {
        ++sent_.refused;
        continue;
      }
      const bool late = dice_.Chance(30);
      (late ? late_ : arriving).push_back({command, chronicle_.fold().next_index()});
    }
    // In another order than the one in which they were judged.
    for (size_t i = arriving.size(); i-- > 1;) std::swap(arriving[i], arriving[dice_.Below(i + 1)]);
    for (const Judged& one : arriving) Record(one);
  }

  // The verdict of the city's services on it.
  absl::Status Verdict(const SignedCommand& command) const {
    const CommandType* const type = FindCommandType(command.payload_type());
    const absl::Status verdict = chronicle_.Verdict(command);
    EXPECT_TRUE(!verdict.ok() || IsAnybodys(*type)) << "a stranger gives a " << type->name;
    return verdict;
  }

  void Record(const Judged& one) {
    // The ledger knows the id already, and answers with the first receipt or COMMAND_ID_REUSED.
    if (!ids_.insert(IdOf(one.command)).second) return;
    const CommandType& type = *FindCommandType(one.command.payload_type());
    const absl::Status outcome = chronicle_.AppendJudged(one.command, one.judged_at);
    ++(outcome.ok() ? sent_.recorded[type.name] : sent_.lost);
    const auto envelope =
        OpenEnvelope(one.command.payload_type(), one.command.payload(), one.command.signatures());
    for (const AttachmentRef& ref : AttachmentRefsOf(*envelope->command)) {
      const auto known = made_.find(ref.commitment());
      if (known == made_.end()) continue;
      common::v1::Attachment content = known->second;
      content.set_subject(ref.subject());
      contents_.emplace(ref.commitment(), std::move(content));
    }
  }

  static std::string IdOf(const SignedCommand& command) {
    const auto envelope =
        OpenEnvelope(command.payload_type(), command.payload(), command.signatures());
    return envelope->header().command_id();
  }

  // Takes what is new in the log, sealed records too, for an example.
  void Learn() {
    const auto& records = chronicle_.log().records();
    for (; learnt_ < records.size(); ++learnt_) {
      common::v1::Record record;
      ASSERT_TRUE(record.ParseFromString(records[learnt_]));
      const CommandType* const type = FindCommandType(record.payload_type());
      std::unique_ptr<Message> command(type->prototype->New());
      ASSERT_TRUE(command->ParseFromString(record.payload()));
      for (const AttachmentRef& ref : AttachmentRefsOf(*command)) refs_.push_back(ref);
      (IsAnybodys(*type) ? anybodys_[type->name] : others_).push_back(command.get());
      known_.push_back(std::move(command));
    }
  }

  SignedCommand Next() {
    if (!past_.empty() && dice_.Chance(10)) return dice_.Pick(past_);
    // The same once more, as another command.
    if (last_ != nullptr && dice_.Chance(25)) return Send();
    const Message& example = *dice_.PickLate(Examples());
    std::unique_ptr<Message> command(example.New());
    command->CopyFrom(example);
    Freshen(command.get(), dice_.Pick(std::vector<uint64_t>{0, 0, 20, 85, 100}));
    if (dice_.Chance(40)) {
      auto spoiled = Spoiled(*command, {known_[dice_.Below(known_.size())].get(), &example});
      if (!spoiled.empty()) command = std::move(spoiled[dice_.Below(spoiled.size())]);
    }
    last_ = std::move(command);
    return Send();
  }

  // Commands of a type that anybody may give, or now and then of the others.
  const std::vector<const Message*>& Examples() {
    if (anybodys_.empty() || dice_.Chance(15)) return others_;
    auto of_type = anybodys_.begin();
    std::advance(of_type, dice_.Below(anybodys_.size()));
    return of_type->second;
  }

  SignedCommand Send() {
    const CommandType& type = *FindCommandType(PayloadType(last_->GetDescriptor()));
    sent_.tried.insert(type.name);
    past_.push_back(Sign(type, last_.get()));
    return past_.back();
  }

  SignedCommand Sign(const CommandType& type, Message* command) {
    const crypto::PrivateKey& key = chronicle_.KeyNamed(dice_.Pick(key_names_));
    auto& header =
        static_cast<common::v1::CommandHeader&>(*command->GetReflection()->MutableMessage(
            command, command->GetDescriptor()->FindFieldByName("header")));
    // In the name of the example's author now and then.
    if (dice_.Chance(80)) header.clear_actor();
    header.set_public_key(key.public_key().spki_der());
    header.clear_seen_size();
    header.clear_seen_root();
    std::vector<const crypto::PrivateKey*> keys = {&key};
    if (type.options->signer() == common::v1::SIGNER_NEW_KEY) keys.push_back(&key);
    return chronicle_.log().SignWith(keys, command);
  }

  // Puts something new in place of texts, with this chance for each, but in the header.
  void Freshen(Message* message, uint64_t percent) {
    if (message->GetDescriptor() == AttachmentRef::descriptor())
      return FreshenReference(static_cast<AttachmentRef*>(message), percent);
    const auto* reflection = message->GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(*message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->message_type() == common::v1::CommandHeader::descriptor()) continue;
      const int count = field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (field->message_type() != nullptr) {
          Freshen(field->is_repeated() ? reflection->MutableRepeatedMessage(message, field, i)
                                       : reflection->MutableMessage(message, field),
                  percent);
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated() &&
                   dice_.Chance(percent)) {
          reflection->SetString(message, field,
                                Other(*field, reflection->GetString(*message, field)));
        }
      }
    }
  }

  std::string Other(const FieldDescriptor& field, const std::string& text) {
    if (field.type() == FieldDescriptor::TYPE_BYTES) return dice_.Bytes(text.size());
    return absl::StrCat("x", ++made_ids_);
  }

  // New words; words that are known, under their subject or another; or new words under a subject of
  // somebody else.
  void FreshenReference(AttachmentRef* ref, uint64_t percent) {
    if (!dice_.Chance(percent)) return;
    const uint64_t roll = dice_.Below(100);
    if (roll < 15) {
      ref->CopyFrom(dice_.Pick(refs_));
    } else if (roll < 30) {
      ref->set_commitment(dice_.Pick(refs_).commitment());
      ref->set_subject(dice_.Bytes(kSubjectBytes));
    } else {
      const crypto::Salt salt = crypto::Sha256(dice_.Bytes(32));
      const std::string subject =
          roll < 45 ? dice_.Pick(refs_).subject() : dice_.Bytes(kSubjectBytes);
      SealedText text = Seal(salt, subject, std::string(dice_.Below(300), 'w'));
      ref->CopyFrom(text.ref);
      made_.emplace(text.ref.commitment(), std::move(text.attachment));
      refs_.push_back(text.ref);
    }
  }

  const std::vector<std::string> key_names_{std::begin(kKeys), std::end(kKeys)};

  Chronicle& chronicle_;
  Dice dice_;
  Sent sent_;
  size_t learnt_ = 0;  // records
  std::vector<std::unique_ptr<Message>> known_;
  std::map<std::string, std::vector<const Message*>> anybodys_;  // of known_, by type
  std::vector<const Message*> others_;
  std::vector<AttachmentRef> refs_;
  std::vector<SignedCommand> past_;
  std::unique_ptr<Message> last_;
  std::vector<Judged> late_;
  std::set<std::string> ids_;  // recorded
  uint64_t made_ids_ = 0;
  std::map<std::string, common::v1::Attachment> made_;
  std::map<std::string, common::v1::Attachment> contents_;
};

// The faults that an audit of the log finds, with the contents that strangers sent; a line each.
std::string FaultsOf(const Chronicle& chronicle, const Strangers& strangers) {
  std::string faults;
  const auto& log = chronicle.log();
  const auto verifier = crypto::NoteVerifier::Create(kSmallDeployment, log.log_key());
  audit::Auditor auditor(*verifier, [&faults](const audit::Finding& finding) {
    if (finding.kind == audit::Finding::Kind::kFault) absl::StrAppend(&faults, finding.text, "\n");
  });
  crypto::CompactTree tree;
  for (uint64_t i = 0; i < log.records().size(); ++i) {
    const crypto::Salt salt = SaltOf(i);
    audit::ArchivedEntry entry{i, "", std::string(crypto::AsBytes(salt)), log.records()[i]};
    const crypto::Digest leaf = crypto::RecordLeaf(entry.salt, entry.record);
    entry.leaf = std::string(crypto::AsBytes(leaf));
    tree.Append(entry.leaf);
    auditor.AddEntry(i + 1, entry);
  }
  uint64_t line = 0;
  for (const auto& [commitment, content] : strangers.contents()) {
    auditor.AddAttachment(++line, audit::ArchivedAttachment{commitment, content.subject(),
                                                            content.salt(), content.content()});
  }
  auditor.LeaveSealed();  // the rest: golden logs have no contents
  const uint64_t again = auditor.again();
  for (uint64_t i = 0; i < again; ++i) auditor.AddAgain(log.records()[i]);
  const auto signer = crypto::NoteSigner::Create(kSmallDeployment, SmallLog::KeyNamed("log"));
  auditor.Finish(
      *crypto::SignCheckpoint({kSmallDeployment, log.records().size(), tree.Root(), {}}, *signer));
  EXPECT_EQ(auditor.summary().faults == 0, faults.empty());
  return faults;
}

void Add(const Sent& more, Sent& all) {
  for (const auto& [type, count] : more.recorded) all.recorded[type] += count;
  all.tried.insert(more.tried.begin(), more.tried.end());
  all.refused += more.refused;
  all.lost += more.lost;
}

TEST(StrangersTest, MakeNoHonestLogLookFaulty) {
  Sent all;
  const std::vector<std::vector<std::string>> cities = {
      {"1-people", "1-attestation", "2-ideas", "3-papers", "4-meetings", "5-proceedings",
       "6-decisions", "7-projects", "8-farewell"},
      {"1-people", "2-ideas", "9-secret"}};
  uint64_t seed = 0;
  for (const auto& steps : cities) {
    for (int run = 0; run < 2; ++run) {
      SCOPED_TRACE(absl::StrCat("seed ", ++seed));
      Chronicle chronicle(Voids::kNone);
      Values values = TownValues(&chronicle);
      AddSecretValues(&chronicle, &values);
      Strangers strangers(&chronicle, seed);
      for (const std::string& name : steps)
        ASSERT_OK(TakeSteps(absl::StrCat(STEPS, "/", name, ".steps"), values, &chronicle));
      EXPECT_EQ(FaultsOf(chronicle, strangers), "");
      Add(strangers.sent(), all);
    }
  }
  // All of it has happened, and a new command that anybody may give takes part by itself.
  for (const CommandType& type : CommandTable()) {
    if (IsAnybodys(type)) EXPECT_EQ(all.tried.count(type.name), 1u) << type.name;
  }
  EXPECT_GT(all.recorded["SubmitIdea"], 50);
  EXPECT_GT(all.recorded["CastPreference"], 1);
  EXPECT_GT(all.lost, 20) << "each of two was good, and one was first";
  EXPECT_GT(all.refused, 500);
}

}  // namespace
}  // namespace votum::testing
