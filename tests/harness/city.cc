#include "tests/harness/city.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/shifted_clock.h"
#include "clients/lib/signer.h"
#include "clients/lib/unary_call.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/acts.h"
#include "core/fold/domains.h"
#include "core/fold/fold.h"
#include "crypto/dsse.h"
#include "crypto/one_time_code.h"
#include "crypto/random.h"
#include "grpcpp/security/credentials.h"
#include "nlohmann/json.hpp"
#include "platform/grpc/connect.h"
#include "platform/grpc/credentials.h"
#include "rules/profile.h"
#include "tests/harness/await.h"
#include "tests/harness/people.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::testing {
namespace {

namespace dv1 = directory::v1;
using google::protobuf::Message;

[[noreturn]] void Die(absl::string_view what) {
  std::cerr << "city: " << what << std::endl;
  std::abort();
}

// By which another person confirms the act that is this record.
dv1::ActReference ReferenceTo(const common::v1::SignedCommand& act, uint64_t record) {
  const crypto::Digest digest = CommandDigest(act.payload_type(), act.payload());
  dv1::ActReference reference;
  reference.set_record(record);
  reference.set_digest(std::string(crypto::AsBytes(digest)));
  return reference;
}

common::v1::CommandHeader* MutableHeader(Message* command) {
  const auto* field = command->GetDescriptor()->FindFieldByName("header");
  return static_cast<common::v1::CommandHeader*>(
      command->GetReflection()->MutableMessage(command, field));
}

void AddSignature(const crypto::PrivateKey& key, common::v1::SignedCommand* command) {
  common::v1::Signature* signature = command->add_signatures();
  signature->set_key_id(key.public_key().id());
  signature->set_signature(*crypto::SignDsse(key, command->payload_type(), command->payload()));
}

common::v1::SignedCommand Envelope(const Message& command) {
  common::v1::SignedCommand envelope;
  envelope.set_payload_type(PayloadType(command.GetDescriptor()));
  envelope.set_payload(command.SerializeAsString());
  return envelope;
}

// Returns "meetings" and "CastVote" for "application/vnd.votum.meetings.v1.CastVote+protobuf".
std::pair<std::string, std::string> ServiceAndCommand(const std::string& payload_type) {
  const std::string full =
      payload_type.substr(sizeof("application/vnd.") - 1,
                          payload_type.size() - sizeof("application/vnd.+protobuf") + 1);
  const size_t service = full.find('.') + 1;
  const size_t version = full.find('.', service);
  return {full.substr(service, version - service), full.substr(full.rfind('.') + 1)};
}

using client::MethodPath;

// The ports of a process that does not host everything demand a certificate. A visitor's gives no
// right.
std::string VisitorPath(const std::string& folder) { return folder + "/tls/visitor.pem"; }

std::shared_ptr<grpc::ChannelCredentials> TlsOf(const std::string& folder) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = *ReadFile(folder + "/tls/ca.crt");
  tls.pem_cert_chain = *ReadFile(VisitorPath(folder));
  tls.pem_private_key = tls.pem_cert_chain;
  return grpc::SslCredentials(tls);
}

// client.json in `path`, to which it adds the visitor's certificate, for `votum`.
nlohmann::ordered_json ClientWithIdentity(const std::string& path, const std::string& folder) {
  auto client = nlohmann::ordered_json::parse(*ReadFile(path));
  client["identity_file"] = std::filesystem::absolute(VisitorPath(folder)).string();
  const absl::Status written = WriteFile(path, client.dump(2) + "\n");
  if (!written.ok()) Die(written.ToString());
  return client;
}

}  // namespace

