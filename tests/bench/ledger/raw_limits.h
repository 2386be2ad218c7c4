// Raw limits of the machine and its databases, for comparison with the ledger's figures. All are
// rates per second, measured now; the program ends if a measurement fails.
#ifndef VOTUM_TESTS_BENCH_LEDGER_RAW_LIMITS_H_
#define VOTUM_TESTS_BENCH_LEDGER_RAW_LIMITS_H_

#include <cstddef>
#include <string>

namespace votum::bench {

// fdatasync after each 4 KiB appended to a file in `folder`.
double SyncRate(const std::string& folder);

// Rows of (integer key, 32 bytes, 256 bytes), `batch` in a transaction, into a new SQLite database
// in `folder` that makes each transaction durable as the ledger's does.
double SqliteInsertRate(const std::string& folder, size_t batch);

// The same into a new table in PostgreSQL: by one INSERT ... SELECT FROM unnest for each batch, and
// by one binary COPY.
double PostgresInsertRate(const std::string& conninfo, size_t batch);
double PostgresCopyRate(const std::string& conninfo, size_t batch);

}  // namespace votum::bench

#endif  // VOTUM_TESTS_BENCH_LEDGER_RAW_LIMITS_H_
