#include "tests/simulator/draft.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/envelope.h"
#include "crypto/dsse.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

namespace votum::simulator {
namespace {

using common::v1::CommandHeader;
using common::v1::SignedCommand;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void FillHeader(Scene& scene, const CommandType& type, CommandHeader& header) {
  header.set_command_id(NewCommandId(scene.dice));
  header.set_deployment(kDeployment);
  *header.mutable_create_time() = ToTimestamp(scene.device);
  // From a moment to all that is allowed, less what the record may take.
  const absl::Duration longest = type.LongestValidity() - absl::Minutes(1);
  *header.mutable_not_after() =
      ToTimestamp(scene.device + (scene.dice.Chance(50) ? longest : absl::Minutes(5)));
  // A recipe may have said how much of the log is meant.
  if (header.seen_size() == 0 && scene.dice.Chance(30)) header.set_seen_size(scene.ledger.size());
  if (header.seen_size() > 0) {
    const crypto::Digest root = scene.ledger.RootAt(header.seen_size());
    header.set_seen_root(std::string(crypto::AsBytes(root)));
  }
}

SignedCommand SignBytes(Scene& scene, const std::string& payload_type, std::string payload,
                        const Ids& key_ids) {
  SignedCommand command;
  command.set_payload_type(payload_type);
  command.set_payload(std::move(payload));
  for (const std::string& id : key_ids) {
    common::v1::Signature& signature = *command.add_signatures();
    signature.set_key_id(id);
    signature.set_signature(
        *crypto::SignDsse(*scene.wallet.Find(id), payload_type, command.payload()));
  }
  return command;
}

// ---------------------------------------------------------------------------------------------------------------------
// Faults before signing: what is signed is wrong.

// Gives an enumeration of the command itself a value that nobody knows; an unknown field if it has
// none.
void AddUnknown(Message& command, bool value) {
  for (int i = 0; i < command.GetDescriptor()->field_count() && value; ++i) {
    const FieldDescriptor* const field = command.GetDescriptor()->field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM || field->is_repeated()) continue;
    return command.GetReflection()->SetEnumValue(&command, field, 99);
  }
  command.GetReflection()->MutableUnknownFields(&command)->AddVarint(999, 1);
}

// A key of somebody else, in whatever state; one that nobody knows if there is none.
std::string KeyOfAnother(Scene& scene, const std::string& person) {
  const std::string key = scene.Some("key");
  const directory::KeyEntry* entry = scene.world.directory().FindKey(key);
  if (entry != nullptr && entry->person_id != person) return key;
  return scene.wallet.Make(scene.dice).public_key().id();
}

// Every key of one's own but those that are good.
std::string BadKeyOf(Scene& scene, const std::string& person) {
  for (const auto& [id, entry] : scene.world.directory().state().keys) {
    if (entry.person_id == person && entry.state != directory::v1::KEY_STATE_ACTIVE) return id;
  }
  return KeyOfAnother(scene, person);
}

// With a key that waits for its second administrator, by its owner.
void SignWithWaitingKey(Scene& scene, Draft& draft) {
  const std::string key = scene.Some("waiting key");
  const bool ours = scene.wallet.Find(key) != nullptr;
  if (ours) HeaderOf(*draft.command).set_actor(scene.world.directory().FindKey(key)->person_id);
  draft.key_ids = {ours ? key : scene.wallet.Make(scene.dice).public_key().id()};
}

// Over a good signature.
void NameAnother(Scene& scene, Draft& draft) {
  const std::string& other = scene.dice.Pick(scene.pools.All("person"));
  CommandHeader& header = HeaderOf(*draft.command);
  header.set_actor(other == header.actor() ? "nobody" : other);
}

struct BeforeSigning {
  void (*change)(Scene& scene, Draft& draft);
};

constexpr BeforeSigning kBefore[] = {
    {[](Scene&, Draft& draft) {
      HeaderOf(*draft.command).set_deployment("votum.other.example/log");
    }},
    {[](Scene& scene, Draft& draft) {
      *HeaderOf(*draft.command).mutable_not_after() =
          ToTimestamp(scene.now - absl::Hours(24 * 400));
    }},
    {[](Scene& scene, Draft& draft) {
      *HeaderOf(*draft.command).mutable_not_after() =
          ToTimestamp(scene.now + absl::Hours(24 * 400));
    }},
    {[](Scene&, Draft& draft) { HeaderOf(*draft.command).set_command_id("not-a-uuid"); }},
    {[](Scene&, Draft& draft) { HeaderOf(*draft.command).clear_not_after(); }},
    {[](Scene&, Draft& draft) {
      HeaderOf(*draft.command).set_seen_size(1);
      HeaderOf(*draft.command).clear_seen_root();
    }},
    {[](Scene&, Draft& draft) { AddUnknown(*draft.command, /*value=*/false); }},
    {[](Scene&, Draft& draft) { AddUnknown(*draft.command, /*value=*/true); }},
    // A key that nobody knows; of another; of the author, but not good.
    {[](Scene& scene, Draft& draft) {
      draft.key_ids[0] = scene.wallet.Make(scene.dice).public_key().id();
    }},
    {[](Scene& scene, Draft& draft) {
      draft.key_ids[0] = KeyOfAnother(scene, HeaderOf(*draft.command).actor());
    }},
    {[](Scene& scene, Draft& draft) {
      draft.key_ids[0] = BadKeyOf(scene, HeaderOf(*draft.command).actor());
    }},
    // The second and third time because little else comes to it.
    {SignWithWaitingKey},
    {SignWithWaitingKey},
    {SignWithWaitingKey},
    {NameAnother},
};

// ---------------------------------------------------------------------------------------------------------------------
// Faults after signing: the envelope is not what was signed.

struct AfterSigning {
  void (*change)(Scene& scene, SignedCommand& command);
};

constexpr AfterSigning kAfter[] = {
    // Twice, because it is the fault that matters most.
    {[](Scene& scene, SignedCommand& command) {
      std::string& signature = *command.mutable_signatures(0)->mutable_signature();
      signature[scene.dice.Below(signature.size())] ^= static_cast<char>(1 << scene.dice.Below(8));
    }},
    {[](Scene& scene, SignedCommand& command) {
      std::string& signature = *command.mutable_signatures()->rbegin()->mutable_signature();
      signature[scene.dice.Below(signature.size())] ^= static_cast<char>(1 << scene.dice.Below(8));
    }},
    {[](Scene& scene, SignedCommand& command) {
      // The end of the payload holds its content, the beginning its header.
      std::string& payload = *command.mutable_payload();
      payload[payload.size() - 1 - scene.dice.Below(payload.size() / 4 + 1)] ^= 1;
    }},
    {[](Scene&, SignedCommand& command) {
      command.mutable_signatures(0)->mutable_signature()->resize(10);
    }},
    {[](Scene&, SignedCommand& command) { command.clear_signatures(); }},
    {[](Scene&, SignedCommand& command) { *command.add_signatures() = command.signatures(0); }},
    {[](Scene& scene, SignedCommand& command) {
      // The key of another, for a signature that is not the other's.
      command.mutable_signatures(0)->set_key_id(scene.wallet.Make(scene.dice).public_key().id());
    }},
    {[](Scene&, SignedCommand& command) {
      command.set_payload_type(command.payload_type() + "x");
    }},
    {[](Scene&, SignedCommand& command) { command.set_payload("\xff"); }},
};

}  // namespace

