/* Correlation of padded planes with a set of filters, for one image.

   The planes hold an image with its zeros around it. With stride s they hold it split into
   s*s phases, so that the pixels that one tap meets lie side by side, whatever the stride:

       tap k of the output at (y, x) is planes[y*pitch + x + offset[k]].

   The forward pass is one such correlation; the gradient of x is one for each phase of x.
   A vector holds neighbouring outputs: of one row, or, where rows fill vectors badly, of
   the rows laid end to end with `pitch`, the gaps between them computed and dropped. */

typedef struct {
    ptrdiff_t filters, rows, columns, pitch;
    ptrdiff_t taps, row_taps;      /* all; those of one row of the window (outermost order) */
    int32_t *offset;               /* [tap] */
    int32_t *low, *high;           /* [row]: rows of the window that meet the image there */
    REAL *weight;                  /* [block][tap][filter of the block] */
    REAL *bias;                    /* [filter] */
    ptrdiff_t vectors;
    int32_t *start;                /* [vector]: y*pitch + x of its first lane */
    ptrdiff_t block;               /* most filters in a block */
} FN(correlation);

static void FN(correlation_free)(FN(correlation) *c) {
    wb_release(c->offset);
    wb_release(c->low);
    wb_release(c->high);
    wb_release(c->weight);
    wb_release(c->bias);
    wb_release(c->start);
}

/* Split `filters` evenly into blocks that fit the registers. */
static ptrdiff_t FN(block_size)(ptrdiff_t filters) {
    const ptrdiff_t most = BLOCK_2;
    const ptrdiff_t blocks = (filters + most - 1) / most;
    return blocks ? (filters + blocks - 1) / blocks : 1;
}

static void FN(lay_vectors)(FN(correlation) *c) {
    const ptrdiff_t by_row = c->rows * ((c->columns + LANES - 1) / LANES);
    const ptrdiff_t span = c->rows ? (c->rows - 1) * c->pitch + c->columns : 0;
    const ptrdiff_t end_to_end = (span + LANES - 1) / LANES;
    if (end_to_end < by_row) {
        for (ptrdiff_t v = 0; v < end_to_end; v++) c->start[v] = (int32_t)(v * LANES);
        c->vectors = end_to_end;
        return;
    }
    c->vectors = 0;
    for (ptrdiff_t y = 0; y < c->rows; y++)
        for (ptrdiff_t x = 0; x < c->columns; x += LANES)
            c->start[c->vectors++] = (int32_t)(y * c->pitch + x);
}

/* Room for everything, biases zero; offsets, low, high and weights are for the caller. */
static int FN(correlation_make)(FN(correlation) *c, ptrdiff_t filters, ptrdiff_t rows,
                                ptrdiff_t columns, ptrdiff_t pitch, ptrdiff_t taps,
                                ptrdiff_t row_taps) {
    memset(c, 0, sizeof *c);
    c->filters = filters;
    c->rows = rows;
    c->columns = columns;
    c->pitch = pitch;
    c->taps = taps;
    c->row_taps = row_taps;
    c->block = FN(block_size)(filters);
    c->offset = wb_allocate(sizeof(int32_t) * (size_t)taps);
    c->low = wb_allocate(sizeof(int32_t) * (size_t)rows);
    c->high = wb_allocate(sizeof(int32_t) * (size_t)rows);
    c->weight = wb_allocate(sizeof(REAL) * (size_t)(taps * filters));
    c->bias = wb_allocate(sizeof(REAL) * (size_t)filters);
    c->start = wb_allocate(sizeof(int32_t) * (size_t)(rows * ((columns + LANES - 1) / LANES)));
    if (!c->offset || !c->low || !c->high || !c->weight || !c->bias || !c->start) return -1;
    memset(c->bias, 0, sizeof(REAL) * (size_t)filters);
    FN(lay_vectors)(c);
    return 0;
}

