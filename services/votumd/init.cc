#include "services/votumd/init.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/shifted_clock.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/payload_type.h"
#include "core/command/sealed_text.h"
#include "core/command/timestamps.h"
#include "crypto/dsse.h"
#include "crypto/keys.h"
#include "crypto/note.h"
#include "crypto/one_time_code.h"
#include "crypto/random.h"
#include "google/protobuf/text_format.h"
#include "nlohmann/json.hpp"
#include "services/votumd/certificates.h"
#include "services/votumd/deployment.h"
#include "services/votumd/ledger_hosting.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {
namespace {

constexpr int kMetricsPortOffset = 20;

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && chmod(path.c_str(), mode) != 0)
    error = std::error_code(errno, std::generic_category());
  if (error)
    return absl::UnavailableError(
        absl::StrCat("cannot make the folder ", path, ": ", error.message()));
  return absl::OkStatus();
}

absl::Status MakeFolders(const Deployment& deployment) {
  std::error_code error;
  if (std::filesystem::exists(deployment.folder()) &&
      !std::filesystem::is_empty(deployment.folder(), error)) {
    return Refuse(Reason::kDeploymentExists,
                  absl::StrCat(deployment.folder(), " is not empty; name a new folder"));
  }
  RETURN_IF_ERROR(MakeFolder(deployment.folder(), 0700));
  RETURN_IF_ERROR(MakeFolder(deployment.tls_folder(), 0700));
  return MakeFolder(deployment.ledger_folder(), 0700);
}

std::string ListenAddress(const InitOptions& options, size_t service, int replica) {
  return absl::StrCat("127.0.0.1:", options.base_port + static_cast<int>(service) +
                                        replica * static_cast<int>(kServices.size()));
}

std::string MetricsAddress(const InitOptions& options, size_t service, int replica) {
  InitOptions above = options;
  above.base_port += kMetricsPortOffset;
  return ListenAddress(above, service, replica);
}

// The target that callers connect to: one address, or a list as gRPC takes it.
std::string Target(const InitOptions& options, size_t service) {
  std::vector<std::string> addresses;
  for (int replica = 0; replica < options.replicas; ++replica)
    addresses.push_back(ListenAddress(options, service, replica));
  return options.replicas == 1 ? addresses[0]
                               : absl::StrCat("ipv4:", absl::StrJoin(addresses, ","));
}

std::string ServiceText(const InitOptions& options, size_t service) {
  std::string text = absl::StrCat("services { service: \"", kServices[service], "\" address: \"",
                                  Target(options, service), "\"");
  if (options.replicas == 1) {
    return absl::StrCat(text, " metrics_address: \"", MetricsAddress(options, service, 0),
                        "\" }\n");
  }
  for (int replica = 0; replica < options.replicas; ++replica) {
    absl::StrAppend(&text, "\n  replicas { listen: \"", ListenAddress(options, service, replica),
                    "\" metrics_address: \"", MetricsAddress(options, service, replica), "\" }");
  }
  return text + "\n}\n";
}

// Beyond the ports of all possible replicas.
std::string GatewayText(const InitOptions& options, int replica) {
  const size_t slot = kServices.size() * kMostReplicas + static_cast<size_t>(replica);
  return absl::StrCat("gateways { listen: \"", ListenAddress(options, slot, /*replica=*/0),
                      "\" }\n");
}

runtime::v1::LedgerStorage StorageOf(const StorageOptions& options) {
  runtime::v1::LedgerStorage storage;
  storage.set_postgresql(options.postgresql);
  for (const std::string& endpoint : options.etcd) storage.add_etcd(endpoint);
  return storage;
}

absl::Status CopySecret(const std::string& from, const std::string& to) {
  if (from.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(from));
  return WriteNewFile(to, bytes, 0600);
}

absl::Status CopySecrets(const StorageOptions& options, const Deployment& deployment) {
  RETURN_IF_ERROR(CopySecret(options.password_file, deployment.password_path()));
  RETURN_IF_ERROR(CopySecret(options.etcd_ca_file, deployment.etcd_ca_path()));
  return CopySecret(options.etcd_identity_file, deployment.etcd_identity_path());
}

