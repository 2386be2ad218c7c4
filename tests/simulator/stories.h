// Stories: commands that follow each other, told beside those that chance gives, so that a run comes
// to what needs many steps in one meeting: a lot, a released decision, a vote on devices.
#ifndef VOTUM_TESTS_SIMULATOR_STORIES_H_
#define VOTUM_TESTS_SIMULATOR_STORIES_H_

#include <map>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "tests/simulator/dice.h"

namespace votum::simulator {

// The meetings of stories begin so long after they are convened.
inline constexpr int kStoryDays = 9;

// A command of a story.
struct Beat {
  const char* command;
  int times = 1;            // that it is accepted before the next one comes; 0: it comes too early
  const char* fields = "";  // what it says whatever is drawn for it, in protobuf's text form
  int hours = 0;            // that pass before it
};

struct Story {
  bool on_devices = false;  // whether it needs a run with votes on devices
  std::vector<Beat> beats;
};

const std::vector<Story>& AllStories();

// Sets in `command` the fields that `text` has, and leaves all others as they are.
void SetFields(const std::string& text, google::protobuf::Message& command);

// Tells one story after the other.
class Teller {
 public:
  explicit Teller(bool on_devices) : on_devices_(on_devices) {}

  // The beat that comes now.
  const Beat& Now(Dice& dice);
  // Hours that have to pass before it; once.
  int TakeHours();
  // The beat's command was tried; `accepted` is null if it was not accepted.
  void Tried(const google::protobuf::Message* accepted);

  // By kind: what the story is about.
  const std::map<std::string, std::string, std::less<>>& pinned() const { return pinned_; }

 private:
  void Pin(const google::protobuf::Message& command);
  void GoOn();

  const bool on_devices_;
  const Story* story_ = nullptr;
  size_t beat_ = 0;
  int accepted_ = 0;
  int in_vain_ = 0;
  bool waited_ = false;
  std::map<std::string, std::string, std::less<>> pinned_;
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_STORIES_H_