/* Where the weights of filter m lie in the packed blocks: tap k is at [k * *step]. */
static REAL *FN(weights_of)(const FN(correlation) *c, ptrdiff_t m, ptrdiff_t *step) {
    const ptrdiff_t first = m / c->block * c->block;
    *step = c->filters - first < c->block ? c->filters - first : c->block;
    return c->weight + first * c->taps + (m - first);
}

/* How many elements the planes must have, so that whole vectors can be read anywhere. */
static ptrdiff_t FN(correlation_reach)(const FN(correlation) *c) {
    ptrdiff_t far = 0;
    for (ptrdiff_t k = 0; k < c->taps; k++)
        if (c->offset[k] > far) far = c->offset[k];
    return far + (c->vectors ? c->start[c->vectors - 1] : 0) + LANES;
}

/* Copy one vector of results to its place, without the lanes that lie between rows. */
static void FN(put_lanes)(const FN(correlation) *c, const REAL *lanes, ptrdiff_t start, REAL *out) {
    ptrdiff_t y = start / c->pitch, x = start % c->pitch, lane = 0;
    while (lane < LANES && y < c->rows) {
        const ptrdiff_t room = c->columns - x;
        if (room > 0) {
            const ptrdiff_t run = room < LANES - lane ? room : LANES - lane;
            for (ptrdiff_t i = 0; i < run; i++) out[y * c->columns + x + i] = lanes[lane + i];
        }
        lane += c->pitch - x;
        x = 0;
        y++;
    }
}

/* Vectors first .. last-1 of the results; `out` is [filter][row][column]. */
static void FN(correlation_run)(const FN(correlation) *c, const REAL *planes, ptrdiff_t first,
                                ptrdiff_t last, REAL *out) {
    static const int widths[] = {8, 4, 2, 1};
    static const int most[] = {BLOCK_8, BLOCK_4, BLOCK_2, BLOCK_1};
    REAL spare[MAX_VECTORS * BLOCK_1 * LANES];
    const ptrdiff_t plane = c->rows * c->columns;
    FN(block) t;
    t.offset = c->offset;
    for (ptrdiff_t m = 0; m < c->filters; m += c->block) {
        const ptrdiff_t size = c->filters - m < c->block ? c->filters - m : c->block;
        t.weight = c->weight + m * c->taps;
        t.bias = c->bias + m;
        for (ptrdiff_t at = first; at < last;) {
            int pick = 0;
            while (size > most[pick] || at + widths[pick] > last) pick++;
            const int n = widths[pick];
            ptrdiff_t y_first = c->start[at] / c->pitch;
            ptrdiff_t y_last = (c->start[at + n - 1] + LANES - 1) / c->pitch;
            if (y_last >= c->rows) y_last = c->rows - 1;
            int32_t low = c->low[y_first], high = c->high[y_first];
            for (ptrdiff_t y = y_first + 1; y <= y_last; y++) {
                if (c->low[y] < low) low = c->low[y];
                if (c->high[y] > high) high = c->high[y];
            }
            t.first = low * c->row_taps;
            t.last = high * c->row_taps;
            unsigned partial = 0;
            for (int v = 0; v < n; v++) {
                const ptrdiff_t q = c->start[at + v], y = q / c->pitch, x = q % c->pitch;
                t.base[v] = planes + q;
                if (x + LANES <= c->columns) {
                    t.out[v] = out + m * plane + y * c->columns + x;
                    t.step[v] = plane;
                } else {
                    partial |= 1u << v;
                    t.out[v] = spare + v * BLOCK_1 * LANES;
                    t.step[v] = LANES;
                }
            }
            FN(correlates)[size][n](&t);
            for (int v = 0; partial; v++, partial >>= 1)
                if (partial & 1)
                    for (ptrdiff_t i = 0; i < size; i++)
                        FN(put_lanes)(c, t.out[v] + i * LANES, c->start[at + v],
                                      out + (m + i) * plane);
            at += n;
        }
    }
}
