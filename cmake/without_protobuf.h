// Included before each source of a room that must not know protobuf, whose namespace this is.
#pragma GCC poison google