std::string ConfigText(const InitOptions& options, absl::string_view vkey) {
  std::string text = absl::StrCat(
      "# Configuration of a Votum deployment: protobuf text format, message "
      "votum.runtime.v1.DeploymentConfig.\n"
      "# Written by `votumd init`. The contents of the log (people, rules, votes) are not "
      "configured here.\n\n"
      "# The origin of the log: names this deployment for good. Commands signed for another have "
      "no effect here.\n"
      "deployment: \"",
      options.deployment,
      "\"\n\n"
      "# The log's verifier key. Auditors must get it on another way than from this server.\n"
      "log_vkey: \"",
      vkey,
      "\"\n\n"
      "# Where each service listens (gRPC over TLS), and where this machine's Prometheus finds its "
      "metrics. Bind to a\n"
      "# private address: the public is served by the gateway, not by these ports, which demand a "
      "certificate unless one\n# process has everything and listens on loopback alone.\n");
  for (size_t i = 0; i < kServices.size(); ++i) absl::StrAppend(&text, ServiceText(options, i));
  absl::StrAppend(
      &text,
      "\n# The edge to the public: HTTPS with tls/edge.pem (certificate chain and key, "
      "to be put there) "
      "or tls/gateway.pem.\n# For the public: listen: \"[::]:443\", in a process of its own "
      "(docs/operations.md)\n");
  for (int replica = 0; replica < options.replicas; ++replica)
    absl::StrAppend(&text, GatewayText(options, replica));
  if (!options.storage.postgresql.empty()) {
    std::string storage;
    google::protobuf::TextFormat::PrintToString(StorageOf(options.storage), &storage);
    absl::StrAppend(&text,
                    "\n# The log is in PostgreSQL: several ledgers may run, of which one leads. "
                    "Passwords stand in ledger/pgpass.\nledger_storage {\n",
                    storage, "}\n");
  }
  if (options.simulated_clock) {
    absl::StrAppend(
        &text,
        "\n# For demonstrations: the sequencer adds the seconds in the file clock-offset to the "
        "machine's "
        "clock. The founding\n# record says so, and so does every audit.\nsimulated_clock: true\n");
  }
  return text;
}

std::string ClientJson(const InitOptions& options, absl::string_view vkey,
                       const Deployment& deployment) {
  nlohmann::ordered_json json;
  json["deployment"] = options.deployment;
  json["log_vkey"] = std::string(vkey);
  json["ca_certificate_file"] =
      std::filesystem::absolute(deployment.ca_certificate_path()).string();
  for (size_t i = 0; i < kServices.size(); ++i) {
    json["endpoints"][kServices[i]] = Target(options, i);
  }
  if (options.simulated_clock) {
    json["clock_offset_file"] = std::filesystem::absolute(deployment.clock_offset_path()).string();
  }
  return json.dump(2) + "\n";
}

// Preparing the database takes a while.
constexpr absl::Duration kFoundingValidity = absl::Minutes(10);

// Record 0, signed by the log key.
absl::StatusOr<common::v1::SignedCommand> FoundingCommand(const InitOptions& options,
                                                          const std::string& administrator_id,
                                                          const crypto::PrivateKey& log_key,
                                                          const crypto::PublicKey& code_key,
                                                          absl::Time now) {
  directory::v1::FoundDeployment found;
  found.mutable_header()->set_command_id(crypto::NewUuid());
  found.mutable_header()->set_deployment(options.deployment);
  *found.mutable_header()->mutable_create_time() = ToTimestamp(now);
  *found.mutable_header()->mutable_not_after() = ToTimestamp(now + kFoundingValidity);
  found.mutable_header()->set_public_key(log_key.public_key().spki_der());
  found.set_deployment(options.deployment);
  found.set_body_name(options.body_name);
  found.set_administrator_id(administrator_id);
  const SealedText name =
      Seal(crypto::NewSalt(), crypto::RandomBytes(kSubjectBytes), options.administrator_name);
  *found.mutable_administrator_name() = name.ref;
  found.set_code_public_key(code_key.spki_der());
  found.set_simulated_clock(options.simulated_clock);

  common::v1::SignedCommand command;
  command.set_payload_type(PayloadType(found.GetDescriptor()));
  command.set_payload(found.SerializeAsString());
  ASSIGN_OR_RETURN(const std::string signature,
                   crypto::SignDsse(log_key, command.payload_type(), command.payload()));
  command.add_signatures()->set_key_id(log_key.public_key().id());
  command.mutable_signatures(0)->set_signature(signature);
  *command.add_attachments() = name.attachment;
  return command;
}

absl::Status CheckOptions(const InitOptions& options) {
  RETURN_IF_ERROR(crypto::CheckKeyName(options.deployment));
  RETURN_IF_ERROR(CheckText("--body", options.body_name, 200));
  if (!options.administrator_id.empty())
    RETURN_IF_ERROR(CheckId("--administrator-id", options.administrator_id));
  RETURN_IF_ERROR(CheckText("--administrator-name", options.administrator_name, 200));
  return CheckLedgerStorage(StorageOf(options.storage));
}

