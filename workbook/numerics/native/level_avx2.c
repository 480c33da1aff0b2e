/* The layers compiled for processors with AVX2; chosen at run time by dispatch.c. */
#include "kernels.h"

#include <string.h>

#ifdef WB_X86_LEVELS
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define LEVEL avx2
#define LEVEL_BYTES 32
#define REGISTERS 16
#include "layers.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
