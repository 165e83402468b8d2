#include "store/store.h"

G_DEFINE_QUARK(tlsgauge - store - error, store_error)
