// Parts of a file that are one ballot per line, as PrefLib and BLT have: read into memory, or
// straight into counts.
#ifndef VOTUM_RANKING_FORMATS_BALLOT_LINES_H_
#define VOTUM_RANKING_FORMATS_BALLOT_LINES_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ranking/batch_counter.h"
#include "ranking/formats/formats.h"
#include "ranking/formats/text.h"
#include "ranking/pairwise.h"

namespace votum::ranking {

// Takes a checked ballot; a ballot of weight 0 does not count.
using BallotSink =
    absl::FunctionRef<absl::Status(absl::Span<const uint16_t> coded, uint64_t weight)>;
// Reads ballot lines from the cursor to its end.
using BallotLineReader = absl::FunctionRef<absl::Status(Cursor cursor, BallotSink sink)>;

// Reads the lines of `part` (of `whole`) one after the other, releasing the text piece by piece.
absl::Status ReadLines(absl::string_view whole, absl::string_view part, ReleaseText release,
                       BallotLineReader reader, BallotSink sink);

// TOO_MANY_OPTIONS if a table of all pairs would take too much memory.
absl::Status CheckCounted(size_t options);

// Counts the lines of `part` (of `whole`) with up to `threads` threads, each of which reads whole
// lines.
absl::Status CountLines(absl::string_view whole, absl::string_view part, size_t threads,
                        ReleaseText release, BallotLineReader reader, PairwiseCounts& counts);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_BALLOT_LINES_H_