City::City(std::string folder, const Options& options) : folder_(std::move(folder)) {
  std::filesystem::remove_all(folder_);
  const std::string code_file = folder_ + ".code";
  const std::string output = folder_ + ".init.log";
  std::filesystem::remove(code_file);
  std::vector<std::string> init = {VOTUMD_PATH,
                                   "init",
                                   folder_,
                                   "--deployment",
                                   deployment_,
                                   "--body",
                                   "Stadt Musterstadt",
                                   "--administrator-id",
                                   "anna.amt",
                                   "--administrator-name",
                                   "Anna Amt",
                                   "--base-port",
                                   std::to_string(FreeBasePort()),
                                   "--code-file",
                                   code_file,
                                   "--simulated-clock",
                                   "--replicas",
                                   std::to_string(options.replicas)};
  init.insert(init.end(), options.init.begin(), options.init.end());
  if (Run(init, output) != 0) {
    Die(absl::StrCat("votumd init failed: ", ReadFile(output).value_or("no output")));
  }
  if (options.prepare) options.prepare(folder_);
  const nlohmann::ordered_json client = ClientWithIdentity(client_path(), folder_);
  log_ = std::make_unique<crypto::NoteVerifier>(
      *crypto::NoteVerifier::FromVkey(client["log_vkey"].get<std::string>()));
  for (const char* service : kServices) {
    endpoints_[service] = client["endpoints"][service].get<std::string>();
    channels_[service] = ConnectTo(endpoints_[service], TlsOf(folder_));
  }
  const std::string log = folder_ + ".log";
  std::filesystem::remove(log);
  const bool in_database =
      std::find(options.init.begin(), options.init.end(), "--ledger") != options.init.end();
  for (int replica = 0; replica < options.replicas; ++replica) {
    const std::string suffix = replica == 0 ? "" : absl::StrCat("#", replica);
    const std::vector<std::string> serve = {VOTUMD_PATH, "serve",     "--dir",
                                            folder_,     "--replica", std::to_string(replica)};
    if (options.layout == Layout::kOneProcess) {
      processes_["ledger" + suffix] = std::make_unique<Process>(serve, log);
      continue;
    }
    std::vector<std::string> services(kServices.begin(), kServices.end());
    if (options.gateway) services.emplace_back("gateway");
    for (const std::string& service : services) {
      if (service == "ledger" && replica > 0 && !in_database) continue;
      std::vector<std::string> one = serve;
      one.insert(one.end(), {"--services", service});
      processes_[service + suffix] = std::make_unique<Process>(one, log);
    }
  }
  for (auto& [name, process] : processes_) process->Start();
  AwaitReady();
  keys_[""] = std::make_unique<crypto::PrivateKey>(
      *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  EnrolFirstAdministrator(std::string(absl::StripAsciiWhitespace(*ReadFile(code_file))));
}

common::v1::SignedCommand City::Sign(const std::string& person, Message* command) {
  common::v1::CommandHeader* header = MutableHeader(command);
  header->set_command_id(crypto::NewUuid());
  header->set_deployment(deployment_);
  header->set_actor(person);
  if (person.empty()) header->set_public_key(keys_.at(person)->public_key().spki_der());
  *header->mutable_create_time() = ToTimestamp(absl::Now());
  *header->mutable_not_after() = ToTimestamp(Now() + client::kValidity);
  common::v1::SignedCommand envelope = Envelope(*command);
  AddSignature(*keys_.at(person), &envelope);
  return envelope;
}

absl::StatusOr<common::v1::Receipt> City::Send(const common::v1::SignedCommand& command,
                                               absl::Duration timeout) {
  return SendTo(channels_.at(ServiceAndCommand(command.payload_type()).first), command, timeout);
}

absl::StatusOr<common::v1::Receipt> City::SendTo(const std::shared_ptr<grpc::Channel>& channel,
                                                 const common::v1::SignedCommand& command,
                                                 absl::Duration timeout) {
  const auto [service, name] = ServiceAndCommand(command.payload_type());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  context.set_wait_for_ready(true);
  common::v1::Receipt receipt;
  const absl::Status status =
      client::UnaryCall(channel, MethodPath(service, name), &context, command, &receipt);
  if (!status.ok()) return status;
  sealed_ += command.attachments_size();
  uint64_t seen = seen_index_;
  while (seen < receipt.index() && !seen_index_.compare_exchange_weak(seen, receipt.index())) {
  }
  return receipt;
}

absl::Status City::AppendDirectly(const common::v1::SignedCommand& command) {
  ledger::v1::AppendRequest request;
  *request.mutable_command() = command;
  ledger::v1::AppendResponse response;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  return client::UnaryCall(channels_.at("ledger"), "/votum.ledger.v1.LedgerService/Append",
                           &context, request, &response);
}

absl::StatusOr<common::v1::Receipt> City::Do(const std::string& person, Message&& command) {
  return Send(Sign(person, &command));
}

void City::Must(const std::string& person, Message&& command) {
  const std::string name = command.GetDescriptor()->name();
  const auto receipt = Do(person, std::move(command));
  if (!receipt.ok()) Die(absl::StrCat(name, " by ", person, ": ", receipt.status().ToString()));
}

void City::GiveAct(Message&& command) {
  const common::v1::SignedCommand act = Sign("anna.amt", &command);
  const auto receipt = Send(act);
  if (!receipt.ok())
    Die(absl::StrCat(command.GetDescriptor()->name(), ": ", receipt.status().ToString()));
  *pending_.add_acts() = ReferenceTo(act, receipt->index());
  if (pending_.acts_size() == kMaxConfirmedActs) ConfirmActs();
}

void City::ConfirmActs() {
  if (pending_.acts_size() > 0) Must("bernd.amt", std::exchange(pending_, {}));
}

absl::Status City::ReadMessage(const std::string& person, const char* service, const char* method,
                               const Message& request, Message* response) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  context.set_wait_for_ready(true);
  context.AddMetadata("votum-min-index", std::to_string(seen_index_.load()));
  if (!person.empty()) context.AddMetadata("votum-session-bin", SessionOf(person, service));
  return client::UnaryCall(channels_.at(service), MethodPath(service, method), &context, request,
                           response);
}

