// Texts that votum prints come from many people: ideas, names, files, messages of services. On a terminal
// a control sequence within a text can delete lines, move the cursor, and make other lines up; marks
// of direction can turn a word around. Here they all become visible, whoever printed them.
#ifndef VOTUM_CLIENTS_CLI_SAFE_OUTPUT_H_
#define VOTUM_CLIENTS_CLI_SAFE_OUTPUT_H_

#include <ios>
#include <ostream>
#include <streambuf>
#include <string>

#include "absl/strings/string_view.h"

namespace votum::cli {

// Passes on what is written, with hidden characters (IsHidden in core/command/fields.h) in JSON's
// form, "\u001b", and bytes that are not UTF-8 as "\x9b". Newline, tab and the line end of CSV stay.
class SafeOutput final : public std::streambuf {
 public:
  // `sink` outlives this object.
  explicit SafeOutput(std::streambuf* sink) : sink_(*sink) {}
  ~SafeOutput() override;

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool Write(absl::string_view text, bool at_end);

  std::streambuf& sink_;
  std::string pending_;  // the beginning of a character
};

// While it lives, what is written to `stream` passes a SafeOutput.
class SafeStream {
 public:
  explicit SafeStream(std::ostream& stream)
      : stream_(stream), output_(stream.rdbuf()), before_(stream.rdbuf(&output_)) {}
  ~SafeStream() {
    stream_.flush();
    stream_.rdbuf(before_);
  }
  SafeStream(const SafeStream&) = delete;
  SafeStream& operator=(const SafeStream&) = delete;

 private:
  std::ostream& stream_;
  SafeOutput output_;
  std::streambuf* const before_;
};

// `text` as a SafeOutput passes it on, for what is written to a terminal by its descriptor.
std::string Safe(absl::string_view text);

// `text` on one line: its line ends and tabs as "\n" and "\t", so that a text cannot pass for lines
// of ours.
std::string OneLine(absl::string_view text);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_SAFE_OUTPUT_H_
