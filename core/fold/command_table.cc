#include "core/fold/command_table.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "core/command/payload_type.h"
#include "google/protobuf/descriptor.h"
#include "votum/commands.h"

namespace votum {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// ---------------------------------------------------------------------------------------------------------------------
// The reach of a record

// An id that names nothing seals the record, so that nobody learns more of it.
Reach OfMeeting(const World& world, absl::string_view meeting_id) {
  const meetings::MeetingEntry* meeting = world.agenda().FindMeeting(meeting_id);
  return meeting == nullptr ? Reach::Sealed() : Reach::Bodies({meeting->organization_id});
}

Reach OfItem(const World& world, absl::string_view item_id) {
  const meetings::ItemEntry* item = world.agenda().FindItem(item_id);
  if (item == nullptr) return Reach::Sealed();
  return item->content.public_() ? Reach::Public() : OfMeeting(world, item->meeting_id);
}

Reach OfMotion(const World& world, absl::string_view motion_id) {
  const meetings::MotionEntry* motion = world.motions().Find(motion_id);
  return motion == nullptr ? Reach::Sealed() : OfItem(world, motion->item_id);
}

Reach OfVote(const World& world, absl::string_view vote_event_id) {
  const meetings::VoteEventEntry* event = world.votes().Find(vote_event_id);
  return event == nullptr ? Reach::Sealed() : OfMotion(world, event->motion_id);
}

Reach OfLot(const World& world, absl::string_view lot_id) {
  const auto lot = world.lots().Get(lot_id);
  return lot.ok() ? OfVote(world, lot->vote_event_id()) : Reach::Sealed();
}

Reach OfDecision(const World& world, absl::string_view decision_id) {
  const decisions::v1::Decision* decision = world.decisions().FindDecision(decision_id);
  if (decision == nullptr) return Reach::Sealed();
  return decision->public_() ? Reach::Public() : OfMeeting(world, decision->meeting_id());
}

Reach OfProject(const World& world, absl::string_view project_id) {
  const projects::v1::Project* project = world.projects().FindProject(project_id);
  return project == nullptr ? Reach::Sealed() : OfDecision(world, project->decision_id());
}

// A proposal is a draft, visible to offices, until it has a path; from then on the bodies that
// advise and decide see it too. The public reads it from the papers service, once it stands on a
// public item.
Reach OfProposal(const World& world, absl::string_view proposal_id) {
  const papers::v1::Proposal* proposal = world.papers().FindProposal(proposal_id);
  if (proposal == nullptr) return Reach::Sealed();
  std::set<std::string> bodies;
  for (const papers::v1::Consultation& step : proposal->consultations())
    bodies.insert(step.organization_id());
  return Reach::Bodies({bodies.begin(), bodies.end()});
}

// An agenda is public if all its items are.
Reach OfItems(const World& world, const Message& message) {
  const auto& command = static_cast<const meetings::v1::PublishAgenda&>(message);
  for (const meetings::v1::AgendaItemContent& item : command.items()) {
    if (!item.public_()) return OfMeeting(world, command.meeting_id());
  }
  return Reach::Public();
}

// A path is visible to the bodies on it.
Reach OfSteps(const World&, const Message& message) {
  std::set<std::string> bodies;
  for (const papers::v1::ConsultationStep& step :
       static_cast<const papers::v1::SetConsultationPath&>(message).steps())
    bodies.insert(step.organization_id());
  return Reach::Bodies({bodies.begin(), bodies.end()});
}

// A meeting's act shows what its own record does, and a Confirm what those of its acts do together.
Reach OfAct(const World& world, const Message& message) {
  const auto& command = static_cast<const meetings::v1::ContradictMeetingAct&>(message);
  return world.meeting_acts().IsPublic(command.record()) ? Reach::Public()
                                                         : OfMeeting(world, command.meeting_id());
}

Reach OfActs(const World& world, const Message& message) {
  const auto& command = static_cast<const meetings::v1::ConfirmMeetingActs&>(message);
  return world.meeting_acts().ArePublic(command.acts()) ? Reach::Public()
                                                        : OfMeeting(world, command.meeting_id());
}

// The values of a declaration's option `as`. votum_generate refuses any other word.
struct ShownAs {
  absl::string_view field;
  Reach (*of_id)(const World&, absl::string_view id);
  Reach (*of_command)(const World&, const Message&);  // where the field is no id
};
constexpr ShownAs kShownAs[] = {
    {"item_id", OfItem, nullptr},         {"motion_id", OfMotion, nullptr},
    {"vote_event_id", OfVote, nullptr},   {"meeting_id", OfMeeting, nullptr},
    {"decision_id", OfDecision, nullptr}, {"project_id", OfProject, nullptr},
    {"proposal_id", OfProposal, nullptr}, {"lot_id", OfLot, nullptr},
    {"items", nullptr, OfItems},          {"steps", nullptr, OfSteps},
    {"record", nullptr, OfAct},           {"acts", nullptr, OfActs},
};

Reach ReachAs(const World& world, const Message& command, const std::string& name) {
  for (const ShownAs& row : kShownAs) {
    if (row.field != name) continue;
    if (row.of_command != nullptr) return row.of_command(world, command);
    const FieldDescriptor* const field = command.GetDescriptor()->FindFieldByName(name);
    return row.of_id(world, command.GetReflection()->GetString(command, field));
  }
  return Reach::Sealed();
}

// ---------------------------------------------------------------------------------------------------------------------
// The machine that handles a command

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
    // Stops at the first machine that handles it.
    static_cast<void>(((Handles<Machine, Command> || (++index, false)) || ...));
    return index;
  }
};

Domain DomainOf(const google::protobuf::Descriptor& command) {
  const std::vector<std::string> package = absl::StrSplit(command.file()->package(), '.');
  for (const Domain domain : kAllDomains) {
    if (DomainName(domain) == package[1]) return domain;
  }
  // Unreachable: a machine in World has a domain, and MachineOf found one.
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

Reach CommandType::ReachOf(const World& world, const Message& command) const {
  if (options->shown_case() == common::v1::CommandOptions::kAs)
    return ReachAs(world, command, options->as());
  switch (options->audience()) {
    case common::v1::AUDIENCE_PUBLIC:
      return Reach::Public();
    case common::v1::AUDIENCE_OFFICE:
      return Reach::Office();
    default:
      return Reach::Sealed();
  }
}

absl::Duration CommandType::LongestValidity() const {
  const int64_t minutes = options->longest_validity_minutes();
  return minutes == 0 ? kLongestValidity : absl::Minutes(minutes);
}

uint32_t CommandType::Since() const { return options->since() == 0 ? 1 : options->since(); }

uint32_t CommandType::Until() const {
  return options->until() == 0 ? std::numeric_limits<uint32_t>::max() : options->until();
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
