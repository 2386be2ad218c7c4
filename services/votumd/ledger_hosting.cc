#include "services/votumd/ledger_hosting.h"
