#include "platform/arguments/command.h"

#include <utility>

#include "CLI/CLI.hpp"

namespace votum {
namespace {

template <typename T>
CommandOption Add(CLI::App* app, absl::string_view name, T& value, absl::string_view help) {
  return CommandOption(app->add_option(std::string(name), value, std::string(help)));
}

}  // namespace

CommandOption CommandOption::required() const { return CommandOption(option_->required()); }

CommandOption CommandOption::capture_default_str() const {
  return CommandOption(option_->capture_default_str());
}

CommandOption CommandOption::expected(int count) const {
  return CommandOption(option_->expected(count));
}

CommandOption CommandOption::take_all() const { return CommandOption(option_->take_all()); }

CommandOption CommandOption::allow_extra_args(bool value) const {
  return CommandOption(option_->allow_extra_args(value));
}

CommandOption CommandOption::delimiter(char value) const {
  return CommandOption(option_->delimiter(value));
}

CommandOption CommandOption::envname(absl::string_view name) const {
  return CommandOption(option_->envname(std::string(name)));
}

CommandOption CommandOption::option_text(absl::string_view text) const {
  return CommandOption(option_->option_text(std::string(text)));
}

CommandOption CommandOption::needs(CommandOption other) const {
  return CommandOption(option_->needs(other.option_));
}

CommandOption CommandOption::excludes(CommandOption other) const {
  return CommandOption(option_->excludes(other.option_));
}

CommandOption CommandOption::check(std::function<std::string(const std::string&)> complain) const {
  return CommandOption(option_->check(std::move(complain)));
}

CommandOption CommandOption::one_of(std::initializer_list<const char*> values) const {
  return CommandOption(option_->check(CLI::IsMember(values)));
}

CommandOption CommandOption::in_range(int least, int most) const {
  return CommandOption(option_->check(CLI::Range(least, most)));
}

size_t CommandOption::count() const { return option_->count(); }

CommandOption Command::add_option(absl::string_view name, std::string& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, std::vector<std::string>& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, int& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, uint32_t& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, uint64_t& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, std::optional<uint64_t>& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, std::vector<uint32_t>& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_option(absl::string_view name, std::vector<uint64_t>& value,
                                  absl::string_view help) const {
  return Add(app_, name, value, help);
}

CommandOption Command::add_flag(absl::string_view name, bool& value, absl::string_view help) const {
  return CommandOption(app_->add_flag(std::string(name), value, std::string(help)));
}

Command Command::add_subcommand(absl::string_view name, absl::string_view help) const {
  return *app_->add_subcommand(std::string(name), std::string(help));
}

void Command::require_subcommand(int count) const { app_->require_subcommand(count); }

void Command::callback(std::function<void()> action) const { app_->callback(std::move(action)); }

}  // namespace votum
