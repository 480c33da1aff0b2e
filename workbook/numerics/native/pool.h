/* Max pooling. The winner is the position i*WW + j in the window, the first on ties. */

typedef struct {
    const wb_pool *s;
    wb_conv as_conv;               /* the same windows, for laying out the planes */
    FN(layout) layout;
    const REAL *from;
    REAL *to;
    uint8_t *winner;
    const uint8_t *won;
    REAL *scratch;
    ptrdiff_t reach, together;
    int32_t place[256];            /* in the image (or in its planes), of each tap */
} FN(pooling);

#if defined(WB_VECTORS)
/* The outputs whose taps start at `corner`: a vector of maxima and one of winners. */
static inline void FN(pool_vector)(const FN(pooling) *p, const REAL *corner, REAL *out,
                                   uint8_t *winner) {
    const int taps = (int)(p->s->HH * p->s->WW);
    vec best = LOAD(corner);
    ivec place = {0};
    for (int k = 1; k < taps; k++) {
        const vec v = LOAD(corner + p->place[k]);
        /* v beats best if it is larger, or the first NaN. */
        const ivec wins = ~(ivec)(v <= best) & (ivec)(best == best);
        best = (vec)(((ivec)v & wins) | ((ivec)best & ~wins));
        place = ((k - (ivec){0}) & wins) | (place & ~wins);
    }
    STORE(out, best);
    *(bvec_loose *)winner = (bvec_loose)__builtin_convertvector(place, bvec);
}

/* `count` outputs side by side. */
static void FN(pool_run_of)(const FN(pooling) *p, const REAL *corner, ptrdiff_t count, REAL *out,
                            uint8_t *winner) {
    ptrdiff_t q = 0;
    for (; q + LANES <= count; q += LANES) FN(pool_vector)(p, corner + q, out + q, winner + q);
    if (q < count) {
        REAL rest[LANES];
        uint8_t rest_winner[LANES];
        FN(pool_vector)(p, corner + q, rest, rest_winner);
        memcpy(out + q, rest, sizeof(REAL) * (size_t)(count - q));
        memcpy(winner + q, rest_winner, (size_t)(count - q));
    }
}
#else
static void FN(pool_run_of)(const FN(pooling) *p, const REAL *corner, ptrdiff_t count, REAL *out,
                            uint8_t *winner) {
    const int taps = (int)(p->s->HH * p->s->WW);
    for (ptrdiff_t q = 0; q < count; q++) {
        REAL best = corner[q];
        int place = 0;
        for (int k = 1; k < taps; k++) {
            const REAL v = corner[q + p->place[k]];
            const int wins = !(v <= best) & (best == best);
            best = wins ? v : best;
            place = wins ? k : place;
        }
        out[q] = best;
        winner[q] = (uint8_t)place;
    }
}
#endif

static void FN(pool_forward_task)(void *context, ptrdiff_t task, int worker) {
    const FN(pooling) *p = context;
    const wb_pool *s = p->s;
    const ptrdiff_t pixels = s->H_out * s->W_out;
    REAL *planes = p->scratch + worker * p->reach;
    const ptrdiff_t end = (task + 1) * p->together;
    for (ptrdiff_t n = task * p->together; n < end && n < s->planes; n++) {
        REAL *out = p->to + n * pixels;
        uint8_t *winner = p->winner + n * pixels;
        FN(fill_planes)(&p->as_conv, &p->layout, p->from + n * s->H * s->W, planes);
        /* Windows that do not overlap leave no gaps between the rows of the planes. */
        if (p->layout.pitch == s->W_out)
            FN(pool_run_of)(p, planes, pixels, out, winner);
        else
            for (ptrdiff_t y = 0; y < s->H_out; y++)
                FN(pool_run_of)(p, planes + y * p->layout.pitch, s->W_out, out + y * s->W_out,
                                winner + y * s->W_out);
    }
}

