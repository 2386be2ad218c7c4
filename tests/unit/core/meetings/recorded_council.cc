#include "tests/unit/core/meetings/recorded_council.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::meetings {
namespace {

// "meetings" for a message of votum.meetings.v1.
std::string ServiceOf(const google::protobuf::Message& command) {
  const std::vector<std::string> parts =
      absl::StrSplit(command.GetDescriptor()->file()->package(), '.');
  return parts.at(1);
}

}  // namespace

void RecordCouncil(const Council& council, testing::SmallLog& log) {
  for (const Council::Given& given : council.given()) {
    const std::string actor = given.actor == "amt" ? "anna" : given.actor;
    log.PassTo(given.time);
    if (!log.HasKey(actor)) log.GiveKey(actor, "bert");
    const std::unique_ptr<google::protobuf::Message> command(given.command->New());
    command->CopyFrom(*given.command);
    log.Append(actor, std::move(*command), ServiceOf(*command));
  }
}

void AddAuditor(testing::SmallLog& log) {
  log.Register("petra");
  directory::v1::GrantOffice grant;
  grant.set_person_id("petra");
  grant.set_office(common::v1::OFFICE_AUDITOR);
  log.Append("anna", std::move(grant));
  log.GiveKey("petra", "bert");
}

}  // namespace votum::meetings
