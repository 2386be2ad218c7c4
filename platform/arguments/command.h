// Declares commands and their options to CLI11 without its header: that, and the code which it makes
// anew for each option in each file, take most of the time in which such a file is compiled.
#ifndef VOTUM_PLATFORM_ARGUMENTS_COMMAND_H_
#define VOTUM_PLATFORM_ARGUMENTS_COMMAND_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace votum {

// An option that a command has. All copies stand for the same option, which belongs to the parser.
// The methods do what those of CLI::Option with the same names do.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option* option) : option_(option) {}
  // Commands and options are used like the pointers to CLI11's objects that they hold.
  const CommandOption* operator->() const { return this; }

  CommandOption required() const;
  CommandOption capture_default_str() const;
  CommandOption expected(int count) const;
  CommandOption take_all() const;
  CommandOption allow_extra_args(bool value) const;
  CommandOption delimiter(char value) const;
  CommandOption envname(absl::string_view name) const;
  CommandOption option_text(absl::string_view text) const;
  CommandOption needs(CommandOption other) const;
  CommandOption excludes(CommandOption other) const;
  // `complain` returns a complaint about a value, or nothing.
  CommandOption check(std::function<std::string(const std::string&)> complain) const;
  // CLI::IsMember.
  CommandOption one_of(std::initializer_list<const char*> values) const;
  // CLI::Range; both ends are allowed.
  CommandOption in_range(int least, int most) const;

  size_t count() const;

 private:
  CLI::Option* option_;
};

// A command, or the program itself. All copies stand for the same command, which belongs to the
// parser. The methods do what those of CLI::App with the same names do; what they are given to
// write to must outlive the parsing.
class Command {
 public:
  // Implicit: whoever parses has a CLI::App and hands it to those who declare commands.
  Command(CLI::App& app) : app_(&app) {}  // NOLINT: every parser is a command
  const Command* operator->() const { return this; }

  // For those who walk the parser.
  CLI::App& app() const { return *app_; }

  CommandOption add_option(absl::string_view name, std::string& value,
                           absl::string_view help) const;
  CommandOption add_option(absl::string_view name, std::vector<std::string>& value,
                           absl::string_view help) const;
  CommandOption add_option(absl::string_view name, int& value, absl::string_view help) const;
  CommandOption add_option(absl::string_view name, uint32_t& value, absl::string_view help) const;
  CommandOption add_option(absl::string_view name, uint64_t& value, absl::string_view help) const;
  CommandOption add_option(absl::string_view name, std::optional<uint64_t>& value,
                           absl::string_view help) const;
  CommandOption add_option(absl::string_view name, std::vector<uint32_t>& value,
                           absl::string_view help) const;
  CommandOption add_option(absl::string_view name, std::vector<uint64_t>& value,
                           absl::string_view help) const;
  CommandOption add_flag(absl::string_view name, bool& value, absl::string_view help) const;

  Command add_subcommand(absl::string_view name, absl::string_view help) const;
  void require_subcommand(int count) const;
  void callback(std::function<void()> action) const;

 private:
  CLI::App* app_;
};

}  // namespace votum

#endif  // VOTUM_PLATFORM_ARGUMENTS_COMMAND_H_
