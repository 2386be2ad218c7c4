#include "tests/golden/envelope_faults.h"

#include <string>

#include "absl/time/time.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/dsse.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {
namespace {

using common::v1::SignedCommand;
using directory::v1::WithdrawOffice;

constexpr char kService[] = "directory";

// Signed commands of anna: sound in their form, whether or not they take effect.
class Forger {
 public:
  explicit Forger(Chronicle* chronicle) : chronicle_(*chronicle) {}

  WithdrawOffice Command() {
    WithdrawOffice command;
    command.set_person_id("zoe");
    command.set_office(common::v1::OFFICE_AUDITOR);
    command.mutable_header()->set_actor("anna");
    return command;
  }
  SignedCommand Sign(WithdrawOffice command) {
    return chronicle_.log().SignWith({&chronicle_.KeyNamed("anna")}, &command);
  }
  // Any bytes as they are, signed.
  SignedCommand SignBytes(const std::string& payload_type, const std::string& payload) {
    const crypto::PrivateKey& key = chronicle_.KeyNamed("anna");
    SignedCommand command;
    command.set_payload_type(payload_type);
    command.set_payload(payload);
    common::v1::Signature& signature = *command.add_signatures();
    signature.set_key_id(key.public_key().id());
    signature.set_signature(*crypto::SignDsse(key, payload_type, payload));
    return command;
  }
  // With a header changed after it was filled in.
  SignedCommand SignChanged(void (*change)(const Chronicle&, WithdrawOffice&)) {
    WithdrawOffice command = Command();
    chronicle_.log().SignWith({&chronicle_.KeyNamed("anna")}, &command);
    change(chronicle_, command);
    return SignBytes(PayloadType(WithdrawOffice::descriptor()), command.SerializeAsString());
  }

 private:
  Chronicle& chronicle_;
};

}  // namespace

void AddEnvelopeFaults(Chronicle* chronicle) {
  Forger forger(chronicle);
  const std::string type = PayloadType(WithdrawOffice::descriptor());
  const SignedCommand good = forger.Sign(forger.Command());
  chronicle->AppendAsIs(good, "meetings");  // WRONG_SERVICE
  chronicle->AppendAsIs(good, kService);
  chronicle->AppendAsIs(good, kService);  // COMMAND_ID_REUSED
  SignedCommand bad = forger.Sign(forger.Command());
  bad.mutable_signatures(0)->mutable_signature()->front() ^= 1;
  chronicle->AppendAsIs(bad, kService);  // BAD_SIGNATURE
  bad = forger.Sign(forger.Command());
  bad.clear_signatures();
  chronicle->AppendAsIs(bad, kService);                                   // UNSIGNED
  chronicle->AppendAsIs(forger.SignBytes(type, "\xff"), kService);        // BAD_COMMAND
  chronicle->AppendAsIs(forger.SignBytes(type + "x", "\xff"), kService);  // UNKNOWN_COMMAND
  const auto append_changed = [&](void (*change)(const Chronicle&, WithdrawOffice&)) {
    chronicle->AppendAsIs(forger.SignChanged(change), kService);
  };
  append_changed([](const Chronicle&, WithdrawOffice& command) {  // WRONG_DEPLOYMENT
    command.mutable_header()->set_deployment("votum.other.example/log");
  });
  append_changed([](const Chronicle& here, WithdrawOffice& command) {  // VALID_TOO_LONG
    *command.mutable_header()->mutable_not_after() =
        ToTimestamp(here.log().time() + absl::Hours(24 * 365));
  });
  append_changed([](const Chronicle& here, WithdrawOffice& command) {  // EXPIRED
    *command.mutable_header()->mutable_not_after() =
        ToTimestamp(here.log().time() - absl::Hours(1));
  });
  append_changed([](const Chronicle&, WithdrawOffice& command) {  // UNKNOWN_FIELD
    command.GetReflection()->MutableUnknownFields(&command)->AddVarint(999, 1);
  });
  append_changed([](const Chronicle&, WithdrawOffice& command) {  // UNKNOWN_VALUE
    command.set_office(static_cast<common::v1::Office>(99));
  });
}

}  // namespace votum::testing
