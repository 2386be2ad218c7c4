// A city under test that votes in secret, by the command line as people type it: nine members, m01
// and m03 are trustees with our program, m02 with belenios-tool alone. The steps follow the flow in
// docs/decisions/0010.
#ifndef VOTUM_TESTS_HARNESS_SECRET_VOTE_H_
#define VOTUM_TESTS_HARNESS_SECRET_VOTE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "crypto/secret.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "tests/interop/belenios/belenios_tool.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {

class SecretVote {
 public:
  // The council with its meeting open, a process for each service and the gateway; everybody has a
  // context and a key file. `folder` exists.
  explicit SecretVote(const std::string& folder);

  // As CommandLine::Do.
  std::string Votum(const std::string& person, const std::string& line, int code = 0);
  // Called before each of these commands, e.g. to kill something while it runs.
  void BeforeCommands(std::function<void()> action) { before_ = std::move(action); }

  // The vote that all steps are about, "wahl-1" at first. Another one may follow when it is over.
  void set_id(std::string id) { id_ = std::move(id); }
  const std::string& id() const { return id_; }

  // Options that name the secret file of a member, of a trustee.
  std::string Secret(const std::string& person) const;
  std::string TrusteeSecret(const std::string& person) const;
  std::string SecretPath(const std::string& person) const;
  std::string TrusteeSecretPath(const std::string& person) const;
  // The passphrase of all secret files.
  static crypto::SecretBytes Passphrase();

  // The ceremony "amtszeit" with a threshold of two trustees.
  void HoldCeremony();
  // A question on the agenda's first item.
  meetings::v1::ProposeMotion Motion() const;
  // From the motion to the phase of registration.
  void Open(const meetings::v1::ProposeMotion& motion);
  // Registers the members' devices.
  void Register(const std::vector<std::string>& members);
  // Ends the registration, too.
  void BeginBallots();
  // Makes a ballot and casts it. Several choices: "ada --choice bea".
  void Cast(const std::string& member, const std::string& choice);
  void Close();
  // m01 and m02 decrypt, and the server; m03 is absent.
  void Decrypt();
  // The archive as it is now, exported by a member.
  std::string Archive();
  // Exports and audits the log; returns the audit's output.
  std::string Audit(int code = 0);

  City& city() { return city_; }
  const election::BeleniosTool& ben() const { return ben_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string WithPassphrase(const std::string& path) const;
  void HandInToCeremony(const std::string& file);
  std::string Names();

  const std::string folder_;  // with a "/" at its end
  std::string id_ = "wahl-1";
  City city_;
  CommandLine votum_;
  election::BeleniosTool ben_;
  std::function<void()> before_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_SECRET_VOTE_H_
