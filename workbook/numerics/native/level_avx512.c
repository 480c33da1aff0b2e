/* The layers compiled for processors with AVX512; chosen at run time by dispatch.c. */
#include "kernels.h"

#include <string.h>

#ifdef WB_X86_LEVELS
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#endif

#define LEVEL avx512
#define LEVEL_BYTES 64
#define REGISTERS 32
#include "layers.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
