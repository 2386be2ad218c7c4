// The small council with trustees, and with devices that vote in secret. Trustees are sam, kim and
// eva, two of whom are needed.
#ifndef VOTUM_TESTS_UNIT_CORE_MEETINGS_SECRET_COUNCIL_H_
#define VOTUM_TESTS_UNIT_CORE_MEETINGS_SECRET_COUNCIL_H_

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "crypto/election/ballot.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/server_keys.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {

inline const std::vector<std::string> kTrustees = {"sam", "kim", "eva"};

// A trustee's machine.
struct TrusteeMachine {
  election::TrusteeIdentity identity;
  election::SignedMessage certificate;
  election::Contribution contribution;
  election::Scalar secret;
};

class SecretCouncil : public Council {
 public:
  // `ceremony` "amtszeit" finished, and the meeting open with everybody present.
  explicit SecretCouncil(const rules::v1::RuleProfile& profile);
  SecretCouncil();

  // The answer that PrepareSecretVote would give.
  v1::ElectronicBallots Electronic();
  // The motion "motion" in vote "vote", in the phase of registration.
  void OpenSecretVote();
  void OpenSecretVote(const v1::ProposeMotion& motion);
  // Each of these registers a credential of its own.
  void Register(std::initializer_list<absl::string_view> persons);
  void EndRegistration();
  // Ends the registration, too.
  void BeginBallots();
  // All of it, for vera, dora, m1, m2, m3.
  void UpToBallots();

  // A ballot of `person_id`: 1 for each answer that is chosen, in the order of the setup.
  v1::CastSecretBallot BallotOf(absl::string_view person_id, const std::vector<uint8_t>& answers);
  void CastAs(absl::string_view person_id, const std::vector<uint8_t>& answers) {
    Must("", BallotOf(person_id, answers));
  }
  // The partial decryption of the closed vote by trustee `number` (0 is the server).
  v1::SubmitDecryption Decryption(uint32_t number) const;
  void Decrypt(std::initializer_list<uint32_t> numbers);

  v1::BeginBallots ListOfCredentials() const;
  const SecretVoteEntry& vote() const { return *votes().Find("vote")->secret; }
  election::Election election() const {
    return *election::Election::Parse(votes().setups().TextsOf("vote").election_json);
  }
  const election::ServerKeys& server() const { return server_; }
  const std::map<std::string, election::Credential, std::less<>>& devices() const {
    return devices_;
  }

 private:
  void HoldCeremony();

  std::vector<TrusteeMachine> machines_;
  election::ServerKeys server_;
  std::map<std::string, election::Credential, std::less<>> devices_;
};

// Commands of the vote "vote".
template <typename Command>
Command OfVote() {
  auto command = OfMeeting<Command>();
  command.set_vote_event_id("vote");
  return command;
}
v1::RegisterCredential Registration(const v1::ElectronicBallots& electronic);
// A commitment that no test opens.
common::v1::AttachmentRef SomeAttachment(absl::string_view subject);
v1::AnnounceKeyCeremony Announcement(const std::vector<std::string>& trustees, uint32_t threshold);

}  // namespace votum::meetings

#endif  // VOTUM_TESTS_UNIT_CORE_MEETINGS_SECRET_COUNCIL_H_
