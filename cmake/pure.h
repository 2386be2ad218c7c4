// Included before each source of a pure room: whoever names a database there does not compile.
#pragma GCC poison sqlite3 PGconn
