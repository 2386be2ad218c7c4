// Included before each source of a room that must not know gRPC.
#pragma GCC poison grpc
