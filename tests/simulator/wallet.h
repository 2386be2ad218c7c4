// All that people and machines of the simulated town keep secret: private keys, and what their
// devices know of secret votes and lots.
#ifndef VOTUM_TESTS_SIMULATOR_WALLET_H_
#define VOTUM_TESTS_SIMULATOR_WALLET_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/credential.h"
#include "crypto/election/server_keys.h"
#include "crypto/keys.h"
#include "tests/simulator/dice.h"

namespace votum::simulator {

// A trustee's machine in one ceremony.
struct TrusteeMachine {
  election::TrusteeIdentity identity;
  election::Scalar secret;  // after the third round
};

class Wallet {
 public:
  // A new Ed25519 key.
  const crypto::PrivateKey& Make(Dice& dice) {
    std::string seed = dice.Bytes(32);
    crypto::PrivateKey key =
        *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::TakeFrom(&seed));
    const std::string id = key.public_key().id();
    return keys_.emplace(id, std::move(key)).first->second;
  }
  // Null for a key that is not ours.
  const crypto::PrivateKey* Find(absl::string_view key_id) const {
    const auto found = keys_.find(key_id);
    return found == keys_.end() ? nullptr : &found->second;
  }

  std::map<std::string, TrusteeMachine> machines;           // by "ceremony/person"
  std::map<std::string, election::ServerKeys> servers;      // by the election's uuid
  std::map<std::string, election::Credential> credentials;  // by commitment
  std::map<std::string, std::string> contributions;         // to lots, by commitment
  std::string old_checkpoint;  // of the log before a lot took commitments

 private:
  std::map<std::string, crypto::PrivateKey, std::less<>> keys_;  // by id
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_WALLET_H_
