# Writes OUTPUT: the text of each of PROFILES as a string in C++.
set(text "// Made from profiles/*.textproto.\n#include \"rules/embedded_profiles.h\"\n\nnamespace votum::rules {\n\nconst std::vector<const char*>& EmbeddedProfileTexts() {\n  static const auto* const kTexts = new std::vector<const char*>{\n")
foreach(profile ${PROFILES})
  file(READ ${profile} content)
  string(APPEND text "      R\"profile(${content})profile\",\n")
endforeach()
string(APPEND text "  };\n  return *kTexts;\n}\n\n}  // namespace votum::rules\n")
file(WRITE ${OUTPUT} "${text}")
