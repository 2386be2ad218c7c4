// Election files: reading and writing. Readers are strict: they refuse input that they cannot take
// literally, with line, column and reason (BAD_FORMAT), rather than guess.
//
//   format       extension                      content
//   PrefLib      .soc .soi .toc .toi .cat       preflib.org, format of 2022
//                                               ("# NUMBER ALTERNATIVES: n")
//   BLT          .blt, .HIL                     Hill, Wichmann, Woodall; quoted or plain names,
//                                               "=" for ties, withdrawals
//   ScottishCSV  .csv, starting with 2 numbers  "candidates,seats,", then "papers,1,2,..",
//                                               then "Candidate 1",..
//   CEF          .cvotes                        Condorcet Election Format 1
//   Pabulib      .pb                            pabulib.org: META, PROJECTS, VOTES
//   CSV          .csv                           a header line describes the columns, see csv.h
#ifndef VOTUM_RANKING_FORMATS_FORMATS_H_
#define VOTUM_RANKING_FORMATS_FORMATS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ranking/election.h"
#include "ranking/pairwise.h"

namespace votum::ranking {

enum class Format { kPreflib, kBlt, kScottishCsv, kCef, kPabulib, kCsv };

// The format of a file, by its name's extension (and for .csv by its first line). UNKNOWN_FORMAT
// for other extensions.
absl::StatusOr<Format> FormatOf(absl::string_view file_name, absl::string_view text);

// Receives parts of a text that will not be read again, so that a mapped file need not stay in
// memory; may be null. Called from any reading thread.
using ReleaseText = void (*)(absl::string_view part);

// Reads an election. BAD_FORMAT with line, column and reason.
absl::StatusOr<Election> ReadElection(Format format, absl::string_view text,
                                      ReleaseText release = nullptr);

// Writes an election. FORMAT_CANNOT if the format cannot express the election (for example, ties in
// ScottishCSV).
absl::StatusOr<std::string> WriteElection(Format format, const Election& election);

// Options and pairwise counts of a file with ranked ballots, read without keeping the ballots.
struct CountedElection {
  // Without ballots.
  Election election;
  PairwiseCounts counts;
};

// Whether CountElection reads this format.
bool CanCount(Format format);

// Reads a PrefLib (not .cat) or BLT file straight into pairwise counts, with up to `threads`
// threads; the same result for any number.
absl::StatusOr<CountedElection> CountElection(Format format, absl::string_view text, size_t threads,
                                              ReleaseText release);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_FORMATS_H_
