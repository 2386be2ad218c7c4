// People on the command line: names and reasons are sealed under the subject of the
// person, and a person may be called by name instead of by id.
#ifndef VOTUM_CLIENTS_CLI_PEOPLE_H_
#define VOTUM_CLIENTS_CLI_PEOPLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/cli.h"
#include "votum/common/v1/command.pb.h"

namespace votum::cli {

// The id of the person that `given` means: an id stands for itself, and anything that cannot be an
// id, "Maria Meister", for the one person of exactly this name. NOT_FOUND/NO_SUCH_PERSON;
// INVALID_ARGUMENT/USAGE if several have this name.
absl::StatusOr<std::string> PersonId(client::Client& client, const std::string& given);

// Seals `text` (or the content of "@FILE"), which `option` gave, under the subject of `person_id`
// into `ref`; returns the attachments to send along. Where what is sealed of the person was erased,
// `ref` stays unset, and `run` says so.
absl::StatusOr<std::vector<common::v1::Attachment>> SealAbout(const Run& run,
                                                              const std::string& person_id,
                                                              const std::string& option,
                                                              const std::string& text,
                                                              common::v1::AttachmentRef* ref);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_PEOPLE_H_
