// Included before each source of a pure room, where code that names a database does not compile.
#pragma GCC poison sqlite3 PGconn
