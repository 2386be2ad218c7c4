// Compiled into each program of tests that uses gRPC. OpenSSL's clean-up at the exit of a program
// forgets what it keeps for each thread, while gRPC's threads still run: LeakSanitizer would now and
// then (in 3 % of the runs of one test) report these errors' queues as leaks.
#include "openssl/crypto.h"

namespace votum {
namespace {

[[maybe_unused]] const int kNoCleanUp = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);

}  // namespace
}  // namespace votum