std::string City::SessionOf(const std::string& person, const std::string& service) {
  std::string& session = sessions_[absl::StrCat(person, " ", service)];
  if (session.empty()) {
    dv1::ReadSession statement;
    *statement.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Minutes(14));
    statement.set_service(service);
    session = Sign(person, &statement).SerializeAsString();
  }
  return session;
}

void City::EnrolFirstAdministrator(const std::string& code) {
  const crypto::PrivateKey code_key = *crypto::KeyOfOneTimeCode(code);
  keys_["anna.amt"] = std::make_unique<crypto::PrivateKey>(
      *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  dv1::EnrolKey enrol;
  enrol.mutable_header()->set_public_key(keys_["anna.amt"]->public_key().spki_der());
  enrol.set_code_key_id(code_key.public_key().id());
  common::v1::SignedCommand command = Sign("anna.amt", &enrol);
  AddSignature(code_key, &command);
  if (const auto receipt = Send(command); !receipt.ok()) Die(receipt.status().ToString());

  // The second administrator: confirmed by the first alone, which is allowed this once.
  AddPerson("bernd.amt", "Bernd Amt");
}

common::v1::SignedCommand City::RegistrationOf(const std::string& id, const std::string& name) {
  dv1::RegisterPerson person = NewPerson(id, name);
  common::v1::SignedCommand command = Sign("anna.amt", &person);
  *command.add_attachments() = About(id, name).attachment;
  return command;
}

absl::Status City::Revoke(const std::string& person) {
  const SealedText reason = About(person, "lost");
  dv1::RevokeKey revoke;
  revoke.set_key_id(KeyOf(person).public_key().id());
  *revoke.mutable_reason() = reason.ref;
  common::v1::SignedCommand command = Sign("anna.amt", &revoke);
  *command.add_attachments() = reason.attachment;
  const auto receipt = Send(command);
  if (!receipt.ok()) return receipt.status();
  dv1::Confirm confirm;
  *confirm.add_acts() = ReferenceTo(command, receipt->index());
  return Do("bernd.amt", std::move(confirm)).status();
}

void City::AddPerson(const std::string& id, const std::string& name) {
  if (const auto receipt = Send(RegistrationOf(id, name)); !receipt.ok())
    Die(absl::StrCat("RegisterPerson of ", id, ": ", receipt.status().ToString()));
  if (id == "bernd.amt") {
    dv1::GrantOffice grant;
    grant.set_person_id(id);
    grant.set_office(common::v1::OFFICE_ADMINISTRATOR);
    Must("anna.amt", std::move(grant));
    Enrol(id, "anna.amt", "anna.amt");
  } else {
    Enrol(id, "anna.amt", "bernd.amt");
  }
}

void City::Enrol(const std::string& id, const std::string& issuer, const std::string& confirmer) {
  const crypto::PrivateKey code_key = *crypto::KeyOfOneTimeCode(crypto::NewOneTimeCode().Reveal());
  dv1::IssueEnrolmentCode issue;
  issue.set_person_id(id);
  issue.set_code_public_key(code_key.public_key().spki_der());
  *issue.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Hours(24 * 3650));
  Must(issuer, std::move(issue));

  keys_[id] = std::make_unique<crypto::PrivateKey>(
      *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  dv1::EnrolKey enrol;
  enrol.mutable_header()->set_public_key(keys_[id]->public_key().spki_der());
  enrol.set_code_key_id(code_key.public_key().id());
  const SealedText label = About(id, "tablet");
  *enrol.mutable_label() = label.ref;
  common::v1::SignedCommand command = Sign(id, &enrol);
  AddSignature(code_key, &command);
  *command.add_attachments() = label.attachment;
  if (const auto receipt = Send(command); !receipt.ok())
    Die(absl::StrCat("EnrolKey of ", id, ": ", receipt.status().ToString()));

  dv1::ConfirmKey confirm;
  confirm.set_key_id(keys_[id]->public_key().id());
  Must(confirmer, std::move(confirm));
}

void City::SetUpCouncil(int members) {
  const auto organization = [this](const char* id, const char* name, dv1::OrganizationKind kind,
                                   uint32_t statutory) {
    dv1::CreateOrganization command;
    command.set_organization_id(id);
    command.set_name(name);
    command.set_kind(kind);
    command.set_statutory_number(statutory);
    Must("anna.amt", std::move(command));
  };
  const auto membership = [this](const std::string& person, const char* of,
                                 dv1::MembershipRole role) {
    dv1::AddMembership command;
    command.set_membership_id(absl::StrCat(of, "-", person));
    command.set_person_id(person);
    command.set_organization_id(of);
    command.set_role(role);
    command.set_voting_right(true);
    GiveAct(std::move(command));
  };
  const auto office = [this](const char* person, common::v1::Office granted) {
    dv1::GrantOffice command;
    command.set_person_id(person);
    command.set_office(granted);
    GiveAct(std::move(command));
  };
  organization("rat", "Rat der Stadt Musterstadt", dv1::ORGANIZATION_KIND_COUNCIL,
               static_cast<uint32_t>(members) + 1);
  organization("aulp", "Ausschuss für Umwelt und Planung", dv1::ORGANIZATION_KIND_COMMITTEE, 15);
  for (const auto& [id, name] :
       std::map<std::string, std::string>{{"maria.meister", "Maria Meister"},
                                          {"karl.kanzlei", "Karl Kanzlei"},
                                          {"klara.kanzlei", "Klara Kanzlei"},
                                          {"sven.schrift", "Sven Schrift"},
                                          {"petra.pruef", "Petra Prüf"}}) {
    AddPerson(id, name);
  }
  office("maria.meister", common::v1::OFFICE_MAYOR);
  office("karl.kanzlei", common::v1::OFFICE_CLERK);
  office("klara.kanzlei", common::v1::OFFICE_CLERK);
  office("sven.schrift", common::v1::OFFICE_SECRETARY);
  office("petra.pruef", common::v1::OFFICE_AUDITOR);
  membership("maria.meister", "rat", dv1::MEMBERSHIP_ROLE_CHAIR);
  for (int i = 1; i <= members; ++i) {
    const std::string id = absl::StrFormat("m%02d", i);
    AddPerson(id, absl::StrCat("Mitglied ", i));
    membership(id, "rat", dv1::MEMBERSHIP_ROLE_MEMBER);
    members_.push_back(id);
  }
  dv1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  GiveAct(std::move(adopt));
  ConfirmActs();
}

void City::OpenMeeting(int present) {
  namespace av1 = meetings::v1;
  namespace vv1 = meetings::v1;
  av1::ConveneMeeting convene;
  convene.set_meeting_id("sitzung-1");
  convene.set_organization_id("rat");
  convene.set_title("1. Sitzung");
  convene.set_place("Ratssaal");
  *convene.mutable_start_time() = ToTimestamp(Now() + absl::Hours(24 * 20));
  Must("karl.kanzlei", std::move(convene));
  av1::PublishAgenda agenda;
  agenda.set_meeting_id("sitzung-1");
  av1::AgendaItemContent* item = agenda.add_items();
  item->set_item_id("top-1");
  item->set_number("Ö 1");
  item->set_title("Mobilstationen");
  item->set_public_(true);
  item = agenda.add_items();
  item->set_item_id("top-2");
  item->set_number("N 1");
  item->set_title("Grundstück Meier");
  item->set_public_title("Grundstücksangelegenheit");
  Must("karl.kanzlei", std::move(agenda));
  Advance(absl::Hours(24 * 20 + 1));

  vv1::OpenMeeting open;
  open.set_meeting_id("sitzung-1");
  Must("maria.meister", std::move(open));
  std::vector<std::string> people = members_;
  people.push_back("maria.meister");
  people.erase(people.begin(),
               people.end() - std::min<int>(present, static_cast<int>(people.size())));
  for (const std::string& person : people) {
    vv1::CheckIn check_in;
    check_in.set_meeting_id("sitzung-1");
    check_in.set_person_id(person);
    Must(person, std::move(check_in));
  }
}

void City::OpenVote(const std::string& vote_event_id) {
  namespace vv1 = meetings::v1;
  vv1::ProposeMotion motion;
  motion.set_meeting_id("sitzung-1");
  motion.set_item_id("top-1");
  motion.set_motion_id("motion-" + vote_event_id);
  motion.set_proposition("Der Rat beschließt fünf Mobilstationen.");
  motion.set_polarity(vv1::POLARITY_ADOPTS_ITEM);
  Must("maria.meister", std::move(motion));
  vv1::OpenVote open;
  open.set_meeting_id("sitzung-1");
  open.set_motion_id("motion-" + vote_event_id);
  open.set_vote_event_id(vote_event_id);
  open.set_mode(vv1::VOTE_MODE_ROLL_CALL);
  Must("maria.meister", std::move(open));
}

absl::Time City::Now() const { return ShiftedClock(folder_ + "/clock-offset").Now(); }

void City::Advance(absl::Duration duration) {
  const std::string path = folder_ + "/clock-offset";
  const auto offset = ParseDecimal(absl::StripAsciiWhitespace(*ReadFile(path)));
  const absl::Status written =
      WriteFile(path, absl::StrCat(offset.value_or(0) + absl::ToInt64Seconds(duration), "\n"));
  if (!written.ok()) Die(written.ToString());
  // Nothing shows which time a process believes in.
  LetPass(2 * ShiftedClock::kReadAgain);
}

std::shared_ptr<grpc::Channel> City::ChannelTo(const std::string& service, int replica) const {
  const std::vector<std::string> addresses =
      absl::StrSplit(absl::StripPrefix(endpoints_.at(service), "ipv4:"), ',');
  return ConnectTo(addresses.at(static_cast<size_t>(replica)), TlsOf(folder_));
}

std::string City::EdgeUrl() const {
  constexpr absl::string_view kBefore = "\ngateways { listen: \"";
  const std::string config = *ReadFile(folder_ + "/votum.textproto");
  const size_t start = config.find(std::string(kBefore)) + kBefore.size();
  return absl::StrCat("https://", config.substr(start, config.find('"', start) - start));
}

City::~City() {
  {
    const std::lock_guard<std::mutex> lock(processes_mutex_);
    supervised_ = false;
  }
  if (supervisor_.joinable()) supervisor_.join();
}

void City::Supervise() {
  supervised_ = true;
  supervisor_ = std::thread([this] {
    for (;;) {
      {
        const std::lock_guard<std::mutex> lock(processes_mutex_);
        if (!supervised_) return;
        for (auto& [name, process] : processes_) {
          if (process->running() && !process->Alive()) process->Start();
        }
      }
      LetPass(absl::Milliseconds(50));
    }
  });
}

Process& City::ProcessOf(const std::string& service, int replica) {
  const std::string suffix = replica == 0 ? "" : absl::StrCat("#", replica);
  const auto found = processes_.find(service + suffix);
  return found == processes_.end() ? *processes_.at("ledger" + suffix) : *found->second;
}

std::vector<Process*> City::Processes() {
  std::vector<Process*> all;
  for (auto& [name, process] : processes_) all.push_back(process.get());
  return all;
}

void City::AwaitReady() {
  for (const auto& [name, process] : processes_) {
    const std::string service = name.substr(0, name.find('#'));
    if (service == "gateway") continue;  // speaks no gRPC, and folds nothing
    absl::Status status;
    const auto ready = [&] {
      grpc::ClientContext context;
      context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
      context.set_wait_for_ready(true);
      runtime::v1::GetProjectionRequest request;
      runtime::v1::GetProjectionResponse response;
      status =
          client::UnaryCall(channels_.at(service), "/votum.runtime.v1.RuntimeService/GetProjection",
                            &context, request, &response);
      return status.ok() && response.next_index() > seen_index_;
    };
    if (!Await(ready, absl::Minutes(1))) {
      Die(absl::StrCat(service, " is not ready: ", status.ToString(), "\n",
                       ReadFile(folder_ + ".log").value_or("")));
    }
  }
}

std::map<std::string, std::map<std::string, std::string>> City::Projections() {
  std::map<std::string, std::map<std::string, std::string>> all;
  for (const auto& [name, process] : processes_) {
    const std::string service = name.substr(0, name.find('#'));
    if (service == "gateway") continue;  // speaks no gRPC, and folds nothing
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    context.set_wait_for_ready(true);
    runtime::v1::GetProjectionResponse response;
    // Digests are for services: one calls.
    const auto channel =
        ConnectTo(endpoints_.at(service),
                  ServiceClientTls({absl::StrCat(folder_, "/tls/directory.pem"), ca_path()}));
    const absl::Status status =
        client::UnaryCall(channel, "/votum.runtime.v1.RuntimeService/GetProjection", &context,
                          runtime::v1::GetProjectionRequest(), &response);
    if (!status.ok()) Die(status.ToString());
    for (const auto& domain : response.domains())
      all[name][domain.domain()] = domain.state_sha256();
  }
  return all;
}

}  // namespace votum::testing
