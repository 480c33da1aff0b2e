/* The layers for any processor of this architecture. */
#include "kernels.h"

#include <string.h>

#define LEVEL baseline
#define LEVEL_BYTES 16
#if defined(__aarch64__) || defined(_M_ARM64)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif
#include "layers.h"
