// Included before each source of a pure room: whoever names one of these there does not compile.
#pragma GCC poison grpc sqlite3 PGconn
