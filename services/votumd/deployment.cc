#include "services/votumd/deployment.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/sealed_box.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/votumd/bound_key.h"

namespace votum {
namespace {

constexpr absl::string_view kAttachmentsKey = "attachments";
constexpr absl::string_view kSealingKey = "sealing";

// Keeps the first error of a parse, with its place.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty())
      text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::StatusOr<runtime::v1::DeploymentConfig> Deployment::LoadConfig() const {
  const auto text = ReadFile(config_path());
  if (absl::IsNotFound(text.status())) {
    return Refuse(Reason::kNoDeployment,
                  absl::StrCat("there is no deployment in ", folder_, " (", config_path(),
                               " is missing); make one with: votumd init ", folder_));
  }
  RETURN_IF_ERROR(text.status());
  runtime::v1::DeploymentConfig config;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(*text, &config)) {
    return Refuse(Reason::kBadConfig, absl::StrCat(config_path(), ", ", error.text()));
  }
  return config;
}

std::string PolicyWithoutWitnesses(absl::string_view log_vkey) {
  return absl::StrCat(
      "# Whose signatures count: https://c2sp.org/tlog-policy. To be watched over, add a line for\n"
      "# each witness and the quorum, give this log's line to the witnesses, and restart:\n"
      "#   witness w1 <its vkey> <its URL>\n"
      "#   group most 2 w1 w2 w3\n"
      "#   quorum most\n"
      "log ",
      log_vkey, "\nquorum none\n");
}

absl::StatusOr<std::string> Deployment::LoadPolicy() const { return ReadOwnFile(policy_path()); }

absl::Status Deployment::MakeKeys(absl::string_view log_vkey) const {
  RETURN_IF_ERROR(MakeBoundKey(attachments_key_path(), kAttachmentsKey, log_vkey));
  std::error_code error;
  std::filesystem::create_directories(meetings_folder(), error);
  if (error || chmod(meetings_folder().c_str(), 0700) != 0)
    return absl::UnavailableError(absl::StrCat("cannot make the folder ", meetings_folder()));
  return MakeBoundKey(sealing_key_path(), kSealingKey, log_vkey);
}

absl::StatusOr<crypto::SecretBytes> Deployment::LoadAttachmentsKey(
    absl::string_view log_vkey) const {
  return LoadBoundKey(attachments_key_path(), kAttachmentsKey, log_vkey);
}

absl::StatusOr<crypto::SecretBytes> Deployment::LoadSealingKey(absl::string_view log_vkey) const {
  return LoadBoundKey(sealing_key_path(), kSealingKey, log_vkey);
}

absl::StatusOr<crypto::SecretBytes> Deployment::LoadOrMakeSnapshotsKey() const {
  std::error_code error;
  if (!std::filesystem::exists(snapshots_key_path(), error)) {
    const crypto::SecretBytes fresh = crypto::NewSealingKey();
    const absl::Status written = WriteNewFile(snapshots_key_path(), fresh.Reveal(), 0600);
    // Another process may have been faster; its key is then read below.
    if (!written.ok() && !absl::IsAlreadyExists(written)) return written;
  }
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(snapshots_key_path()));
  crypto::SecretBytes key = crypto::SecretBytes::TakeFrom(&bytes);
  if (key.size() == crypto::kSealingKeyBytes) return key;
  return absl::DataLossError(
      absl::StrCat(snapshots_key_path(), " has not 32 bytes; remove it, and restart"));
}

absl::Status CheckOwnFile(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > 0) return absl::OkStatus();
  if (error && error != std::errc::no_such_file_or_directory)
    return absl::UnavailableError(absl::StrCat("cannot read ", path, ": ", error.message()));
  return Refuse(Reason::kFileMissing,
                absl::StrCat(path, error ? " is missing" : " is empty",
                             "; mount its disk, or restore it from the newest backup"));
}

absl::StatusOr<std::string> ReadOwnFile(const std::string& path) {
  RETURN_IF_ERROR(CheckOwnFile(path));
  return ReadFile(path);
}

absl::StatusOr<runtime::v1::ServiceAddress> AddressOf(const runtime::v1::DeploymentConfig& config,
                                                      const std::string& service) {
  for (const runtime::v1::ServiceAddress& row : config.services()) {
    if (row.service() == service) return row;
  }
  return Refuse(Reason::kBadConfig,
                absl::StrCat("the configuration has no address for the service ", service,
                             "; add: services { service: \"", service, "\" address: ... }"));
}

absl::StatusOr<runtime::v1::ServiceReplica> ReplicaOf(const runtime::v1::ServiceAddress& row,
                                                      int replica) {
  if (replica >= 0 && replica < row.replicas_size()) return row.replicas(replica);
  if (replica == 0) {
    runtime::v1::ServiceReplica only;
    only.set_listen(row.address());
    only.set_metrics_address(row.metrics_address());
    return only;
  }
  return Refuse(Reason::kNoSuchReplica,
                absl::StrCat("the configuration has no replica ", replica, " of the service ",
                             row.service(), "; add: replicas { listen: ... } to its row"));
}

}  // namespace votum
