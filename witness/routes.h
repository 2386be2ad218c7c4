// The witness's addresses: POST /add-checkpoint, GET /<hex SHA-256 of an origin>/checkpoint.
#ifndef VOTUM_WITNESS_ROUTES_H_
#define VOTUM_WITNESS_ROUTES_H_

#include "platform/http/server.h"
#include "witness/witness.h"

namespace votum::witness {

// The answer of `witness` to `request`. 404 for another address, 405 for another method.
http::Answer Route(Witness& witness, const http::Request& request);

}  // namespace votum::witness

#endif  // VOTUM_WITNESS_ROUTES_H_
