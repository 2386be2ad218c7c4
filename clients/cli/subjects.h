// Sealed contents by their subjects: whoever erases subjects sees before what goes, and what stays
// because it was made from it under another subject.
#ifndef VOTUM_CLIENTS_CLI_SUBJECTS_H_
#define VOTUM_CLIENTS_CLI_SUBJECTS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/lib/client.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::cli {

// All that a reader is shown and that has a subject.
struct Sealed {
  std::map<std::string, ideas::v1::Idea> ideas;  // by id
  std::vector<directory::v1::Person> persons;
  std::vector<meetings::v1::VoteEvent> secret_votes;
  std::vector<meetings::v1::Attendance> attendances;  // with disruptions
};
absl::StatusOr<Sealed> FetchSealed(client::Client& client);

// A line for each thing under one of `subjects`, and one for each idea that was made from such an idea
// by merge or split, however often, under a subject that is not among them.
std::string WhatLiesUnder(const std::set<std::string>& subjects, const Sealed& sealed);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_SUBJECTS_H_
