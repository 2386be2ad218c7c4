#include "services/votumd/edge_files.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/loopback.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/domains.h"
#include "crypto/secret.h"

namespace votum {
namespace {

absl::StatusOr<std::optional<gid_t>> GroupOf(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const ::group* const found = getgrnam(name.c_str());
  if (found == nullptr)
    return Refuse(Reason::kBadConfig, absl::StrCat("there is no group ", name, " here; make it"));
  return found->gr_gid;
}

// A folder is given before anything is in it. A file is its writer's alone until it is given, so that
// nobody else can read it for a moment: during a refresh not the running edge either, which has the old
// bytes and reads again.
absl::Status GiveTo(std::optional<gid_t> group, const std::string& path, mode_t mode) {
  const bool given = !group.has_value() || chown(path.c_str(), static_cast<uid_t>(-1), *group) == 0;
  if (given && chmod(path.c_str(), mode) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot give ", path,
                   " to the group: ", std::error_code(errno, std::generic_category()).message()));
}

absl::Status MakeFolderFor(std::optional<gid_t> group, const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    return absl::UnavailableError(
        absl::StrCat("cannot make the folder ", path, ": ", error.message()));
  return GiveTo(group, path, group.has_value() ? 0750 : 0700);
}

absl::Status Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot remove ", path, ": ", error.message()));
}

absl::Status Copy(const std::string& from, const std::string& to, std::optional<gid_t> group) {
  ASSIGN_OR_RETURN(std::string bytes, ReadOwnFile(from));
  const absl::Status written = WriteFile(to, bytes, 0600);
  crypto::WipeString(&bytes);
  RETURN_IF_ERROR(written);
  return GiveTo(group, to, group.has_value() ? 0640 : 0600);
}

}  // namespace

absl::Status CopyEdgeFiles(const Deployment& deployment, const std::string& folder,
                           const std::string& group) {
  ASSIGN_OR_RETURN(const std::optional<gid_t> readers, GroupOf(group));
  const Deployment edge(folder);
  RETURN_IF_ERROR(MakeFolderFor(readers, edge.folder()));
  RETURN_IF_ERROR(MakeFolderFor(readers, edge.tls_folder()));
  const auto copy = [&](std::string (Deployment::*path)() const) {
    return Copy((deployment.*path)(), (edge.*path)(), readers);
  };
  RETURN_IF_ERROR(copy(&Deployment::ca_certificate_path));
  RETURN_IF_ERROR(copy(&Deployment::policy_path));
  const std::string gateway = deployment.identity_path(kGateway);
  RETURN_IF_ERROR(Copy(gateway, edge.identity_path(kGateway), readers));
  // With a copy of a withdrawn certificate the edge would go on showing it.
  std::error_code error;
  const std::string shown = deployment.identity_path("edge");
  const bool withdrawn = !std::filesystem::exists(shown, error) && !error;
  RETURN_IF_ERROR(withdrawn ? Remove(edge.identity_path("edge"))
                            : Copy(shown, edge.identity_path("edge"), readers));
  // Last: a folder with a configuration is whole.
  return copy(&Deployment::config_path);
}

absl::Status CheckEdgeIsApart(const runtime::v1::DeploymentConfig& config,
                              const std::vector<std::string>& services,
                              const std::vector<std::string>& listen) {
  const bool has_edge = std::find(services.begin(), services.end(), kGateway) != services.end();
  if (config.edge_beside_keys() || !has_edge || services.size() == 1) return absl::OkStatus();
  const auto beyond = std::find_if_not(listen.begin(), listen.end(), IsLoopbackAddress);
  if (beyond == listen.end()) return absl::OkStatus();
  return Refuse(
      Reason::kBadConfig,
      absl::StrCat(
          "one process would have the edge to the public and the keys of other services, and "
          "listen beyond this machine, at ",
          *beyond,
          "; serve them apart (--services core, and --services gateway under another user: "
          "docs/operations.md), or say edge_beside_keys: true in votum.textproto"));
}

Callers WhoMayCall(const std::vector<std::string>& services, bool has_gateway,
                   const std::vector<std::string>& listen) {
  const bool is_everything = services.size() == kServices.size() + (has_gateway ? 1 : 0);
  const bool is_private = std::all_of(listen.begin(), listen.end(), IsLoopbackAddress);
  return is_everything && is_private ? Callers::kAnybody : Callers::kWithCertificate;
}

}  // namespace votum
