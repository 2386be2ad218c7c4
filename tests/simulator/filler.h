// Fills a command's fields from the scene, by what the declarations say of them: names of fields,
// types, and the options of proto/votum/common/v1/options.proto. A recipe (recipes.h) replaces what
// needs more knowledge.
#ifndef VOTUM_TESTS_SIMULATOR_FILLER_H_
#define VOTUM_TESTS_SIMULATOR_FILLER_H_

#include <map>
#include <string>

#include "google/protobuf/message.h"
#include "tests/simulator/scene.h"

namespace votum::simulator {

// Fills all fields of `command` but its header.
void Fill(Scene& scene, google::protobuf::Message& command);

// The first id of each kind that `command` names, its lists included.
void CollectIds(const google::protobuf::Message& command,
                std::map<std::string, std::string, std::less<>>& ids);

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_FILLER_H_
