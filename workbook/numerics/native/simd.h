/* One vector of REAL, as wide as the level allows. Included once for each REAL.

   Before: REAL, REAL_IS_DOUBLE, LEVEL_BYTES (width of a vector register).
   After: vec, LANES, LOAD, STORE, SPREAD (a scalar to every lane), FMA, ADD.
   The vector extension of GCC and Clang serves every processor; Microsoft's compiler
   gets SSE2, which every x64 has; anything else gets scalars. */

#undef vec
#undef vec_loose
#undef LANES
#undef LOAD
#undef STORE
#undef SPREAD
#undef FMA
#undef ADD

#ifndef PASTE
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#endif
#define vec PASTE(vec_, REAL)
#define vec_loose PASTE(vec_loose_, REAL)

#if defined(__GNUC__) && !defined(WB_NO_VECTORS)
#if REAL_IS_DOUBLE
#define LANES (LEVEL_BYTES / 8)
typedef REAL vec_loose __attribute__((vector_size(LEVEL_BYTES), aligned(8), may_alias));
#else
#define LANES (LEVEL_BYTES / 4)
typedef REAL vec_loose __attribute__((vector_size(LEVEL_BYTES), aligned(4), may_alias));
#endif
typedef REAL vec __attribute__((vector_size(LEVEL_BYTES)));
#define LOAD(p) ((vec) * (const vec_loose *)(p))
#define STORE(p, v) (*(vec_loose *)(p) = (vec_loose)(v))
#define SPREAD(s) ((s) - (vec){0})
#define FMA(acc, a, b) ((acc) += (a) * (b))
#define ADD(a, b) ((a) + (b))
#define WB_VECTORS 1
#include "shuffle.h"

#elif defined(_M_X64) || defined(WB_FORCE_SSE2)
#include <emmintrin.h>
#if REAL_IS_DOUBLE
#define LANES 2
typedef __m128d vec;
#define LOAD(p) _mm_loadu_pd(p)
#define STORE(p, v) _mm_storeu_pd(p, v)
#define SPREAD(s) _mm_set1_pd(s)
#define FMA(acc, a, b) ((acc) = _mm_add_pd(acc, _mm_mul_pd(a, b)))
#define ADD(a, b) _mm_add_pd(a, b)
#else
#define LANES 4
typedef __m128 vec;
#define LOAD(p) _mm_loadu_ps(p)
#define STORE(p, v) _mm_storeu_ps(p, v)
#define SPREAD(s) _mm_set1_ps(s)
#define FMA(acc, a, b) ((acc) = _mm_add_ps(acc, _mm_mul_ps(a, b)))
#define ADD(a, b) _mm_add_ps(a, b)
#endif

#else
#define LANES 1
typedef REAL vec;
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define SPREAD(s) (s)
#define FMA(acc, a, b) ((acc) += (a) * (b))
#define ADD(a, b) ((a) + (b))
#endif