#if defined(WB_VECTORS)
/* Rows of 2x2 windows that tile the image: every pixel is written, nothing is cleared before. */
static void FN(pool_tile_row)(const REAL *dout, const uint8_t *won, ptrdiff_t columns, REAL *upper,
                              REAL *lower) {
    for (ptrdiff_t q = 0; q < columns; q += LANES) {
        /* The last vector may overlap the one before: it writes the same once more. */
        if (q + LANES > columns) q = columns - LANES;
        const ivec d = (ivec)LOAD(dout + q);
        const ivec k = __builtin_convertvector(*(const bvec_loose *)(won + q), ivec);
        const vec a = (vec)(d & (k == 0)), b = (vec)(d & (k == 1));
        const vec e = (vec)(d & (k == 2)), f = (vec)(d & (k == 3));
        STORE(upper + 2 * q, ZIP_LOW(a, b));
        STORE(upper + 2 * q + LANES, ZIP_HIGH(a, b));
        STORE(lower + 2 * q, ZIP_LOW(e, f));
        STORE(lower + 2 * q + LANES, ZIP_HIGH(e, f));
    }
}

static int FN(pool_tiles)(const wb_pool *s) {
    return s->HH == 2 && s->WW == 2 && s->stride == 2 && s->W_out >= LANES;
}
#else
static int FN(pool_tiles)(const wb_pool *s) {
    (void)s;
    return 0;
}
#endif

static void FN(pool_backward_task)(void *context, ptrdiff_t task, int worker) {
    const FN(pooling) *p = context;
    const wb_pool *s = p->s;
    const int tiles = FN(pool_tiles)(s);
    (void)worker;
    const ptrdiff_t end = (task + 1) * p->together;
    for (ptrdiff_t n = task * p->together; n < end && n < s->planes; n++) {
        REAL *dx = p->to + n * s->H * s->W;
        const REAL *dout = p->from + n * s->H_out * s->W_out;
        const uint8_t *won = p->won + n * s->H_out * s->W_out;
        if (!tiles) memset(dx, 0, sizeof(REAL) * (size_t)(s->H * s->W));
        for (ptrdiff_t y = 0; y < s->H_out; y++, dout += s->W_out, won += s->W_out) {
            REAL *row = dx + y * s->stride * s->W;
#if defined(WB_VECTORS)
            if (tiles) {
                FN(pool_tile_row)(dout, won, s->W_out, row, row + s->W);
                if (s->W % 2) row[s->W - 1] = row[2 * s->W - 1] = 0;
                continue;
            }
#endif
            for (ptrdiff_t q = 0; q < s->W_out; q++)
                row[q * s->stride + p->place[won[q]]] += dout[q];
        }
        if (tiles && s->H % 2) memset(dx + (s->H - 1) * s->W, 0, sizeof(REAL) * (size_t)s->W);
    }
}

static void FN(pool_run)(FN(pooling) *p, wb_task task, int threads) {
    const wb_pool *s = p->s;
    const ptrdiff_t one = s->H_out * s->W_out * s->HH * s->WW + 1;
    p->together = 100000 / one + 1;
    wb_run(task, p, (s->planes + p->together - 1) / p->together, threads);
}

static int FN(pool_forward)(const wb_pool *s, const void *x, void *out, uint8_t *winner) {
    const int threads = workbook_kernels_get_num_threads();
    FN(pooling) p;
    memset(&p, 0, sizeof p);
    p.s = s;
    p.from = x;
    p.to = out;
    p.winner = winner;
    const wb_conv one = {1, 1, s->H, s->W, 1, s->HH, s->WW, s->H_out, s->W_out, s->stride, 0};
    p.as_conv = one;
    p.layout = FN(layout_of)(&p.as_conv);
    FN(window_offsets)(&p.as_conv, &p.layout, p.place);
    p.reach = (p.layout.size + 2 * LANES + 15) / 16 * 16;
    p.scratch = wb_allocate(sizeof(REAL) * (size_t)(p.reach * threads));
    if (!p.scratch) return -1;
    memset(p.scratch, 0, sizeof(REAL) * (size_t)(p.reach * threads));
    FN(pool_run)(&p, FN(pool_forward_task), threads);
    wb_release(p.scratch);
    return 0;
}

static int FN(pool_backward)(const wb_pool *s, const void *dout, const uint8_t *winner, void *dx) {
    FN(pooling) p;
    memset(&p, 0, sizeof p);
    p.s = s;
    p.from = dout;
    p.to = dx;
    p.won = winner;
    /* Positions outside the window (a tampered cache) stay 0: inside the image. */
    for (ptrdiff_t k = 0; k < s->HH * s->WW; k++)
        p.place[k] = (int32_t)(k / s->WW * s->W + k % s->WW);
    FN(pool_run)(&p, FN(pool_backward_task), workbook_kernels_get_num_threads());
    return 0;
}