// The code is shown once: where it cannot be kept, nothing is founded. Its file may be in the
// folder of the deployment, which does not exist yet.
absl::Status CheckCodeFile(const InitOptions& options) {
  if (options.code_file.empty()) return absl::OkStatus();
  std::error_code error;
  const std::filesystem::path file(options.code_file);
  // The empty last component makes "dir" and "dir/" alike.
  const auto whole = [&error](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error) / "";
  };
  const bool in_folder = whole(file).parent_path().parent_path() / "" == whole(options.folder);
  if (!in_folder) return CheckNewFile(options.code_file);
  const Deployment our(options.folder);
  const std::filesystem::path taken[] = {our.config_path(),        our.client_path(),
                                         our.vkey_path(),          our.policy_path(),
                                         our.tls_folder(),         our.ledger_folder(),
                                         our.meetings_folder(),    our.snapshots_folder(),
                                         our.snapshots_key_path(), our.clock_offset_path()};
  const auto has_its_name = [&file](const std::filesystem::path& path) {
    return path.filename() == file.filename();
  };
  if (file.has_filename() && std::none_of(std::begin(taken), std::end(taken), has_its_name))
    return absl::OkStatus();
  return Refuse(Reason::kNotWritten,
                absl::StrCat("--code-file: a deployment has something else at ", options.code_file,
                             "; name another file"));
}

}  // namespace

absl::StatusOr<InitResult> InitDeployment(const InitOptions& options, absl::Time now) {
  RETURN_IF_ERROR(CheckOptions(options));
  const Deployment deployment(options.folder);
  RETURN_IF_ERROR(CheckCodeFile(options));
  RETURN_IF_ERROR(MakeFolders(deployment));
  ASSIGN_OR_RETURN(const RoleLock owner, deployment.TakeLedger());

  ASSIGN_OR_RETURN(const crypto::PrivateKey log_key,
                   crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  RETURN_IF_ERROR(log_key.SavePkcs8FileUnencrypted(deployment.log_key_path()));
  ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier,
                   crypto::NoteVerifier::Create(options.deployment, log_key.public_key()));
  RETURN_IF_ERROR(deployment.MakeKeys(verifier.vkey()));
  RETURN_IF_ERROR(
      MakeAuthorityFiles(deployment, absl::StrCat("Votum ", options.body_name).substr(0, 64), now));
  RETURN_IF_ERROR(IssueServiceFiles(deployment, options.host_names, options.certificate_days, now));
  if (options.simulated_clock) RETURN_IF_ERROR(WriteNewFile(deployment.clock_offset_path(), "0\n"));

  InitResult result;
  result.log_vkey = verifier.vkey();
  result.administrator_id =
      options.administrator_id.empty() ? crypto::NewShortId("p") : options.administrator_id;
  result.one_time_code = crypto::NewOneTimeCode();
  ASSIGN_OR_RETURN(const crypto::PrivateKey code_key,
                   crypto::KeyOfOneTimeCode(result.one_time_code.Reveal()));
  ASSIGN_OR_RETURN(
      const common::v1::SignedCommand command,
      FoundingCommand(options, result.administrator_id, log_key, code_key.public_key(), now));
  SystemClock clock;
  RETURN_IF_ERROR(CopySecrets(options.storage, deployment));
  runtime::v1::DeploymentConfig config;
  config.set_deployment(options.deployment);
  config.set_log_vkey(result.log_vkey);
  *config.mutable_ledger_storage() = StorageOf(options.storage);
  RETURN_IF_ERROR(FoundLedger(deployment, config, command, &clock));
  RETURN_IF_ERROR(
      WriteNewFile(deployment.client_path(), ClientJson(options, result.log_vkey, deployment)));
  RETURN_IF_ERROR(WriteNewFile(deployment.vkey_path(), result.log_vkey + "\n"));
  RETURN_IF_ERROR(WriteNewFile(deployment.policy_path(), PolicyWithoutWitnesses(result.log_vkey)));
  if (!options.code_file.empty()) {
    RETURN_IF_ERROR(
        WriteNewFile(options.code_file, absl::StrCat(result.one_time_code.Reveal(), "\n"), 0600));
  }
  // Last: a folder with a configuration is a whole deployment.
  RETURN_IF_ERROR(WriteNewFile(deployment.config_path(), ConfigText(options, result.log_vkey)));
  return result;
}

}  // namespace votum
