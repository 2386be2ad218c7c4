// Disclosure of the log: a table of classes and callers is compared with every kind of answer of
// the ledger and the public edge. An answer shows a record if its bytes, its salt or its payload
// are anywhere in the answer. A forgotten field therefore cannot escape the test, and a new method
// without a row fails it.
//
// tests/integration/audience_test.cc tests how callers are classified by their credentials.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "platform/grpc/status.h"
#include "services/gateway/published_log.h"
#include "services/ledger/service.h"
#include "services/ledger/subscription.h"
#include "services/runtime/host.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::ledger {
namespace {

enum Caller { kPublic, kCouncil, kAuditor, kService };
constexpr Caller kCallers[] = {kPublic, kCouncil, kAuditor, kService};
constexpr const char* kCallerNames[] = {"public", "council", "auditor", "service"};
constexpr char kCallerMetadata[] = "test-caller";

crypto::NoteSigner LogKey() {
  const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
  return *crypto::NoteSigner::Create("votum.test/log", *crypto::PrivateKey::FromEd25519Seed(seed));
}

using Disclosure = common::v1::Disclosure;

struct ClassRow {
  Disclosure disclosure;
  std::set<Caller> shown_to;
};
const ClassRow kClasses[] = {
    {common::v1::DISCLOSURE_PUBLIC, {kPublic, kCouncil, kAuditor, kService}},
    {common::v1::DISCLOSURE_COUNCIL, {kCouncil, kAuditor, kService}},
    {common::v1::DISCLOSURE_CONFIDENTIAL, {kAuditor, kService}},
};
constexpr uint64_t kRecords = std::size(kClasses);  // record i is of class i

// The parts of the log that a method's answer may contain.
enum class Shows {
  kByClass,      // records according to kClasses
  kNothing,      // no record, no attachment, to nobody
  kToServices,   // all records, to services
  kAttachments,  // attachments, to services and auditors
};

bool MayShowRecord(Shows shows, const ClassRow& row, Caller caller) {
  if (shows == Shows::kToServices) return caller == kService;
  return shows == Shows::kByClass && row.shown_to.count(caller) > 0;
}
bool MayShowAttachment(Shows shows, Caller caller) {
  return shows == Shows::kAttachments && (caller == kAuditor || caller == kService);
}

class SayingAccess final : public LedgerAccess {
 public:
  absl::StatusOr<std::string> ServiceOf(const grpc::ServerContextBase& context) const override {
    if (CallerOf(context) == kService) return std::string("meetings");
    return RefusePermission("NOT_A_SERVICE", "only services append");
  }
  absl::StatusOr<Audience> AudienceOf(const grpc::ServerContextBase& context) const override {
    static constexpr Audience kAudiences[] = {Audience::kPublic, Audience::kCouncil,
                                              Audience::kAuditor, Audience::kAuditor};
    return kAudiences[CallerOf(context)];
  }

