#include "clients/cli/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"

namespace votum::cli {
namespace {
constexpr size_t kMaxPassphraseFile = 4096;
constexpr int kBarWidth = 40;
}  // namespace

absl::StatusOr<crypto::SecretBytes> Passphrase(const std::string& file, const std::string& prompt) {
  if (!file.empty()) {
    auto text = ReadFile(file, kMaxPassphraseFile);
    if (!text.ok()) return RefuseArgument("BAD_FILE", text.status().message());
    text->resize(std::min(text->find('\n'), text->size()));
    return crypto::SecretBytes::TakeFrom(&*text);
  }
  if (!isatty(STDIN_FILENO)) return crypto::SecretBytes();
  termios before{};
  tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  std::cerr << prompt << std::flush;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  std::string line;
  std::getline(std::cin, line);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::cerr << "\n";
  return crypto::SecretBytes::TakeFrom(&line);
}

void ShowProgress(const std::string& what, double done) {
  static const bool terminal = isatty(STDERR_FILENO) != 0;
  if (!terminal) return;
  const int filled = static_cast<int>(done * kBarWidth);
  std::fprintf(stderr, "\r%s [%s%s] %3d%%%s", what.c_str(),
               std::string(static_cast<size_t>(filled), '#').c_str(),
               std::string(static_cast<size_t>(kBarWidth - filled), ' ').c_str(),
               static_cast<int>(done * 100), done >= 1 ? "\r\033[K" : "");
}

}  // namespace votum::cli
