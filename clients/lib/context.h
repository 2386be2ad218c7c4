// A client context: the deployment, its services' addresses, the person who acts, and their key
// file. JSON, one file each:
//
//   {"deployment": "votum.musterstadt.example/log",
//    "log_vkey": "...",
//    "ca_certificate_file": "/.../ca.crt",
//    "edge": "https://votum.musterstadt.example",
//    "person_id": "m01",
//    "key_file": "/.../m01.key",
//    "passphrase_file": "/.../passphrase"}
//
// "edge" is the one address for people's programs. Machines that reach the services' own ports have
// "endpoints" instead: {"ledger": "127.0.0.1:7451", ...}, and "identity_file", certificate and key of
// the deployment in one file, which these ports demand unless they are for trying out. An edge whose
// certificate the system's authorities vouch for needs no "ca_certificate_file". The client.json that
// `votumd init` writes lacks the last three. A demonstration, whose clock is set by hand, adds "clock_offset_file". A
// context holds no secrets.
#ifndef VOTUM_CLIENTS_LIB_CONTEXT_H_
#define VOTUM_CLIENTS_LIB_CONTEXT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace votum::client {

struct Context {
  std::string deployment;
  std::string log_vkey;
  std::string ca_certificate_file;
  std::string edge;  // "https://…" without a path; empty for endpoints
  std::map<std::string, std::string> endpoints;  // by service
  std::string identity_file;                     // shown to the endpoints; may be empty
  std::string person_id;                         // empty for the public
  std::string key_file;
  std::string passphrase_file;    // empty: asked for on the terminal, if the key file needs one
  std::string clock_offset_file;  // of a demonstration: see base/shifted_clock.h
};

// The context in the file at `path`. NOT_FOUND/NO_CONTEXT; INVALID_ARGUMENT/BAD_CONTEXT, naming
// file and member: missing and unknown members are refused.
absl::StatusOr<Context> LoadContext(const std::string& path);

// INVALID_ARGUMENT/BAD_CONTEXT unless `url` can be a context's edge.
absl::Status CheckEdge(const std::string& url);

// Writes `context` to a new file at `path`. ALREADY_EXISTS/CONTEXT_EXISTS.
absl::Status SaveNewContext(const Context& context, const std::string& path);

// The folder of named contexts: $VOTUM_CONFIG, or $XDG_CONFIG_HOME/votum, or ~/.config/votum.
std::string ContextFolder();
// The file of the context `name`; a name with '/' is a path already.
std::string ContextPath(const std::string& name);
// The names in ContextFolder(), ascending.
std::vector<std::string> ContextNames();

// The context to use if none is named: the one set by UseContext, or else the only one.
// NOT_FOUND/NO_CONTEXT if there is none, or several and none is set.
absl::StatusOr<std::string> CurrentContextPath();
// The name that UseContext set; empty before.
std::string UsedContext();
// Makes `name`, which must exist, the current context. NOT_FOUND/NO_CONTEXT.
absl::Status UseContext(const std::string& name);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_CONTEXT_H_
