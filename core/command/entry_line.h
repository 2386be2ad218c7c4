// An entry of the log, and an opening, as one line of JSON: in exported logs (records.jsonl,
// openings.jsonl) and at the gateway's /log/records/ and /log/openings/. Each line has exactly one
// form: no white space, this order, Base64 with padding.
#ifndef VOTUM_CORE_COMMAND_ENTRY_LINE_H_
#define VOTUM_CORE_COMMAND_ENTRY_LINE_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "crypto/encoding.h"

namespace votum {

// {"index":0,"leaf":"<b64>","salt":"<b64>","record":"<b64>"}, without a newline. `salt` and
// `record` are empty where the record is not shown.
inline std::string EntryLine(uint64_t index, absl::string_view leaf, absl::string_view salt,
                             absl::string_view record) {
  return absl::StrCat("{\"index\":", index, ",\"leaf\":\"", crypto::Base64Encode(leaf),
                      "\",\"salt\":\"", crypto::Base64Encode(salt), "\",\"record\":\"",
                      crypto::Base64Encode(record), "\"}");
}

// {"number":0,"opened_by":497,"index":480,"salt":"<b64>","record":"<b64>"}, without a newline: the
// opening with this number shows the record at `index`, because of the later record `opened_by`.
inline std::string OpeningLine(uint64_t number, uint64_t opened_by, uint64_t index,
                               absl::string_view salt, absl::string_view record) {
  return absl::StrCat("{\"number\":", number, ",\"opened_by\":", opened_by, ",\"index\":", index,
                      ",\"salt\":\"", crypto::Base64Encode(salt), "\",\"record\":\"",
                      crypto::Base64Encode(record), "\"}");
}

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_ENTRY_LINE_H_
