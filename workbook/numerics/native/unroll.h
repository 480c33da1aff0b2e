/* im2col and col2im: one row a window, columns in the order of (c, i, j). */

typedef struct {
    const wb_conv *s;
    const REAL *from;
    REAL *to;
} FN(unrolling);

/* Taps a .. b-1 of a window side that starts at `start` lie inside an image of `size`. */
static void FN(inside)(ptrdiff_t start, ptrdiff_t window, ptrdiff_t size, ptrdiff_t *a,
                       ptrdiff_t *b) {
    *a = start < 0 ? -start : 0;
    *b = size - start < window ? size - start : window;
}

static void FN(im2col_task)(void *context, ptrdiff_t n, int worker) {
    const FN(unrolling) *u = context;
    const wb_conv *s = u->s;
    REAL *cols = u->to + n * s->H_out * s->W_out * s->C * s->HH * s->WW;
    (void)worker;
    for (ptrdiff_t y = 0; y < s->H_out; y++)
        for (ptrdiff_t x = 0; x < s->W_out; x++) {
            const ptrdiff_t top = y * s->stride - s->pad, left = x * s->stride - s->pad;
            ptrdiff_t ia, ib, ja, jb;
            FN(inside)(top, s->HH, s->H, &ia, &ib);
            FN(inside)(left, s->WW, s->W, &ja, &jb);
            const REAL *image = u->from + n * s->C * s->H * s->W;
            for (ptrdiff_t c = 0; c < s->C; c++, image += s->H * s->W)
                for (ptrdiff_t i = 0; i < s->HH; i++, cols += s->WW) {
                    const REAL *row = image + (top + i) * s->W + left;
                    const int in = i >= ia && i < ib;
                    for (ptrdiff_t j = 0; j < s->WW; j++)
                        cols[j] = in && j >= ja && j < jb ? row[j] : 0;
                }
        }
}

static void FN(col2im_task)(void *context, ptrdiff_t n, int worker) {
    const FN(unrolling) *u = context;
    const wb_conv *s = u->s;
    const REAL *cols = u->from + n * s->H_out * s->W_out * s->C * s->HH * s->WW;
    REAL *images = u->to + n * s->C * s->H * s->W;
    (void)worker;
    memset(images, 0, sizeof(REAL) * (size_t)(s->C * s->H * s->W));
    for (ptrdiff_t y = 0; y < s->H_out; y++)
        for (ptrdiff_t x = 0; x < s->W_out; x++) {
            const ptrdiff_t top = y * s->stride - s->pad, left = x * s->stride - s->pad;
            ptrdiff_t ia, ib, ja, jb;
            FN(inside)(top, s->HH, s->H, &ia, &ib);
            FN(inside)(left, s->WW, s->W, &ja, &jb);
            REAL *image = images;
            for (ptrdiff_t c = 0; c < s->C; c++, image += s->H * s->W, cols += s->HH * s->WW)
                for (ptrdiff_t i = ia; i < ib; i++) {
                    REAL *row = image + (top + i) * s->W + left;
                    for (ptrdiff_t j = ja; j < jb; j++) row[j] += cols[i * s->WW + j];
                }
        }
}

static int FN(im2col)(const wb_conv *s, const void *x, void *cols) {
    FN(unrolling) u = {s, x, cols};
    wb_run(FN(im2col_task), &u, s->N, workbook_kernels_get_num_threads());
    return 0;
}

static int FN(col2im)(const wb_conv *s, const void *cols, void *x) {
    FN(unrolling) u = {s, cols, x};
    wb_run(FN(col2im_task), &u, s->N, workbook_kernels_get_num_threads());
    return 0;
}
