/* A small square block of a matrix transposed in registers.

   Blocks of 128 bits a row: every processor has the shuffles, and the loads and stores
   beside them are what costs. */

#if defined(WB_VECTORS)
#undef TRANSPOSE
#if REAL_IS_DOUBLE
#define TRANSPOSE 2
typedef double FN(pack) __attribute__((vector_size(16)));
typedef double FN(pack_loose) __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t FN(mask) __attribute__((vector_size(16)));
#else
#define TRANSPOSE 4
typedef float FN(pack) __attribute__((vector_size(16)));
typedef float FN(pack_loose) __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t FN(mask) __attribute__((vector_size(16)));
#endif

#define PACK(p) ((FN(pack)) * (const FN(pack_loose) *)(p))
#define UNPACK(p, v) (*(FN(pack_loose) *)(p) = (FN(pack_loose))(v))
#define MIX(a, b, ...) SHUFFLE(FN(mask), a, b, __VA_ARGS__)

static inline void FN(transpose_block)(const REAL *from, ptrdiff_t from_step, REAL *to,
                                       ptrdiff_t to_step) {
#if REAL_IS_DOUBLE
    const FN(pack) a = PACK(from), b = PACK(from + from_step);
    UNPACK(to, MIX(a, b, 0, 2));
    UNPACK(to + to_step, MIX(a, b, 1, 3));
#else
    const FN(pack) a = PACK(from), b = PACK(from + from_step);
    const FN(pack) c = PACK(from + 2 * from_step), d = PACK(from + 3 * from_step);
    const FN(pack) ab = MIX(a, b, 0, 4, 1, 5), ab2 = MIX(a, b, 2, 6, 3, 7);
    const FN(pack) cd = MIX(c, d, 0, 4, 1, 5), cd2 = MIX(c, d, 2, 6, 3, 7);
    UNPACK(to, MIX(ab, cd, 0, 1, 4, 5));
    UNPACK(to + to_step, MIX(ab, cd, 2, 3, 6, 7));
    UNPACK(to + 2 * to_step, MIX(ab2, cd2, 0, 1, 4, 5));
    UNPACK(to + 3 * to_step, MIX(ab2, cd2, 2, 3, 6, 7));
#endif
}
#endif
