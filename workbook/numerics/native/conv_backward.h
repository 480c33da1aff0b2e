/* The gradients of x, w and b.

   dx: for each phase (y mod stride, x mod stride) of x a correlation of the padded dout
   with every stride-th tap of w. dw and db: for each tap the sum over the pixels of x at
   the tap times dout, with the filters in the lanes; dout is transposed for it. */

typedef struct {
    const wb_conv *s;
    const REAL *dout, *x;
    REAL *dx;
    /* dx */
    ptrdiff_t phases_y, phases_x;
    FN(correlation) *phase;        /* [phase of y][phase of x] */
    ptrdiff_t top, left, rows, pitch, reach; /* the planes of dout */
    ptrdiff_t phase_size;          /* most elements of one phase of dx */
    ptrdiff_t copied;              /* most elements of its copied taps */
    /* dw */
    FN(layout) layout;
    int32_t *offset;
    ptrdiff_t x_reach, filters, taps, block;
    REAL *sums;                    /* [chunk][taps + 1][filters]: dw transposed, then db */
    ptrdiff_t chunks, parts;
    REAL *scratch;
    ptrdiff_t scratch_size;        /* of one thread */
} FN(backward);

static ptrdiff_t FN(larger)(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

/* Which taps of the window reach phase r, and where the first one finds dout:
   pixel r + stride*t meets tap first + stride*u at output t + shift - u. */
static ptrdiff_t FN(phase_taps)(ptrdiff_t r, ptrdiff_t pad, ptrdiff_t stride, ptrdiff_t window,
                                ptrdiff_t *first, ptrdiff_t *shift) {
    *first = (r + pad) % stride;
    *shift = (r + pad) / stride;
    return *first < window ? (window - *first + stride - 1) / stride : 0;
}

/* The margins that dout needs on one axis so that every phase reads inside its plane. */
static void FN(phase_margins)(const wb_conv *s, ptrdiff_t size, ptrdiff_t window, ptrdiff_t out,
                              ptrdiff_t phases, ptrdiff_t *before, ptrdiff_t *total) {
    ptrdiff_t after = 0;
    *before = 0;
    for (ptrdiff_t r = 0; r < phases; r++) {
        ptrdiff_t first, shift;
        const ptrdiff_t taps = FN(phase_taps)(r, s->pad, s->stride, window, &first, &shift);
        const ptrdiff_t pixels = (size - r + s->stride - 1) / s->stride;
        if (taps == 0) continue;
        *before = FN(larger)(*before, taps - 1 - shift);
        after = FN(larger)(after, pixels - 1 + shift - (out - 1));
    }
    *total = *before + out + after;
}

static int FN(make_phase)(FN(backward) *g, const REAL *w, ptrdiff_t ry, ptrdiff_t rx,
                          FN(correlation) *c) {
    const wb_conv *s = g->s;
    ptrdiff_t iy, ix, dy, dx;
    const ptrdiff_t U = FN(phase_taps)(ry, s->pad, s->stride, s->HH, &iy, &dy);
    const ptrdiff_t V = FN(phase_taps)(rx, s->pad, s->stride, s->WW, &ix, &dx);
    const ptrdiff_t rows = (s->H - ry + s->stride - 1) / s->stride;
    const ptrdiff_t columns = (s->W - rx + s->stride - 1) / s->stride;
    if (FN(correlation_make)(c, s->C, rows, columns, g->pitch, U * s->F * V, s->F * V)) return -1;
    int32_t *offset = c->offset;
    for (ptrdiff_t u = 0; u < U; u++)
        for (ptrdiff_t f = 0; f < s->F; f++)
            for (ptrdiff_t v = 0; v < V; v++)
                *offset++ = (int32_t)((f * g->rows + g->top + dy - u) * g->pitch + g->left + dx - v);
    for (ptrdiff_t t = 0; t < rows; t++) {
        /* 0 <= t + dy - u < H_out */
        const ptrdiff_t low = FN(larger)(0, t + dy - s->H_out + 1);
        const ptrdiff_t high = t + dy + 1 < U ? t + dy + 1 : U;
        c->low[t] = (int32_t)(low < U ? low : U);
        c->high[t] = (int32_t)FN(larger)(high, c->low[t]);
    }
    for (ptrdiff_t m = 0; m < s->C; m++) {
        ptrdiff_t step;
        REAL *to = FN(weights_of)(c, m, &step);
        for (ptrdiff_t u = 0; u < U; u++)
            for (ptrdiff_t f = 0; f < s->F; f++)
                for (ptrdiff_t v = 0; v < V; v++, to += step)
                    *to = w[((f * s->C + m) * s->HH + iy + u * s->stride) * s->WW + ix +
                            v * s->stride];
    }
    if (FN(correlation_settle)(c)) return -1;
    g->phase_size = FN(larger)(g->phase_size, s->C * rows * columns);
    g->copied = FN(larger)(g->copied, FN(copied_size)(c));
    g->reach = FN(larger)(g->reach, FN(correlation_reach)(c));
    return 0;
}

/* dx of one image, or the given part of its vectors. */
static void FN(backward_x)(const FN(backward) *g, const REAL *planes, REAL *phase, REAL *room,
                           ptrdiff_t part, REAL *dx) {
    const wb_conv *s = g->s;
    for (ptrdiff_t ry = 0; ry < g->phases_y; ry++)
        for (ptrdiff_t rx = 0; rx < g->phases_x; rx++) {
            const FN(correlation) *c = g->phase + ry * g->phases_x + rx;
            if (s->stride == 1) {
                FN(correlation_run)(c, FN(copy_taps)(c, planes, room), c->vectors * part / g->parts,
                                    c->vectors * (part + 1) / g->parts, dx);
                continue;
            }
            if ((ry * g->phases_x + rx) % g->parts != part) continue;
            FN(correlation_run)(c, FN(copy_taps)(c, planes, room), 0, c->vectors, phase);
            const REAL *from = phase;
            const ptrdiff_t columns = (s->W - rx + s->stride - 1) / s->stride;
            for (ptrdiff_t m = 0; m < s->C; m++)
                for (ptrdiff_t y = ry; y < s->H; y += s->stride) {
                    REAL *to = dx + (m * s->H + y) * s->W + rx;
                    for (ptrdiff_t x = 0; x < columns; x++) to[x * s->stride] = *from++;
                }
        }
}

/* dout of one image from [filter][pixel] to [pixel][filter], in blocks that stay in cache. */
static void FN(transpose)(const REAL *dout, ptrdiff_t F, ptrdiff_t pixels, ptrdiff_t filters,
                          REAL *to) {
    ptrdiff_t f = 0;
#if defined(WB_VECTORS)
    for (; f + TRANSPOSE <= F; f += TRANSPOSE) {
        ptrdiff_t q = 0;
        for (; q + TRANSPOSE <= pixels; q += TRANSPOSE)
            FN(transpose_block)(dout + f * pixels + q, pixels, to + q * filters + f, filters);
        for (; q < pixels; q++)
            for (ptrdiff_t i = 0; i < TRANSPOSE; i++)
                to[q * filters + f + i] = dout[(f + i) * pixels + q];
    }
#endif
    for (; f < F; f++)
        for (ptrdiff_t q = 0; q < pixels; q++) to[q * filters + f] = dout[f * pixels + q];
}

/* Add one image's dw and db to `sums`, or the part of the taps that is asked for. */
static void FN(backward_w)(const FN(backward) *g, const REAL *planes, const REAL *across,
                           ptrdiff_t part, REAL *sums) {
    const wb_conv *s = g->s;
    const ptrdiff_t blocks = (g->taps + g->block - 1) / g->block;
    FN(sum) t;
    t.planes = planes;
    t.pitch = g->layout.pitch;
    t.filters = g->filters;
    t.columns = s->W_out;
    for (ptrdiff_t f = 0; f < g->filters; f += 2 * LANES) {
        const int vectors = f + LANES < g->filters ? 2 : 1;
        t.dout = across + f;
        for (ptrdiff_t b = blocks * part / g->parts; b < blocks * (part + 1) / g->parts; b++) {
            const ptrdiff_t k = b * g->block;
            const ptrdiff_t size = g->taps - k < g->block ? g->taps - k : g->block;
            const ptrdiff_t row_taps = s->C * s->WW;
            /* Rows of outputs for which some tap of the block lies inside the image. */
            const ptrdiff_t last_i = (k + size - 1) / row_taps, first_i = k / row_taps;
            const ptrdiff_t above = s->pad - last_i, below = s->H - 1 + s->pad - first_i;
            t.y_first = above > 0 ? (above + s->stride - 1) / s->stride : 0;
            t.y_last = below < 0 ? 0 : below / s->stride + 1;
            if (t.y_last > s->H_out) t.y_last = s->H_out;
            t.offset = g->offset + k;
            t.dw = sums + k * g->filters + f;
            FN(weighs)[size][vectors](&t);
        }
        if (part == 0)
            for (int v = 0; v < vectors; v++) {
                REAL *db = sums + g->taps * g->filters + f + v * LANES;
                vec total = LOAD(db);
                const REAL *d = across + f + v * LANES;
                /* Row by row: shorter sums round less. */
                for (ptrdiff_t y = 0; y < s->H_out; y++) {
                    vec row = SPREAD((REAL)0);
                    for (ptrdiff_t x = 0; x < s->W_out; x++, d += g->filters) row = ADD(row, LOAD(d));
                    total = ADD(total, row);
                }
                STORE(db, total);
            }
    }
}

static void FN(backward_task)(void *context, ptrdiff_t task, int worker) {
    const FN(backward) *g = context;
    const wb_conv *s = g->s;
    const ptrdiff_t pixels = s->H_out * s->W_out;
    const ptrdiff_t chunk = task / g->parts, part = task % g->parts;
    REAL *planes = g->scratch + worker * g->scratch_size;
    REAL *dplanes = planes + g->x_reach;
    REAL *across = dplanes + g->reach;
    REAL *phase = across + FN(whole_lines)(pixels * g->filters);
    REAL *room = phase + FN(whole_lines)(g->phase_size);
    REAL *sums = g->sums + chunk * (g->taps + 1) * g->filters;
    for (ptrdiff_t n = s->N * chunk / g->chunks; n < s->N * (chunk + 1) / g->chunks; n++) {
        const REAL *dout = g->dout + n * s->F * pixels;
        FN(fill_planes)(s, &g->layout, g->x + n * s->C * s->H * s->W, planes);
        FN(transpose)(dout, s->F, pixels, g->filters, across);
        FN(backward_w)(g, planes, across, part, sums);
        for (ptrdiff_t f = 0; f < s->F; f++)
            for (ptrdiff_t y = 0; y < s->H_out; y++)
                memcpy(dplanes + (f * g->rows + g->top + y) * g->pitch + g->left,
                       dout + (f * s->H_out + y) * s->W_out, sizeof(REAL) * (size_t)s->W_out);
        FN(backward_x)(g, dplanes, phase, room, part, g->dx + n * s->C * s->H * s->W);
    }
}

/* Add the chunks up in their order and put dw back into [filter][channel][i][j]. */
static void FN(collect)(const FN(backward) *g, REAL *dw, REAL *db) {
    const wb_conv *s = g->s;
    const ptrdiff_t size = (g->taps + 1) * g->filters;
    for (ptrdiff_t chunk = 1; chunk < g->chunks; chunk++) {
        const REAL *more = g->sums + chunk * size;
        for (ptrdiff_t k = 0; k < size; k++) g->sums[k] += more[k];
    }
    for (ptrdiff_t f = 0; f < s->F; f++) {
        for (ptrdiff_t c = 0; c < s->C; c++)
            for (ptrdiff_t i = 0; i < s->HH; i++)
                for (ptrdiff_t j = 0; j < s->WW; j++)
                    *dw++ = g->sums[((i * s->C + c) * s->WW + j) * g->filters + f];
        db[f] = g->sums[g->taps * g->filters + f];
    }
}

#define MOST_CHUNKS 32
#define MOST_SUMS (1 << 22) /* elements of all partial sums */

static int FN(backward_prepare)(FN(backward) *g, const REAL *w, int threads) {
    const wb_conv *s = g->s;
    const ptrdiff_t pixels = s->H_out * s->W_out;
    g->phases_y = s->stride < s->H ? s->stride : s->H;
    g->phases_x = s->stride < s->W ? s->stride : s->W;
    FN(phase_margins)(s, s->H, s->HH, s->H_out, g->phases_y, &g->top, &g->rows);
    FN(phase_margins)(s, s->W, s->WW, s->W_out, g->phases_x, &g->left, &g->pitch);
    g->reach = s->F * g->rows * g->pitch;
    const size_t phases = sizeof(FN(correlation)) * (size_t)(g->phases_y * g->phases_x);
    g->phase = wb_allocate(phases);
    if (!g->phase) return -1;
    memset(g->phase, 0, phases);
    for (ptrdiff_t ry = 0; ry < g->phases_y; ry++)
        for (ptrdiff_t rx = 0; rx < g->phases_x; rx++)
            if (FN(make_phase)(g, w, ry, rx, g->phase + ry * g->phases_x + rx)) return -1;

    g->layout = FN(layout_of)(s);
    g->taps = s->C * s->HH * s->WW;
    g->block = FN(block_size)(g->taps);
    g->filters = (s->F + LANES - 1) / LANES * LANES;
    g->offset = wb_allocate(sizeof(int32_t) * (size_t)g->taps);
    if (!g->offset) return -1;
    FN(window_offsets)(s, &g->layout, g->offset);
    g->x_reach = FN(whole_lines)(g->layout.size);
    g->reach = FN(whole_lines)(g->reach);

    const ptrdiff_t size = (g->taps + 1) * g->filters;
    g->chunks = size ? MOST_SUMS / size : 1;
    if (g->chunks > MOST_CHUNKS) g->chunks = MOST_CHUNKS;
    if (g->chunks > s->N) g->chunks = s->N;
    if (g->chunks < 1) g->chunks = 1;
    const ptrdiff_t blocks = (g->taps + g->block - 1) / g->block;
    g->parts = FN(parts_for)(s, threads, g->chunks, FN(larger)(blocks, 1));
    g->sums = wb_allocate(sizeof(REAL) * (size_t)(size * g->chunks));
    if (!g->sums) return -1;
    memset(g->sums, 0, sizeof(REAL) * (size_t)(size * g->chunks));

    g->scratch_size = g->x_reach + g->reach + FN(whole_lines)(pixels * g->filters) +
                      FN(whole_lines)(g->phase_size) + FN(whole_lines)(g->copied);
    g->scratch = wb_allocate(sizeof(REAL) * (size_t)(g->scratch_size * threads));
    if (!g->scratch) return -1;
    memset(g->scratch, 0, sizeof(REAL) * (size_t)(g->scratch_size * threads));
    return 0;
}

static int FN(conv_backward)(const wb_conv *s, const void *dout, const void *x, const void *w,
                             void *dx, void *dw, void *db) {
    const int threads = workbook_kernels_get_num_threads();
    FN(backward) g;
    memset(&g, 0, sizeof g);
    g.s = s;
    g.dout = dout;
    g.x = x;
    g.dx = dx;
    const int failed = FN(backward_prepare)(&g, w, threads);
    if (!failed) {
        wb_run(FN(backward_task), &g, g.chunks * g.parts, threads);
        FN(collect)(&g, dw, db);
    }
    if (g.phase)
        for (ptrdiff_t p = 0; p < g.phases_y * g.phases_x; p++) FN(correlation_free)(g.phase + p);
    wb_release(g.phase);
    wb_release(g.offset);
    wb_release(g.sums);
    wb_release(g.scratch);
    return failed;
}