 private:
  static Caller CallerOf(const grpc::ServerContextBase& context) {
    const auto found = context.client_metadata().find(kCallerMetadata);
    EXPECT_NE(found, context.client_metadata().end());
    const std::string name(found->second.data(), found->second.size());
    for (const Caller caller : kCallers) {
      if (name == kCallerNames[caller]) return caller;
    }
    ADD_FAILURE() << "no such caller: " << name;
    return kPublic;
  }
};

struct Answer {
  bool refused = false;
  std::string bytes;
};

// A log with one record per class, each with a sealed attachment, and all services that answer
// about it.
class DisclosureTest : public ::testing::Test {
 protected:
  DisclosureTest()
      : ledger_(OpenLedger()),
        hub_(ledger_.get()),
        service_(ledger_.get(), &hub_, &access_, nullptr),
        host_(*Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &service_}})),
        stub_(v1::LedgerService::NewStub(host_->InProcessChannel())) {
    for (const ClassRow& row : kClasses) {
      commands_.push_back(Command());
      EXPECT_OK(ledger_->Append(commands_.back(), row.disclosure, "meetings"));
    }
    stored_ = *ledger_->Read(0, kRecords, size_t{1} << 20);
  }

  ~DisclosureTest() override {
    hub_.Stop();
    host_->Stop(absl::Seconds(5));
  }

  std::unique_ptr<Ledger> OpenLedger() {
    const std::string folder = NewTestFolder("disclosure");
    LedgerConfig config;
    config.clock = &clock_;
    config.fatal = [](const absl::Status& why) { FAIL() << why; };
    return *Ledger::Open(*SqliteStore::Open(folder + "/entries.db"),
                         *SqliteCheckpointStore::Open(folder + "/checkpoint.db"), LogKey(),
                         crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  }

  common::v1::SignedCommand Command() {
    meetings::v1::CastVote cast;
    cast.mutable_header()->set_command_id(crypto::NewUuid());
    common::v1::SignedCommand command;
    command.set_payload_type("type");
    command.set_payload(cast.SerializeAsString());
    command.add_signatures()->set_key_id("key");
    const crypto::Salt salt = crypto::NewSalt();
    const std::string content = absl::StrCat("a text ", crypto::NewUuid());
    const crypto::Digest commitment = crypto::Commit(salt, content);
    common::v1::Attachment* attachment = command.add_attachments();
    attachment->set_commitment(std::string(crypto::AsBytes(commitment)));
    attachment->set_salt(std::string(salt.begin(), salt.end()));
    attachment->set_subject(std::string(16, 's'));
    attachment->set_content(content);
    return command;
  }

  template <typename Request, typename Response>
  Answer Call(Caller caller,
              grpc::Status (v1::LedgerService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
              const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata(kCallerMetadata, kCallerNames[caller]);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    // Trailers and messages of a refusal are an answer too.
    if (!status.ok()) return {true, absl::StrCat(status.error_message(), status.error_details())};
    return {false, response.SerializeAsString()};
  }

  v1::SubscribeResponse Follow(Caller caller) {
    grpc::ClientContext context;
    context.AddMetadata(kCallerMetadata, kCallerNames[caller]);
    const auto stream = stub_->Subscribe(&context, v1::SubscribeRequest());
    v1::SubscribeResponse all;
    v1::SubscribeResponse stretch;
    while (static_cast<uint64_t>(all.entries_size()) < kRecords && stream->Read(&stretch)) {
      all.MergeFrom(stretch);
    }
    context.TryCancel();
    stream->Finish();
    EXPECT_EQ(static_cast<uint64_t>(all.entries_size()), kRecords);
    return all;
  }

  // Each record's receipt, in one.
  Answer Receipts(Caller caller) {
    Answer all;
    for (uint64_t i = 0; i < kRecords; ++i) {
      v1::GetReceiptRequest request;
      request.set_index(i);
      all.bytes += Call(caller, &v1::LedgerService::Stub::GetReceipt, request).bytes;
    }
    return all;
  }

  // Repeats the same commands: permitted callers get the first receipts again.
  Answer Again(Caller caller) {
    Answer all;
    for (const common::v1::SignedCommand& command : commands_) {
      v1::AppendRequest request;
      *request.mutable_command() = command;
      request.set_disclosure(common::v1::DISCLOSURE_CONFIDENTIAL);
      const Answer one = Call(caller, &v1::LedgerService::Stub::Append, request);
      all.refused = one.refused;
      all.bytes += one.bytes;
    }
    return all;
  }

  Answer Attachments(Caller caller) {
    v1::GetAttachmentsRequest request;
    for (const common::v1::SignedCommand& command : commands_) {
      request.add_commitments(command.attachments(0).commitment());
    }
    return Call(caller, &v1::LedgerService::Stub::GetAttachments, request);
  }

  // Everything that the edge publishes; it sees the log as the public does.
  std::map<std::string, std::string> Edge() {
    gateway::PublishedLog log(*gateway::LogMirror::Create(NewTestFolder("mirror")),
                              LogKey().verifier(), "a policy\n");
    EXPECT_OK(log.mirror().Add(Follow(kPublic).entries()));
    v1::GetCheckpointResponse newest;
    newest.set_checkpoint(ledger_->GetCheckpoint());
    EXPECT_OK(log.Publish(newest, clock_.Now()));
    std::map<std::string, std::string> answers;
    for (const std::string& path :
         {std::string("checkpoint"), std::string("policy"), absl::StrCat("tile/0/000.p/", kRecords),
          absl::StrCat("tile/entries/000.p/", kRecords), absl::StrCat("records/000.p/", kRecords),
          std::string("proof/0"), std::string("proof/1"), std::string("proof/2")}) {
      const http::Answer answer = log.Get({"GET", "/log/" + path, ""});
      EXPECT_EQ(answer.status, 200) << path;
      answers[path] = answer.body;
      for (const auto& [name, value] : answer.headers) absl::StrAppend(&answers[path], value);
    }
    return answers;
  }

  static bool Has(const std::string& bytes, const std::string& needle) {
    return bytes.find(needle) != std::string::npos ||
           bytes.find(crypto::Base64Encode(needle)) != std::string::npos;
  }

  // Holds one answer against the table.
  void Expect(Shows shows, Caller caller, const std::string& bytes) {
    for (uint64_t i = 0; i < kRecords; ++i) {
      SCOPED_TRACE(absl::StrCat("record ", i, ", class ", Disclosure_Name(kClasses[i].disclosure)));
      const bool shown = MayShowRecord(shows, kClasses[i], caller);
      EXPECT_EQ(Has(bytes, stored_[i].record), shown);
      EXPECT_EQ(Has(bytes, stored_[i].salt), shown) << "the salt";
      if (!shown) EXPECT_FALSE(Has(bytes, commands_[i].payload()));
      const bool attached = MayShowAttachment(shows, caller);
      const common::v1::Attachment& attachment = commands_[i].attachments(0);
      EXPECT_EQ(Has(bytes, attachment.content()), attached);
      EXPECT_EQ(Has(bytes, attachment.salt()), attached) << "the attachment's salt";
    }
  }

  SystemClock clock_;
  std::unique_ptr<Ledger> ledger_;
  SubscriptionHub hub_;
  SayingAccess access_;
  LedgerServiceImpl service_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
  std::vector<common::v1::SignedCommand> commands_;
  std::vector<StoredEntry> stored_;
};

TEST_F(DisclosureTest, EveryMethodShowsEveryCallerWhatTheClassSays) {
  using Stub = v1::LedgerService::Stub;
  struct Method {
    Shows shows;
    std::set<Caller> refused;
    std::function<Answer(Caller)> call;
  };
  v1::GetConsistencyProofRequest sizes;
  sizes.set_old_size(1);
  sizes.set_new_size(kRecords);
  const std::map<std::string, Method> methods = {
      {"Append",
       {Shows::kToServices, {kPublic, kCouncil, kAuditor}, [&](Caller c) { return Again(c); }}},
      {"GetReceipt", {Shows::kByClass, {}, [&](Caller c) { return Receipts(c); }}},
      {"GetCheckpoint",
       {Shows::kNothing,
        {},
        [&](Caller c) { return Call(c, &Stub::GetCheckpoint, v1::GetCheckpointRequest()); }}},
      {"GetConsistencyProof",
       {Shows::kNothing, {}, [&](Caller c) { return Call(c, &Stub::GetConsistencyProof, sizes); }}},
      {"Subscribe",
       {Shows::kByClass,
        {},
        [&](Caller c) {
          return Answer{false, Follow(c).SerializeAsString()};
        }}},
      {"ListEntries",
       {Shows::kByClass,
        {},
        [&](Caller c) { return Call(c, &Stub::ListEntries, v1::ListEntriesRequest()); }}},
      {"GetAttachments",
       {Shows::kAttachments, {kPublic, kCouncil}, [&](Caller c) { return Attachments(c); }}},
  };
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "votum.ledger.v1.LedgerService");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const auto method = methods.find(service->method(i)->name());
    ASSERT_NE(method, methods.end()) << service->method(i)->name() << " has no row";
    for (const Caller caller : kCallers) {
      SCOPED_TRACE(absl::StrCat(method->first, " called by ", kCallerNames[caller]));
      const Answer answer = method->second.call(caller);
      EXPECT_EQ(answer.refused, method->second.refused.count(caller) > 0) << answer.bytes;
      EXPECT_NE(answer.bytes, "");
      Expect(method->second.shows, caller, answer.bytes);
    }
  }
}

TEST_F(DisclosureTest, TheEdgeShowsRecordsToThePublicWhereTheyAreServedAndNowhereElse) {
  for (const auto& [path, bytes] : Edge()) {
    SCOPED_TRACE(path);
    const bool records = path.find("records/") == 0;
    Expect(records ? Shows::kByClass : Shows::kNothing, kPublic, bytes);
  }
}

// A broken record, or one of an unknown class, is treated as most confidential.
TEST(ShownTest, WhatIsNotUnderstoodIsForAuditorsAlone) {
  common::v1::Record record;
  record.set_payload("payload");
  record.set_disclosure(static_cast<Disclosure>(17));
  for (const std::string& bytes : {record.SerializeAsString(), std::string("\xff not a record"),
                                   common::v1::Record().SerializeAsString() + "\x12"}) {
    const StoredEntry stored = {0, std::string(32, 'l'), std::string(32, 's'), bytes};
    for (const Audience audience : {Audience::kPublic, Audience::kCouncil}) {
      EXPECT_EQ(Shown(stored, audience).record(), "");
      EXPECT_EQ(Shown(stored, audience).salt(), "");
      EXPECT_EQ(Shown(stored, audience).leaf(), stored.leaf);
    }
    EXPECT_EQ(Shown(stored, Audience::kAuditor).record(), bytes);
  }
}

}  // namespace
}  // namespace votum::ledger