Draft Draft::Copy() const {
  Draft copy{type, std::unique_ptr<Message>(command->New()), key_ids};
  copy.command->CopyFrom(*command);
  return copy;
}

CommandHeader& HeaderOf(Message& command) {
  return static_cast<CommandHeader&>(*command.GetReflection()->MutableMessage(
      &command, command.GetDescriptor()->FindFieldByName("header")));
}

std::string NewCommandId(Dice& dice) {
  std::string hex = absl::BytesToHexString(dice.Bytes(16));
  hex[12] = '4';
  const absl::string_view digits = hex;
  return absl::StrCat(digits.substr(0, 8), "-", digits.substr(8, 4), "-", digits.substr(12, 4), "-",
                      digits.substr(16, 4), "-", digits.substr(20));
}

SignedCommand Sign(Scene& scene, const Draft& draft) {
  const Draft filled = draft.Copy();
  FillHeader(scene, *draft.type, HeaderOf(*filled.command));
  return SignBytes(scene, draft.type->payload_type, filled.command->SerializeAsString(),
                   draft.key_ids);
}

SignedCommand SignWithFault(Scene& scene, const Draft& draft) {
  Draft filled = draft.Copy();
  FillHeader(scene, *draft.type, HeaderOf(*filled.command));
  const bool before = scene.dice.Chance(50);
  const bool enrols = draft.type->options->signer() == common::v1::SIGNER_NEW_KEY;
  if (before && enrols && scene.dice.Chance(40)) {
    NameAnother(scene, filled);  // the code is somebody else's
  } else if (before) {
    kBefore[scene.dice.Below(std::size(kBefore))].change(scene, filled);
  }
  std::string payload = filled.command->SerializeAsString();
  // A megabyte too much, seldom: the log keeps it.
  if (scene.dice.Below(150) == 0) payload.append(kMaxPayloadBytes, '\0');
  SignedCommand command =
      SignBytes(scene, draft.type->payload_type, std::move(payload), filled.key_ids);
  if (!before) kAfter[scene.dice.Below(std::size(kAfter))].change(scene, command);
  return command;
}

}  // namespace votum::simulator
