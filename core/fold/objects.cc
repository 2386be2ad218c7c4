#include "core/fold/objects.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "core/fold/envelope.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "google/protobuf/descriptor.h"

namespace votum {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct FieldKind {
  absl::string_view field;
  absl::string_view kind;  // empty: what it names has no history
};

constexpr FieldKind kFieldKinds[] = {
    {"administrator_id", "person"},
    {"ceremony_id", "ceremony"},
    {"decides_anew_id", "decision"},
    {"decision_id", "decision"},
    {"faction_id", "organization"},
    {"item_id", "item"},
    {"key_id", "key"},
    {"lead_id", "person"},
    {"lead_organization_id", "organization"},
    {"lot_id", "lot"},
    {"meeting_id", "meeting"},
    {"membership_id", "membership"},
    {"motion_id", "motion"},
    {"mover_id", "person"},
    {"organization_id", "organization"},
    {"person_id", "person"},
    {"person_ids", "person"},
    {"postponed_item_id", "item"},
    {"postponed_meeting_id", "meeting"},
    {"project_id", "project"},
    {"proposal_id", "proposal"},
    {"sponsor_id", "person"},
    {"trustee_id", "person"},
    {"trustee_ids", "person"},
    {"vote_event_id", "vote"},
    // Ideas and rounds: too many for a history of each.
    {"group_id", ""},
    {"idea_id", ""},
    {"idea_ids", ""},
    {"round_id", ""},
    {"source_idea_id", ""},
    {"source_idea_ids", ""},
    // Parts of an object that the same command names; a code, a command, a file.
    {"candidate_id", ""},
    {"code_key_id", ""},
    {"milestone_id", ""},
    {"replaces_command_id", ""},
    {"role_id", ""},
    {"template_id", ""},
    {"work_package_id", ""},
};

// A field that names objects, or holds a message that does.
struct Naming {
  const FieldDescriptor* field = nullptr;
  absl::string_view kind;     // of a text
  std::vector<Naming> below;  // of a message
};

// `above` are the types that the message is part of: none is looked for within itself.
std::vector<Naming> NamingsOf(const Descriptor* type, std::vector<const Descriptor*> above) {
  above.push_back(type);
  std::vector<Naming> namings;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    Naming naming{field, "", {}};
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      naming.kind = KindNamedBy(field->name()).value_or("");
    } else if (field->message_type() != nullptr &&
               field->message_type() != common::v1::CommandHeader::descriptor() &&
               std::count(above.begin(), above.end(), field->message_type()) == 0) {
      naming.below = NamingsOf(field->message_type(), above);
    }
    if (!naming.kind.empty() || !naming.below.empty()) namings.push_back(std::move(naming));
  }
  return namings;
}

const std::vector<Naming>& NamingsOf(const CommandType& type) {
  static const auto* const kAll = [] {
    auto* all = new absl::flat_hash_map<const CommandType*, std::vector<Naming>>();
    for (const CommandType& row : CommandTable())
      (*all)[&row] = NamingsOf(row.prototype->GetDescriptor(), {});
    return all;
  }();
  return kAll->at(&type);
}

void AddObjects(const std::vector<Naming>& namings, const Message& message,
                std::vector<std::string>* objects) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::string scratch;
  for (const Naming& naming : namings) {
    const FieldDescriptor* field = naming.field;
    const bool repeated = field->is_repeated();
    if (!repeated && naming.kind.empty() && !reflection->HasField(message, field)) continue;
    const int count = repeated ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (naming.kind.empty()) {
        AddObjects(naming.below,
                   repeated ? reflection->GetRepeatedMessage(message, field, i)
                            : reflection->GetMessage(message, field),
                   objects);
        continue;
      }
      const std::string& id =
          repeated ? reflection->GetRepeatedStringReference(message, field, i, &scratch)
                   : reflection->GetStringReference(message, field, &scratch);
      if (!id.empty()) objects->push_back(absl::StrCat(naming.kind, "/", id));
    }
  }
}

}  // namespace

void ObjectHistory::Add(uint64_t record) {
  if (records.empty()) records.assign(crypto::kDigestSize, '\0');
  const std::string index = BigEndian64(record);
  const crypto::Digest digest = crypto::Sha256({records, index});
  records = std::string(crypto::AsBytes(digest));
  last = record;
}

ObjectHistory HistoryOf(const std::vector<uint64_t>& records) {
  ObjectHistory history;
  for (const uint64_t record : records) history.Add(record);
  return history;
}

std::optional<absl::string_view> KindNamedBy(absl::string_view name) {
  for (const FieldKind& row : kFieldKinds) {
    if (row.field == name) return row.kind;
  }
  return std::nullopt;
}

std::vector<std::string> ObjectsNamedBy(const Envelope& envelope) {
  std::vector<std::string> objects;
  AddObjects(NamingsOf(*envelope.type), *envelope.command, &objects);
  if (envelope.type->options->signer() == common::v1::SIGNER_NEW_KEY) {
    objects.push_back(absl::StrCat("person/", envelope.header().actor()));
    const auto key = crypto::PublicKey::FromSpkiDer(envelope.header().public_key());
    if (key.ok()) objects.push_back(absl::StrCat("key/", key->id()));
  }
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  return objects;
}

}  // namespace votum
