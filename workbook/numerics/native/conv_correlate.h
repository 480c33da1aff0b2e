/* Correlation of padded planes with a set of filters, for one image.

   The planes hold an image with its zeros around it. With stride s they hold it split into
   s*s phases, so that the pixels that one tap meets lie side by side, whatever the stride:

       tap k of the output at (y, x) is planes[y*pitch + x + offset[k]].

   The forward pass is one such correlation; the gradient of x is one for each phase of x.
   A vector holds neighbouring outputs: of one row, or, where rows fill vectors badly, of
   the rows laid end to end with `pitch`, the gaps between them computed and dropped. Where
   rows are so short that even this wastes too much, the taps are copied out first, each to
   a row of its own without gaps (im2col of one image), and correlated from there. */

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
    /* Where taps are copied out: what was said above about the planes themselves. */
    int32_t *copied;               /* [tap]: offset in the planes; NULL where they are not */
    ptrdiff_t from_rows, from_columns, from_pitch;
} FN(correlation);

static void FN(correlation_free)(FN(correlation) *c) {
    wb_release(c->offset);
    wb_release(c->low);
    wb_release(c->high);
    wb_release(c->weight);
    wb_release(c->bias);
    wb_release(c->start);
    wb_release(c->copied);
}

/* Split `filters` evenly into blocks that fit the registers. */
static ptrdiff_t FN(block_size)(ptrdiff_t filters) {
    const ptrdiff_t most = BLOCK_2;
    const ptrdiff_t blocks = (filters + most - 1) / most;
    return blocks ? (filters + blocks - 1) / blocks : 1;
}

static ptrdiff_t FN(vectors_for)(ptrdiff_t count) { return (count + LANES - 1) / LANES; }

/* Vectors that cover the outputs row by row, or laid end to end, whichever is fewer. */
static int FN(lay_vectors)(FN(correlation) *c) {
    const ptrdiff_t by_row = c->rows * FN(vectors_for)(c->columns);
    const ptrdiff_t end_to_end = FN(vectors_for)((c->rows - 1) * c->pitch + c->columns);
    const int flat = end_to_end < by_row;
    c->start = wb_allocate(sizeof(int32_t) * (size_t)(flat ? end_to_end : by_row));
    if (!c->start) return -1;
    c->vectors = 0;
    if (flat)
        while (c->vectors < end_to_end) {
            c->start[c->vectors] = (int32_t)(c->vectors * LANES);
            c->vectors++;
        }
    else
        for (ptrdiff_t y = 0; y < c->rows; y++)
            for (ptrdiff_t x = 0; x < c->columns; x += LANES)
                c->start[c->vectors++] = (int32_t)(y * c->pitch + x);
    return 0;
}

/* Room for offsets, low, high and weights, which are for the caller; biases are zero. */
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
    if (!c->offset || !c->low || !c->high || !c->weight || !c->bias) return -1;
    memset(c->bias, 0, sizeof(REAL) * (size_t)filters);
    return 0;
}

/* From one copied tap to the next: whole vectors are copied, so there is some to spare. */
static ptrdiff_t FN(copied_pitch)(ptrdiff_t pixels) { return (pixels + LANES + 15) / 16 * 16; }

#define COPY_COST 4          /* of a vector, in multiply-adds of one */
#define MOST_COPIED (1 << 18) /* elements of the copied taps: they should stay in cache */

/* After the caller has filled everything in: choose how to lay the vectors. */
static int FN(correlation_settle)(FN(correlation) *c) {
    const ptrdiff_t pixels = c->rows * c->columns, step = FN(copied_pitch)(pixels);
    const ptrdiff_t by_row = c->rows * FN(vectors_for)(c->columns);
    if (FN(lay_vectors)(c)) return -1;
    const ptrdiff_t cost = FN(vectors_for)(pixels) * c->filters + by_row * COPY_COST;
    if (cost >= c->vectors * c->filters || c->taps * step > MOST_COPIED) return 0;
    c->copied = c->offset;
    c->offset = wb_allocate(sizeof(int32_t) * (size_t)c->taps);
    if (!c->offset) return -1;
    for (ptrdiff_t k = 0; k < c->taps; k++) c->offset[k] = (int32_t)(k * step);
    for (ptrdiff_t y = 1; y < c->rows; y++) {
        if (c->low[y] < c->low[0]) c->low[0] = c->low[y];
        if (c->high[y] > c->high[0]) c->high[0] = c->high[y];
    }
    c->from_rows = c->rows;
    c->from_columns = c->columns;
    c->from_pitch = c->pitch;
    c->rows = 1;
    c->columns = c->pitch = pixels;
    wb_release(c->start);
    return FN(lay_vectors)(c);
}

/* Elements that the copied taps need; 0 where there are none. */
static ptrdiff_t FN(copied_size)(const FN(correlation) *c) {
    return c->copied ? c->taps * FN(copied_pitch)(c->columns) : 0;
}

#if defined(WB_VECTORS)
typedef REAL FN(half) __attribute__((vector_size(LEVEL_BYTES / 2), aligned(sizeof(REAL)), may_alias));
#endif

/* Copy the taps out, if that is how it is done; returns what to correlate. */
static const REAL *FN(copy_taps)(const FN(correlation) *c, const REAL *planes, REAL *room) {
    if (!c->copied) return planes;
    for (ptrdiff_t k = 0; k < c->taps; k++) {
        const REAL *from = planes + c->copied[k];
        REAL *to = room + c->offset[k];
#if defined(WB_VECTORS)
        if (c->from_columns * 2 == LANES) {
            /* Whole vectors would be stored twice over, half of them across two cache lines. */
            for (ptrdiff_t y = 0; y < c->from_rows; y++)
                *(FN(half) *)(to + y * (LANES / 2)) =
                    *(const FN(half) *)(from + y * c->from_pitch);
            continue;
        }
#endif
        /* Each vector may write past its row; the next row comes later and repairs that. */
        for (ptrdiff_t y = 0; y < c->from_rows; y++)
            for (ptrdiff_t x = 0; x < c->from_columns; x += LANES)
                STORE(to + y * c->from_columns + x, LOAD(from + y * c->from_pitch + x));
    }
    return room;
}

/* Where the weights of filter m lie in the packed blocks: tap k is at [k * *step]. */
static REAL *FN(weights_of)(const FN(correlation) *c, ptrdiff_t m, ptrdiff_t *step) {
    const ptrdiff_t first = m / c->block * c->block;
    *step = c->filters - first < c->block ? c->filters - first : c->block;
    return c->weight + first * c->taps + (m - first);
}

/* How many elements the planes must have, so that whole vectors can be read anywhere. */
static ptrdiff_t FN(correlation_reach)(const FN(correlation) *c) {
    const int32_t *offset = c->copied ? c->copied : c->offset;
    ptrdiff_t far = 0;
    for (ptrdiff_t k = 0; k < c->taps; k++)
        if (offset[k] > far) far = offset[k];
    if (c->copied) return far + (c->from_rows - 1) * c->from_pitch + c->from_columns + LANES;
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
