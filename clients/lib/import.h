// Ideas from a file: read and checked as a whole, then made into commands that may be repeated.
//
// The columns (CSV, with a line of names) or members (JSON Lines, one object a line):
//
//   id         required; names the idea within its source, for good: importing a file again, or a
//              longer version of it, adds only what is new
//   text       required
//   title      becomes the first line of the text
//   agrees, disagrees   how many did so in the source; whole numbers
//   channel    paper, workshop, spoken or import
//   group      citizens, employees, companies or council
//   origin     where it arose; no personal data
#ifndef VOTUM_CLIENTS_LIB_IMPORT_H_
#define VOTUM_CLIENTS_LIB_IMPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "votum/common/v1/command.pb.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::client {

// One row, checked.
struct ImportRow {
  size_t line = 0;  // where it begins in the file
  std::string id;
  std::string text;  // with the title
  uint64_t agrees = 0;
  uint64_t disagrees = 0;
  ideas::v1::Channel channel = ideas::v1::CHANNEL_UNSPECIFIED;
  ideas::v1::SubmitterGroup group = ideas::v1::SUBMITTER_GROUP_UNSPECIFIED;
  std::string origin;
};

// Defaults for rows that lack these values.
struct ImportDefaults {
  ideas::v1::Channel channel = ideas::v1::CHANNEL_IMPORT;
  ideas::v1::SubmitterGroup group = ideas::v1::SUBMITTER_GROUP_CITIZENS;
  std::string origin;
};

enum class ImportFormat { kCsv, kJsonLines };

// The format by the name's ending: ".csv", or ".jsonl" and ".ndjson".
// INVALID_ARGUMENT/BAD_IMPORT_FILE for other names.
absl::StatusOr<ImportFormat> ImportFormatOf(absl::string_view file_name);

// The rows of `content`. INVALID_ARGUMENT/BAD_CSV or BAD_IMPORT_FILE with line and column for
// whatever is wrong with the file, and for an id that occurs twice; no part of such a file is used.
absl::StatusOr<std::vector<ImportRow>> ReadImport(absl::string_view content, ImportFormat format,
                                                  const ImportDefaults& defaults);

// One command of an import, ready to be signed, and the texts that it commits to.
struct ImportPart {
  ideas::v1::ImportIdeas command;
  std::vector<common::v1::Attachment> attachments;
};

// The commands that import `rows`: at most 500 ideas and 1 MiB of text each, in the order of the
// file. The id of an idea follows from source and row id.
std::vector<ImportPart> MakeImport(const std::string& source, const std::vector<ImportRow>& rows);

// The id of the idea that row `row_id` of `source` becomes: both in words where they are ids
// already ("klimarat-2022-a.1037"), their hash otherwise.
std::string ImportedIdeaId(absl::string_view source, absl::string_view row_id);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_IMPORT_H_
