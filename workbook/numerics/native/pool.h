/* Max pooling. The winner is the position i*WW + j in the window, the first on ties. */

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#elif defined(_MSC_VER)
#define ALWAYS_INLINE __forceinline
#else
#define ALWAYS_INLINE inline
#endif

/* v beats best: larger, or the first NaN. */
#define WINS(v, best) (!((v) <= (best)) & ((best) == (best)))

/* One row of outputs with the sizes known when compiling, so that it becomes vectors. */
static ALWAYS_INLINE void FN(pool_row)(const REAL *x, ptrdiff_t W, ptrdiff_t HH, ptrdiff_t WW,
                                       ptrdiff_t stride, ptrdiff_t columns, REAL *restrict out,
                                       uint8_t *restrict winner) {
    for (ptrdiff_t q = 0; q < columns; q++) {
        const REAL *corner = x + q * stride;
        REAL best = corner[0];
        int place = 0;
        for (ptrdiff_t i = 0; i < HH; i++)
            for (ptrdiff_t j = 0; j < WW; j++) {
                const REAL v = corner[i * W + j];
                const int wins = WINS(v, best);
                best = wins ? v : best;
                place = wins ? (int)(i * WW + j) : place;
            }
        out[q] = best;
        winner[q] = (uint8_t)place;
    }
}

typedef struct {
    const wb_pool *s;
    const REAL *from;
    REAL *to;
    uint8_t *winner;
    const uint8_t *won;
    ptrdiff_t together;
    int32_t place[256];            /* in the image, of each position in the window */
} FN(pooling);

static void FN(pool_forward_task)(void *context, ptrdiff_t task, int worker) {
    const FN(pooling) *p = context;
    const wb_pool *s = p->s;
    (void)worker;
    const ptrdiff_t stop = (task + 1) * p->together < s->planes ? (task + 1) * p->together
                                                                : s->planes;
    for (ptrdiff_t n = task * p->together; n < stop; n++)
        for (ptrdiff_t y = 0; y < s->H_out; y++) {
            const ptrdiff_t at = (n * s->H_out + y) * s->W_out;
            const REAL *x = p->from + (n * s->H + y * s->stride) * s->W;
            REAL *out = p->to + at;
            uint8_t *winner = p->winner + at;
            if (s->HH == 2 && s->WW == 2 && s->stride == 2)
                FN(pool_row)(x, s->W, 2, 2, 2, s->W_out, out, winner);
            else if (s->HH == 3 && s->WW == 3 && s->stride == 2)
                FN(pool_row)(x, s->W, 3, 3, 2, s->W_out, out, winner);
            else
                FN(pool_row)(x, s->W, s->HH, s->WW, s->stride, s->W_out, out, winner);
        }
}

/* Windows of 2x2 that tile the image: every pixel is written once, nothing is cleared. */
static ALWAYS_INLINE void FN(pool_tile_row)(const REAL *restrict dout,
                                            const uint8_t *restrict won, ptrdiff_t columns,
                                            REAL *restrict upper, REAL *restrict lower) {
    for (ptrdiff_t q = 0; q < columns; q++) {
        const REAL d = dout[q];
        const int k = won[q];
        upper[2 * q] = k == 0 ? d : 0;
        upper[2 * q + 1] = k == 1 ? d : 0;
        lower[2 * q] = k == 2 ? d : 0;
        lower[2 * q + 1] = k == 3 ? d : 0;
    }
}

static void FN(pool_backward_task)(void *context, ptrdiff_t task, int worker) {
    const FN(pooling) *p = context;
    const wb_pool *s = p->s;
    const int tiles = s->HH == 2 && s->WW == 2 && s->stride == 2;
    (void)worker;
    const ptrdiff_t stop = (task + 1) * p->together < s->planes ? (task + 1) * p->together
                                                                : s->planes;
    for (ptrdiff_t n = task * p->together; n < stop; n++) {
        REAL *dx = p->to + n * s->H * s->W;
        const REAL *dout = p->from + n * s->H_out * s->W_out;
        const uint8_t *won = p->won + n * s->H_out * s->W_out;
        if (!tiles) memset(dx, 0, sizeof(REAL) * (size_t)(s->H * s->W));
        for (ptrdiff_t y = 0; y < s->H_out; y++, dout += s->W_out, won += s->W_out) {
            REAL *row = dx + y * s->stride * s->W;
            if (tiles) {
                FN(pool_tile_row)(dout, won, s->W_out, row, row + s->W);
                if (s->W % 2) row[s->W - 1] = row[2 * s->W - 1] = 0;
            } else
                for (ptrdiff_t q = 0; q < s->W_out; q++)
                    row[q * s->stride + p->place[won[q]]] += dout[q];
        }
        if (tiles && s->H % 2) memset(dx + (s->H - 1) * s->W, 0, sizeof(REAL) * (size_t)s->W);
    }
}

static void FN(pool_run)(FN(pooling) *p, wb_task task) {
    const wb_pool *s = p->s;
    const ptrdiff_t one = s->H_out * s->W_out * s->HH * s->WW + 1;
    p->together = 100000 / one + 1;
    wb_run(task, p, (s->planes + p->together - 1) / p->together,
           workbook_kernels_get_num_threads());
}

static int FN(pool_forward)(const wb_pool *s, const void *x, void *out, uint8_t *winner) {
    FN(pooling) p = {s, x, out, winner, NULL, 1, {0}};
    FN(pool_run)(&p, FN(pool_forward_task));
    return 0;
}

static int FN(pool_backward)(const wb_pool *s, const void *dout, const uint8_t *winner, void *dx) {
    FN(pooling) p = {s, dout, dx, NULL, winner, 1, {0}};
    /* Positions outside the window (a tampered cache) stay 0: inside the image. */
    for (ptrdiff_t k = 0; k < s->HH * s->WW; k++)
        p.place[k] = (int32_t)(k / s->WW * s->W + k % s->WW);
    FN(pool_run)(&p, FN(pool_backward_task));
    return 0;
}
