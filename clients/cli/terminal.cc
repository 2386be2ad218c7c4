#include "clients/cli/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <mutex>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/passphrase.h"
#include "clients/cli/safe_output.h"

namespace votum::cli {
namespace {

constexpr size_t kMaxSecretFile = 4096;
constexpr size_t kMaxKeyFile = 64 << 10;
constexpr int kBarWidth = 40;
constexpr char kInterrupt = '\x03';

// Held during a question, because the commands of a batch ask from several threads.
std::mutex& OneQuestionAtATime() {
  static std::mutex mutex;
  return mutex;
}

void Show(int terminal, absl::string_view words) {
  const std::string text = Safe(words);
  // A terminal that fails on the prompt would also fail on the answer.
  if (write(terminal, text.data(), text.size()) < 0) return;
}

// Reads one line without echo from the terminal, because standard input may be a file.
absl::StatusOr<crypto::SecretBytes> Ask(absl::string_view what, absl::string_view option) {
  const std::lock_guard<std::mutex> lock(OneQuestionAtATime());
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  termios before{};
  if (terminal < 0 || tcgetattr(terminal, &before) != 0) {
    if (terminal >= 0) close(terminal);
    return Refuse(Reason::kNoTerminal, absl::StrCat("there is no terminal to ask for the ", what,
                                                    "; give it with ", option));
  }
  const auto closer = absl::MakeCleanup([terminal] { close(terminal); });
  termios silent = before;
  // Without ISIG, an interrupt is read like the end of a line and cannot leave echo turned off.
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
  silent.c_cc[VEOL] = kInterrupt;
  Show(terminal, absl::StrCat(what, ": "));
  tcsetattr(terminal, TCSAFLUSH, &silent);
  std::string line;
  char c = 0;
  while (read(terminal, &c, 1) == 1 && c != '\n' && c != kInterrupt) line.push_back(c);
  tcsetattr(terminal, TCSAFLUSH, &before);
  Show(terminal, "\n");
  crypto::SecretBytes typed = crypto::SecretBytes::TakeFrom(&line);
  if (c == kInterrupt) return absl::CancelledError("interrupted");
  return typed;
}

}  // namespace

absl::StatusOr<crypto::SecretBytes> Secret(const std::string& file, absl::string_view what,
                                           absl::string_view option) {
  if (file.empty()) return Ask(what, option);
  auto text = ReadFile(file, kMaxSecretFile);
  if (!text.ok()) return Refuse(Reason::kBadFile, text.status().message());
  text->resize(std::min(text->find('\n'), text->size()));
  return crypto::SecretBytes::TakeFrom(&*text);
}

absl::StatusOr<crypto::SecretBytes> PassphraseOf(const std::string& key_file,
                                                 const std::string& file) {
  const auto pem = ReadFile(key_file, kMaxKeyFile);
  // Faults of the file are reported when it is loaded.
  if (!pem.ok() || !absl::StrContains(*pem, "ENCRYPTED")) return crypto::SecretBytes();
  absl::StatusOr<crypto::SecretBytes> passphrase =
      Secret(file, absl::StrCat("passphrase of ", key_file), "--passphrase-file");
  if (ReasonOf(passphrase.status()) != Reason::kNoTerminal) return passphrase;
  return Reworded(passphrase.status(),
                  absl::StrCat(passphrase.status().message(),
                               ", or unlock the key once, at a terminal: votum key unlock"));
}

absl::StatusOr<crypto::SecretBytes> NewPassphrase(const std::string& file,
                                                  const std::string& protects) {
  ASSIGN_OR_RETURN(crypto::SecretBytes passphrase,
                   Secret(file, "new passphrase", "--passphrase-file"));
  RETURN_IF_ERROR(CheckPassphrase(passphrase.Reveal(), NamesAround(protects)));
  if (!file.empty()) return passphrase;
  ASSIGN_OR_RETURN(const crypto::SecretBytes again,
                   Secret(file, "the same once more", "--passphrase-file"));
  if (!crypto::ConstantTimeEquals(passphrase.Reveal(), again.Reveal()))
    return Refuse(Reason::kPassphrasesDiffer, "the two differ; try again");
  return passphrase;
}

absl::Status AskConsent(absl::string_view details, absl::string_view consequence) {
  const std::lock_guard<std::mutex> lock(OneQuestionAtATime());
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) {
    return Refuse(Reason::kConfirmationNeeded,
                  absl::StrCat(consequence,
                               ". There is no terminal to ask at: give --yes if you mean it, or "
                               "--dry-run to see what would be signed"));
  }
  const auto closer = absl::MakeCleanup([terminal] { close(terminal); });
  Show(terminal, absl::StrCat(details, consequence, "\nGo on? (yes or no) "));
  std::string line;
  char c = 0;
  while (read(terminal, &c, 1) == 1 && c != '\n') line.push_back(c);
  const std::string answer = absl::AsciiStrToLower(absl::StripAsciiWhitespace(line));
  for (const absl::string_view consent : {"yes", "ja", "y", "j"}) {
    if (answer == consent) return absl::OkStatus();
  }
  return Refuse(Reason::kDeclined, "nothing was signed");
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
