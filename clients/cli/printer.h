// Output of answers: JSON for programs, words and tables for people.
#ifndef VOTUM_CLIENTS_CLI_PRINTER_H_
#define VOTUM_CLIENTS_CLI_PRINTER_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace votum::cli {

// Protobuf's JSON with the contract's field names, including default values of fields without
// presence, with two-space indent and a newline at the end.
std::string JsonText(const google::protobuf::Message& message);

// One line "field: value" for each field with a value: messages within indented, enums as words,
// times in UTC, bytes in hexadecimal, further lines of a text indented below the first.
std::string ReadableText(const google::protobuf::Message& message);

// Columns as wide as their widest cell, two spaces apart, by characters (not bytes).
std::string Table(const std::vector<std::vector<std::string>>& lines);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_PRINTER_H_
