/* The gradients of x, w and b.

   dx: for each phase (y mod stride, x mod stride) of x a correlation of the padded dout
   with every stride-th tap of w. dw and db: for each tap the sum over the pixels of x at
   the tap times dout, with the filters in the lanes; dout is transposed for it. */

typedef struct {
    const wb_conv *s;
    const REAL *dout, *x;
    REAL *dx, *dw, *db;
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

/* Zero what `backward_w` adds to, by the thread that will, so that it lies in its cache. */
static void FN(clear_sums)(const FN(backward) *g, ptrdiff_t part, REAL *sums) {
    const ptrdiff_t blocks = (g->taps + g->block - 1) / g->block;
    const ptrdiff_t first = blocks * part / g->parts * g->block;
    const ptrdiff_t last = blocks * (part + 1) / g->parts * g->block;
    const ptrdiff_t end = last < g->taps ? last : g->taps;
    const size_t row = sizeof(REAL) * (size_t)g->filters;
    memset(sums + first * g->filters, 0, row * (size_t)(end - first));
    if (part == 0) memset(sums + g->taps * g->filters, 0, row);
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
    FN(clear_sums)(g, part, sums);
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

/* How many taps one task of `collect` takes: enough that handing it out costs nothing. */
#define COLLECT_WORK (1 << 15)

static ptrdiff_t FN(collected_together)(const FN(backward) *g) {
    const ptrdiff_t together = COLLECT_WORK / (g->filters * g->chunks + 1) + 1;
    return together < g->taps ? together : g->taps;
}

/* Add the chunks up in their order and put dw back into [filter][channel][i][j]; the task that
   holds the last taps does db too. */
static void FN(collect_task)(void *context, ptrdiff_t task, int worker) {
    const FN(backward) *g = context;
    const wb_conv *s = g->s;
    const ptrdiff_t together = FN(collected_together)(g), size = (g->taps + 1) * g->filters;
    const ptrdiff_t first = task * together;
    const ptrdiff_t last = first + together < g->taps ? first + together : g->taps;
    const ptrdiff_t end = last == g->taps ? size : last * g->filters;
    (void)worker;
    for (ptrdiff_t chunk = 1; chunk < g->chunks; chunk++) {
        const REAL *more = g->sums + chunk * size;
        REAL *sums = g->sums;
        for (ptrdiff_t k = first * g->filters; k < end; k++) sums[k] += more[k];
    }
    for (ptrdiff_t k = first; k < last; k++) {
        const ptrdiff_t j = k % s->WW, c = k / s->WW % s->C, i = k / s->WW / s->C;
        const REAL *from = g->sums + k * g->filters;
        REAL *to = g->dw + (c * s->HH + i) * s->WW + j;
        for (ptrdiff_t f = 0; f < s->F; f++) to[f * g->taps] = from[f];
    }
    if (last == g->taps) memcpy(g->db, g->sums + g->taps * g->filters, sizeof(REAL) * (size_t)s->F);
}

#define MOST_CHUNKS 32
#define MOST_SUMS (1 << 22)  /* elements of all partial sums */
#define CHUNK_PIXELS 512     /* of dout in a chunk: beside them, adding the chunks up is nothing */

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
    const ptrdiff_t images = (CHUNK_PIXELS + pixels - 1) / pixels;
    if (g->chunks > s->N / images) g->chunks = s->N / images;
    if (g->chunks < 1) g->chunks = 1;
    const ptrdiff_t blocks = (g->taps + g->block - 1) / g->block;
    g->parts = FN(parts_for)(s, threads, g->chunks, FN(larger)(blocks, 1));
    g->sums = wb_allocate(sizeof(REAL) * (size_t)(size * g->chunks));
    if (!g->sums) return -1;

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
    g.dw = dw;
    g.db = db;
    const int failed = FN(backward_prepare)(&g, w, threads);
    if (!failed) {
        wb_run(FN(backward_task), &g, g.chunks * g.parts, threads);
        const ptrdiff_t together = FN(collected_together)(&g);
        wb_run(FN(collect_task), &g, (g.taps + together - 1) / together, threads);
    }
    if (g.phase)
        for (ptrdiff_t p = 0; p < g.phases_y * g.phases_x; p++) FN(correlation_free)(g.phase + p);
    wb_release(g.phase);
    wb_release(g.offset);
    wb_release(g.sums);
    wb_release(g.scratch);
    return failed;
}
