// Runs code in a child process that has a terminal of its own, at which somebody answers.
#ifndef VOTUM_TESTS_HARNESS_AT_TERMINAL_H_
#define VOTUM_TESTS_HARNESS_AT_TERMINAL_H_

#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/harness/await.h"

namespace votum::testing {

// Results of a child: its exit code, and its terminal's output.
struct Child {
  int code = -1;
  std::string shown;
};

inline size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Runs `body` on a terminal at which somebody answers each prompt, in order.
inline Child AtTerminal(const std::vector<std::string>& answers, const std::function<int()>& body) {
  int terminal = -1;
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid == 0) {
    alarm(30);
    _exit(body());
  }
  Child child;
  size_t answered = 0;
  char buffer[256];
  ssize_t count = 0;
  while ((count = read(terminal, buffer, sizeof(buffer))) > 0) {
    child.shown.append(buffer, static_cast<size_t>(count));
    if (answered == answers.size() || CountOf(child.shown, ": ") <= answered) continue;
    // The prompt comes before echo is turned off; input typed in between is dropped.
    EXPECT_TRUE(Await([&] {
      termios settings;
      return tcgetattr(terminal, &settings) == 0 && (settings.c_lflag & ECHO) == 0;
    }));
    const std::string& answer = answers[answered++];
    EXPECT_EQ(write(terminal, answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
  }
  int status = 0;
  waitpid(pid, &status, 0);
  close(terminal);
  child.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return child;
}

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_AT_TERMINAL_H_
