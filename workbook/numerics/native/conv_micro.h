/* The innermost loops of convolution: a block of results held in registers.

   correlate_MxV: M filters by V vectors of pixels. Each tap loads V vectors at its offset
   in the padded planes and multiplies them with M weights: M*V multiply-adds for M + V loads.
   weigh_TxV: T taps by V vectors of filters, summed over the pixels: the gradient of w. */

#define MAX_VECTORS 8

typedef struct {
    const REAL *base[MAX_VECTORS]; /* first tap of each vector of pixels */
    REAL *out[MAX_VECTORS];        /* where each vector goes, for filter 0 */
    ptrdiff_t step[MAX_VECTORS];   /* from one filter to the next there */
    const int32_t *offset;         /* of each tap */
    const REAL *weight;            /* [tap][filter of this block] */
    const REAL *bias;              /* [filter of this block] */
    ptrdiff_t first, last;         /* taps */
} FN(block);

#define DECLARE(v, m) vec acc_##m##_##v = start_##m;
#define BEGIN_ROW(m, V) \
    const vec start_##m = SPREAD(t->bias[m]); \
    V(DECLARE, m)
#define POINT(v, unused) const REAL *p##v = t->base[v];
#define FETCH(v, unused) const vec x##v = LOAD(p##v + at);
#define MULTIPLY(v, m) FMA(acc_##m##_##v, s##m, x##v);
#define ROW(m, V) \
    const vec s##m = SPREAD(w[m]); \
    V(MULTIPLY, m)
#define PUT(v, m) STORE(t->out[v] + m * t->step[v], acc_##m##_##v);
#define PUT_ROW(m, V) V(PUT, m)

#define CORRELATE(m, v) \
    static void FN(correlate_##m##x##v)(const FN(block) *t) { \
        const int32_t *offset = t->offset; \
        const REAL *w = t->weight + t->first * m; \
        V##v(POINT, _) \
        M##m(BEGIN_ROW, V##v) \
        for (ptrdiff_t k = t->first; k < t->last; k++, w += m) { \
            const ptrdiff_t at = offset[k]; \
            V##v(FETCH, _) \
            M##m(ROW, V##v) \
        } \
        M##m(PUT_ROW, V##v) \
    }

typedef void (*FN(correlate))(const FN(block) *);

typedef struct {
    const REAL *planes;            /* of one image */
    const int32_t *offset;         /* of the T taps */
    ptrdiff_t pitch;               /* of a row of the planes */
    const REAL *dout;              /* [pixel][filter], first filter of this block */
    ptrdiff_t filters;             /* padded number of them: the pitch of dout and dw */
    ptrdiff_t y_first, y_last, columns;
    REAL *dw;                      /* [tap][filter]: added to */
} FN(sum);

#define LOAD_SUM(v, m) vec acc_##m##_##v = LOAD(t->dw + m * t->filters + v * LANES);
#define LOAD_SUMS(m, V) V(LOAD_SUM, m)
#define TAP(m, unused) const REAL *x##m = row + t->offset[m];
#define GRADIENT(v, unused) const vec x##v##_ = LOAD(d + v * LANES);
#define WEIGH_ONE(v, m) FMA(acc_##m##_##v, s##m, x##v##_);
#define WEIGH_ROW(m, V) \
    const vec s##m = SPREAD(x##m[x]); \
    V(WEIGH_ONE, m)
#define SAVE_SUM(v, m) STORE(t->dw + m * t->filters + v * LANES, acc_##m##_##v);
#define SAVE_SUMS(m, V) V(SAVE_SUM, m)

#define WEIGH(m, v) \
    static void FN(weigh_##m##x##v)(const FN(sum) *t) { \
        const ptrdiff_t filters = t->filters, columns = t->columns; \
        M##m(LOAD_SUMS, V##v) \
        for (ptrdiff_t y = t->y_first; y < t->y_last; y++) { \
            const REAL *row = t->planes + y * t->pitch; \
            const REAL *d = t->dout + y * columns * filters; \
            M##m(TAP, _) \
            for (ptrdiff_t x = 0; x < columns; x++, d += filters) { \
                V##v(GRADIENT, _) \
                M##m(WEIGH_ROW, V##v) \
            } \
        } \
        M##m(SAVE_SUMS, V##v) \
    }

typedef void (*FN(weigh))(const FN(sum) *);

/* How many fit into the registers, by vectors a block: BLOCK_V is the most filters. */
#if REGISTERS >= 32
#define BLOCK_1 14
#define BLOCK_2 14
#define BLOCK_4 6
#define BLOCK_8 3
#define BLOCKS(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1) X(9, 1) X(10, 1) X(11, 1) \
    X(12, 1) X(13, 1) X(14, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 2) X(8, 2) X(9, 2) X(10, 2) X(11, 2) \
    X(12, 2) X(13, 2) X(14, 2) \
    X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4) \
    X(1, 8) X(2, 8) X(3, 8)
#define SUMS(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1) X(9, 1) X(10, 1) X(11, 1) \
    X(12, 1) X(13, 1) X(14, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 2) X(8, 2) X(9, 2) X(10, 2) X(11, 2) \
    X(12, 2) X(13, 2) X(14, 2)
#else
#define BLOCK_1 6
#define BLOCK_2 6
#define BLOCK_4 2
#define BLOCK_8 0
#define BLOCKS(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(1, 4) X(2, 4)
#define SUMS(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)
#endif

BLOCKS(CORRELATE)
SUMS(WEIGH)

/* Looked up by [filters][vectors] and [taps][vectors]. */
#define ENTER_BLOCK(m, v) [m][v] = FN(correlate_##m##x##v),
#define ENTER_SUM(m, v) [m][v] = FN(weigh_##m##x##v),
static const FN(correlate) FN(correlates)[BLOCK_1 + 1][MAX_VECTORS + 1] = {BLOCKS(ENTER_BLOCK)};
static const FN(weigh) FN(weighs)[BLOCK_1 + 1][3] = {SUMS(ENTER_SUM)};
