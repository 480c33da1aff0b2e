/* Vectors of integers beside those of REAL, and the shuffles that pooling and strides need. */

#undef ivec
#define ivec PASTE(ivec_, REAL)
#undef bvec
#define bvec PASTE(bvec_, REAL)
#undef bvec_loose
#define bvec_loose PASTE(bvec_loose_, REAL)
#if REAL_IS_DOUBLE
typedef int64_t ivec __attribute__((vector_size(LEVEL_BYTES)));
#else
typedef int32_t ivec __attribute__((vector_size(LEVEL_BYTES)));
#endif
typedef uint8_t bvec __attribute__((vector_size(LANES)));
typedef uint8_t bvec_loose __attribute__((vector_size(LANES), aligned(1), may_alias));

/* Lanes of a, then of b, by number. */
#ifndef SHUFFLE
#if defined(__clang__)
#define SHUFFLE(mask, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(mask, a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif
#endif

#undef EVEN_LANES
#undef ZIP_LOW
#undef ZIP_HIGH
#if LANES == 2
#define EVEN_LANES(a, b) SHUFFLE(ivec, a, b, 0, 2)
#define ZIP_LOW(a, b) SHUFFLE(ivec, a, b, 0, 2)
#define ZIP_HIGH(a, b) SHUFFLE(ivec, a, b, 1, 3)
#elif LANES == 4
#define EVEN_LANES(a, b) SHUFFLE(ivec, a, b, 0, 2, 4, 6)
#define ZIP_LOW(a, b) SHUFFLE(ivec, a, b, 0, 4, 1, 5)
#define ZIP_HIGH(a, b) SHUFFLE(ivec, a, b, 2, 6, 3, 7)
#elif LANES == 8
#define EVEN_LANES(a, b) SHUFFLE(ivec, a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ZIP_LOW(a, b) SHUFFLE(ivec, a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) SHUFFLE(ivec, a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#elif LANES == 16
#define EVEN_LANES(a, b) \
    SHUFFLE(ivec, a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ZIP_LOW(a, b) SHUFFLE(ivec, a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) \
    SHUFFLE(ivec, a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif
