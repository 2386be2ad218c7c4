// Output of answers: JSON for programs, words and tables for people.
#ifndef VOTUM_CLIENTS_CLI_PRINTER_H_
#define VOTUM_CLIENTS_CLI_PRINTER_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace votum::cli {

// Protobuf's JSON with the contract's field names, including default values of fields without
// presence, with two-space indent and a newline at the end.
std::string JsonText(const google::protobuf::Message& message);

// A time in JSON that is no message of the contract: RFC 3339, UTC, to the microsecond.
std::string JsonTime(const google::protobuf::Timestamp& time);

// One line "field: value" for each field with a value, and for each that is yes or no: those in
// `first`, then all others by number. Messages within indented, enums as words, times as TimeText
// (rules/calendar.h) gives them, bytes in hexadecimal, further lines of a text indented below the
// first.
std::string ReadableText(const google::protobuf::Message& message,
                         const std::vector<std::string>& first = {});

// Columns as wide as their widest cell, two spaces apart, by characters (not bytes). Each line is one
// line: line ends and tabs within a cell are shown as "\n" and "\t".
std::string Table(const std::vector<std::vector<std::string>>& lines);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_PRINTER_H_
