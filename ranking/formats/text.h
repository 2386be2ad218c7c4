// Shared parts of the parsers of election files: a position in the text, numbers, and errors that
// name line and column.
#ifndef VOTUM_RANKING_FORMATS_TEXT_H_
#define VOTUM_RANKING_FORMATS_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/csv.h"
#include "ranking/ballots.h"

namespace votum::ranking {

// BAD_FORMAT: "line 3, column 7: <what>". `at` points into `text` (its end included); columns count
// bytes from 1.
absl::Status BadFormat(absl::string_view text, const char* at, absl::string_view what);

// Reads a text from front to end. `whole` is kept for the line numbers of refusals.
class Cursor {
 public:
  explicit Cursor(absl::string_view whole) : Cursor(whole, whole) {}
  // Reads `part` of `whole`.
  Cursor(absl::string_view whole, absl::string_view part)
      : whole_(whole), at_(part.data()), end_(part.data() + part.size()) {}

  bool AtEnd() const { return at_ == end_; }
  // The next byte; 0 at the end (and for a zero byte, which no format allows).
  char Peek() const { return at_ == end_ ? '\0' : *at_; }
  void Skip() { ++at_; }
  const char* at() const { return at_; }
  void MoveTo(const char* at) { at_ = at; }
  absl::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }

  // Spaces and tabs.
  void SkipBlanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
  }
  // The rest of the line without its end, which is read too ("\n" or "\r\n").
  absl::string_view Line();
  // Reads the end of a line or of the text; false if anything else comes next.
  bool LineEnd();
  // 1 to 18 digits; false otherwise, without moving.
  bool Number(uint64_t* value) {
    const char* p = at_;
    if (!DigitAt(p)) return false;
    uint64_t number = 0;
    do number = number * 10 + static_cast<uint64_t>(*p++ - '0');
    while (DigitAt(p) && p - at_ < 18);
    if (DigitAt(p)) return false;
    at_ = p;
    *value = number;
    return true;
  }

  absl::Status Error(absl::string_view what) const { return BadFormat(whole_, at_, what); }
  absl::Status ErrorAt(const char* at, absl::string_view what) const {
    return BadFormat(whole_, at, what);
  }

 private:
  bool DigitAt(const char* p) const {
    return p != end_ && static_cast<unsigned char>(*p - '0') < 10;
  }

  absl::string_view whole_;
  const char* at_;
  const char* end_;
};

// Detects options that occur twice on a ballot, in constant time per preference.
class SeenOptions {
 public:
  explicit SeenOptions(size_t options) : ballot_of_(options) {}
  void NextBallot() { ++ballot_; }
  // False if `option` was seen on this ballot before.
  bool Add(size_t option) {
    if (ballot_of_[option] == ballot_) return false;
    ballot_of_[option] = ballot_;
    return true;
  }

 private:
  std::vector<uint32_t> ballot_of_;
  uint32_t ballot_ = 0;
};

// Reads the next record of a table, as base/csv.h says; quotes within a field are text.
absl::StatusOr<CsvRecord> ReadCsvRecord(Cursor& cursor, char separator);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_TEXT_H_
