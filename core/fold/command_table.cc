#include "core/fold/command_table.h"

#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "core/command/payload_type.h"
#include "google/protobuf/descriptor.h"
#include "votum/commands.h"

namespace votum {
namespace {

using common::v1::Disclosure;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr Disclosure kPublic = common::v1::DISCLOSURE_PUBLIC;
constexpr Disclosure kCouncil = common::v1::DISCLOSURE_COUNCIL;
constexpr Disclosure kConfidential = common::v1::DISCLOSURE_CONFIDENTIAL;

// ---------------------------------------------------------------------------------------------------------------------
// Who may be shown a record

Disclosure OfItem(const World& world, absl::string_view item_id) {
  const meetings::ItemEntry* item = world.agenda().FindItem(item_id);
  return item != nullptr && item->content.public_() ? kPublic : kCouncil;
}

Disclosure OfMotion(const World& world, absl::string_view motion_id) {
  const meetings::MotionEntry* motion = world.voting().FindMotion(motion_id);
  return motion == nullptr ? kCouncil : OfItem(world, motion->item_id);
}

Disclosure OfVote(const World& world, absl::string_view vote_event_id) {
  const meetings::VoteEventEntry* event = world.voting().FindVoteEvent(vote_event_id);
  return event == nullptr ? kCouncil : OfMotion(world, event->motion_id);
}

Disclosure OfDecision(const World& world, absl::string_view decision_id) {
  const decisions::v1::Decision* decision = world.decisions().FindDecision(decision_id);
  return decision != nullptr && decision->public_() ? kPublic : kCouncil;
}

Disclosure OfProject(const World& world, absl::string_view project_id) {
  const projects::v1::Project* project = world.projects().FindProject(project_id);
  return project == nullptr ? kCouncil : OfDecision(world, project->decision_id());
}

Disclosure OfItems(const Message& command, const FieldDescriptor* field) {
  const google::protobuf::Reflection* const reflection = command.GetReflection();
  for (int i = 0; i < reflection->FieldSize(command, field); ++i) {
    const Message& item = reflection->GetRepeatedMessage(command, field, i);
    if (!static_cast<const meetings::v1::AgendaItemContent&>(item).public_()) return kCouncil;
  }
  return kPublic;
}

// What the option `as` of a declaration may say. votum_generate refuses another word.
struct ShownAs {
  absl::string_view field;
  Disclosure (*disclosure)(const World&, absl::string_view id);
};
constexpr ShownAs kShownAs[] = {
    {"item_id", OfItem},         {"motion_id", OfMotion},   {"vote_event_id", OfVote},
    {"decision_id", OfDecision}, {"project_id", OfProject},
};

Disclosure DisclosureAs(const World& world, const Message& command, const std::string& name) {
  const FieldDescriptor* const field = command.GetDescriptor()->FindFieldByName(name);
  if (field->is_repeated()) return OfItems(command, field);
  for (const ShownAs& row : kShownAs) {
    if (row.field == name)
      return row.disclosure(world, command.GetReflection()->GetString(command, field));
  }
  return kConfidential;
}

// ---------------------------------------------------------------------------------------------------------------------
// Which machine a command belongs to

template <typename Machine, typename Command>
concept Handles = requires(const Machine& machine, Machine& changed, const CommandContext& context,
                           const Command& command) {
  { machine.Check(context, command) } -> std::same_as<absl::Status>;
  { changed.Apply(context, command) } -> std::same_as<void>;
};

template <typename Command, typename Machines>
struct MachineOf;

template <typename Command, typename... Machine>
struct MachineOf<Command, std::tuple<Machine&...>> {
  static constexpr size_t kCount = (size_t{0} + ... + size_t{Handles<Machine, Command>});
  static constexpr size_t Index() {
    size_t index = 0;
    // Stops at the first that does.
    static_cast<void>(((Handles<Machine, Command> || (++index, false)) || ...));
    return index;
  }
};

Domain DomainOf(const google::protobuf::Descriptor& command) {
  const std::vector<std::string> package = absl::StrSplit(command.file()->package(), '.');
  for (const Domain domain : kAllDomains) {
    if (DomainName(domain) == package[1]) return domain;
  }
  // A machine in World has a domain, and MachineOf found one.
  std::abort();
}

template <typename Command>
CommandType Row() {
  using Found = MachineOf<Command, decltype(std::declval<World&>().mutable_machines())>;
  static_assert(Found::kCount > 0,
                "this command needs a machine in World (core/fold/world.h) with "
                "absl::Status Check(const CommandContext&, const Command&) const and "
                "void Apply(const CommandContext&, const Command&)");
  static_assert(Found::kCount < 2, "two machines in World know this command");
  const google::protobuf::Descriptor* const descriptor = Command::descriptor();
  CommandType row;
  row.payload_type = PayloadType(descriptor);
  row.name = descriptor->name();
  row.domain = DomainOf(*descriptor);
  row.options = &descriptor->options().GetExtension(common::v1::command);
  row.prototype = &Command::default_instance();
  row.header = [](const Message& message) -> const common::v1::CommandHeader& {
    return static_cast<const Command&>(message).header();
  };
  row.check = [](const World& world, const CommandContext& context, const Message& message) {
    return std::get<Found::Index()>(world.machines())
        .Check(context, static_cast<const Command&>(message));
  };
  row.apply = [](World& world, const CommandContext& context, const Message& message) {
    std::get<Found::Index()>(world.mutable_machines())
        .Apply(context, static_cast<const Command&>(message));
  };
  return row;
}

}  // namespace

Disclosure CommandType::DisclosureOf(const World& world, const Message& command) const {
  if (options->shown_case() == common::v1::CommandOptions::kAs)
    return DisclosureAs(world, command, options->as());
  switch (options->audience()) {
    case common::v1::AUDIENCE_PUBLIC:
      return kPublic;
    case common::v1::AUDIENCE_COUNCIL:
      return kCouncil;
    default:
      return kConfidential;
  }
}

const std::vector<CommandType>& CommandTable() {
#define VOTUM_ROW(Command) Row<Command>(),
  static const auto* const kTable = new std::vector<CommandType>{VOTUM_COMMANDS(VOTUM_ROW)};
#undef VOTUM_ROW
  return *kTable;
}

const CommandType* FindCommandType(absl::string_view payload_type) {
  static const auto* const kByType = [] {
    auto* map = new absl::flat_hash_map<std::string, const CommandType*>();
    for (const CommandType& row : CommandTable()) (*map)[row.payload_type] = &row;
    return map;
  }();
  const auto found = kByType->find(payload_type);
  return found == kByType->end() ? nullptr : found->second;
}

}  // namespace votum
