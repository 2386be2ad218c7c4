// An entry of the log as one line of JSON: in exported logs (records.jsonl) and at the gateway's
// /log/records/. The line has exactly one form: no white space, this order, Base64 with padding.
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

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_ENTRY_LINE_H_
