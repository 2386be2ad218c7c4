// A deployment's folder, as `votumd init` makes it:
//
//   votum.textproto        configuration (votum.runtime.v1.DeploymentConfig), with comments
//   client.json            what clients need to know; public
//   log.vkey               the log's verifier key in one line: what auditors check with; public
//   log.policy             whose signatures count (https://c2sp.org/tlog-policy): the log, and its
//                          witnesses with their URLs; public
//   tls/ca.crt, ca.key     the deployment's own certificate authority
//   tls/<service>.pem      certificate and key of each service, and of the gateway
//   tls/visitor.pem        for machines of auditors and operators: opens the ports, gives no right
//   tls/edge.pem           certificate chain and key shown to the public, if not the gateway's
//   ledger/log.key         the log's signing key
//   tls/lock               locked by whoever makes certificates (base/role_lock.h)
//   ledger/lock            locked for life by the process that has the ledger in files
//   ledger/attachments.key the key that wraps the keys of sealed attachments (bound_key.h)
//   ledger/entries.db      the log
//   ledger/checkpoint.db   the newest checkpoint: the second, tiny store
//   ledger/high-water      the newest checkpoint of some seconds ago: the third place
//   ledger/pgpass          with PostgreSQL instead of entries.db: its password, as libpq's .pgpass
//   ledger/etcd-ca.crt     with etcd instead of checkpoint.db: the authority of its certificates;
//                          optional
//   ledger/etcd.pem        certificate and key shown to etcd; optional
//   ledger/witness-ca.crt  the authority of the witnesses' certificates, if not the system's
//   ledger/forked.note     written when a witness has proved that the log has forked: while it is
//                          there, nothing is signed
//   meetings/sealing.key   seals the keys of secret votes (bound_key.h); the same in every process of
//                          the meetings service. With it and the ledger's folder one can tell
//                          the owner of each credential
//   snapshots/<service>-<replica>/sealed
//                          the newest state of the process that hosts this service first, so that
//                          its next start need not fold the whole log (services/runtime/snapshots.h)
//   snapshots.key          seals them. Neither needs a backup: without them a start takes longer
//   clock-offset           seconds; only with a simulated clock
//
// Keys have mode 0600, folders with keys 0700.
#ifndef VOTUM_SERVICES_VOTUMD_DEPLOYMENT_H_
#define VOTUM_SERVICES_VOTUMD_DEPLOYMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/role_lock.h"
#include "core/fold/domains.h"
#include "crypto/secret.h"
#include "platform/grpc/credentials.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

class Deployment {
 public:
  explicit Deployment(std::string folder) : folder_(std::move(folder)) {}

  std::string config_path() const { return folder_ + "/votum.textproto"; }
  std::string client_path() const { return folder_ + "/client.json"; }
  std::string vkey_path() const { return folder_ + "/log.vkey"; }
  std::string policy_path() const { return folder_ + "/log.policy"; }
  std::string tls_folder() const { return folder_ + "/tls"; }
  std::string ca_certificate_path() const { return tls_folder() + "/ca.crt"; }
  std::string ca_key_path() const { return tls_folder() + "/ca.key"; }
  std::string identity_path(const std::string& service) const {
    return tls_folder() + "/" + service + ".pem";
  }
  std::string ledger_folder() const { return folder_ + "/ledger"; }
  std::string log_key_path() const { return ledger_folder() + "/log.key"; }
  std::string attachments_key_path() const { return ledger_folder() + "/attachments.key"; }
  std::string entries_path() const { return ledger_folder() + "/entries.db"; }
  std::string checkpoint_path() const { return ledger_folder() + "/checkpoint.db"; }
  std::string high_water_path() const { return ledger_folder() + "/high-water"; }
  std::string password_path() const { return ledger_folder() + "/pgpass"; }
  std::string etcd_ca_path() const { return ledger_folder() + "/etcd-ca.crt"; }
  std::string etcd_identity_path() const { return ledger_folder() + "/etcd.pem"; }
  std::string witness_ca_path() const { return ledger_folder() + "/witness-ca.crt"; }
  std::string fork_path() const { return ledger_folder() + "/forked.note"; }
  std::string meetings_folder() const { return folder_ + "/meetings"; }
  std::string sealing_key_path() const { return meetings_folder() + "/sealing.key"; }
  std::string snapshots_folder() const { return folder_ + "/snapshots"; }
  std::string snapshot_folder(const std::string& service, int replica) const {
    return snapshots_folder() + "/" + service + "-" + std::to_string(replica);
  }
  std::string snapshots_key_path() const { return folder_ + "/snapshots.key"; }
  std::string clock_offset_path() const { return folder_ + "/clock-offset"; }
  const std::string& folder() const { return folder_; }

  TlsFiles TlsOf(const std::string& service) const {
    return {identity_path(service), ca_certificate_path()};
  }

  // The configuration. NOT_FOUND/NO_DEPLOYMENT if the folder has none; INVALID_ARGUMENT/BAD_CONFIG
  // with line and column.
  absl::StatusOr<runtime::v1::DeploymentConfig> LoadConfig() const;

  // Makes this process the one that has the ledger in the files of this folder, or that makes
  // certificates in it, as long as the lock lives. Errors as RoleLock::Take. Processes that only read
  // the folder take no lock: they may run under a user who cannot write to it.
  absl::StatusOr<RoleLock> TakeLedger() const {
    return RoleLock::Take(ledger_folder() + "/lock", folder_);
  }
  absl::StatusOr<RoleLock> TakeCertificates() const {
    return RoleLock::Take(tls_folder() + "/lock", folder_);
  }

  // The policy's text. Errors as ReadOwnFile: a log whose policy is lost would go on without its
  // witnesses.
  absl::StatusOr<std::string> LoadPolicy() const;
  // Makes ledger/attachments.key and meetings/sealing.key, with its folder.
  absl::Status MakeKeys(absl::string_view log_vkey) const;
  // Errors as LoadBoundKey. A key that is missing is never made anew: what the lost one has sealed
  // could not be opened any more, and another machine may still have it.
  absl::StatusOr<crypto::SecretBytes> LoadAttachmentsKey(absl::string_view log_vkey) const;
  absl::StatusOr<crypto::SecretBytes> LoadSealingKey(absl::string_view log_vkey) const;
  // snapshots.key, of 32 bytes; made if it is missing. DATA_LOSS if the file holds something
  // else.
  absl::StatusOr<crypto::SecretBytes> LoadOrMakeSnapshotsKey() const;

 private:
  std::string folder_;
};

// A file without which the deployment cannot be served, and its bytes. DATA_LOSS/FILE_MISSING, naming
// it, if it is missing or empty.
absl::Status CheckOwnFile(const std::string& path);
absl::StatusOr<std::string> ReadOwnFile(const std::string& path);

// The addresses at which process number `replica` listens for a service.
// INVALID_ARGUMENT/NO_SUCH_REPLICA.
absl::StatusOr<runtime::v1::ServiceReplica> ReplicaOf(const runtime::v1::ServiceAddress& row,
                                                      int replica);

// The policy of a log without witnesses.
std::string PolicyWithoutWitnesses(absl::string_view log_vkey);

// The row of `service` in `config`. INVALID_ARGUMENT/BAD_CONFIG if there is none.
absl::StatusOr<runtime::v1::ServiceAddress> AddressOf(const runtime::v1::DeploymentConfig& config,
                                                      const std::string& service);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_DEPLOYMENT_H_
