/* The forward pass, and the planes of x that the gradient of w reads too. */

/* How x is laid out in planes: [channel][row phase][column phase][rows][pitch]. */
typedef struct {
    ptrdiff_t row_phases, column_phases, rows, pitch, size;
} FN(layout);

static FN(layout) FN(layout_of)(const wb_conv *s) {
    FN(layout) l;
    l.row_phases = s->stride < s->HH ? s->stride : s->HH;
    l.column_phases = s->stride < s->WW ? s->stride : s->WW;
    l.rows = s->H_out + (s->HH - 1) / s->stride;
    l.pitch = s->W_out + (s->WW - 1) / s->stride;
    l.size = s->C * l.row_phases * l.column_phases * l.rows * l.pitch;
    return l;
}

/* to[k] = row[2*k]; the most frequent stride but one. Never reads beyond row[2*count - 2]. */
static void FN(every_second)(const REAL *row, ptrdiff_t count, REAL *to) {
    ptrdiff_t k = 0;
#if defined(WB_VECTORS)
    for (; k + LANES < count; k += LANES)
        STORE(to + k, EVEN_LANES(LOAD(row + 2 * k), LOAD(row + 2 * k + LANES)));
#endif
    for (; k < count; k++) to[k] = row[2 * k];
}

/* Copy one image into planes whose margins are zero already. */
static void FN(fill_planes)(const wb_conv *s, const FN(layout) *l, const REAL *x, REAL *planes) {
    const ptrdiff_t stride = s->stride;
    for (ptrdiff_t c = 0; c < s->C; c++, x += s->H * s->W)
        for (ptrdiff_t i = 0; i < l->row_phases; i++)
            for (ptrdiff_t j = 0; j < l->column_phases; j++, planes += l->rows * l->pitch) {
                /* Columns a .. b-1 of the plane lie inside the image. */
                const ptrdiff_t shift = j - s->pad;
                const ptrdiff_t a = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
                ptrdiff_t b = (s->W - shift + stride - 1) / stride;
                if (b > l->pitch) b = l->pitch;
                for (ptrdiff_t y = 0; y < l->rows; y++) {
                    const ptrdiff_t from = y * stride + i - s->pad;
                    if (from < 0 || from >= s->H || a >= b) continue;
                    REAL *to = planes + y * l->pitch;
                    const REAL *row = x + from * s->W + shift;
                    if (stride == 1)
                        memcpy(to + a, row + a, sizeof(REAL) * (size_t)(b - a));
                    else if (stride == 2)
                        FN(every_second)(row + 2 * a, b - a, to + a);
                    else
                        for (ptrdiff_t k = a; k < b; k++) to[k] = row[k * stride];
                }
            }
}

/* Rows of the window that meet the image, for each row of outputs. */
static void FN(window_rows)(const wb_conv *s, ptrdiff_t y, int32_t *low, int32_t *high) {
    const ptrdiff_t top = y * s->stride - s->pad;
    const ptrdiff_t a = top < 0 ? -top : 0;
    const ptrdiff_t b = s->H - top < s->HH ? s->H - top : s->HH;
    *low = (int32_t)(a < s->HH ? a : s->HH);
    *high = (int32_t)(b > *low ? b : *low);
}

/* Taps in the order (i, c, j): rows of the window outermost, so that they can be skipped. */
static void FN(window_offsets)(const wb_conv *s, const FN(layout) *l, int32_t *offset) {
    for (ptrdiff_t i = 0; i < s->HH; i++)
        for (ptrdiff_t c = 0; c < s->C; c++)
            for (ptrdiff_t j = 0; j < s->WW; j++) {
                const ptrdiff_t plane = (c * l->row_phases + i % s->stride) * l->column_phases +
                                        j % s->stride;
                *offset++ = (int32_t)((plane * l->rows + i / s->stride) * l->pitch +
                                      j / s->stride);
            }
}

/* Rounded up to whole cache lines, so that what follows starts on one. */
static ptrdiff_t FN(whole_lines)(ptrdiff_t elements) { return (elements + 15) / 16 * 16; }

typedef struct {
    const wb_conv *s;
    FN(layout) layout;
    FN(correlation) c;
    const REAL *x;
    REAL *out, *planes;
    ptrdiff_t reach, copied, parts, together;
} FN(forward);

static void FN(forward_task)(void *context, ptrdiff_t task, int worker) {
    const FN(forward) *f = context;
    const wb_conv *s = f->s;
    REAL *planes = f->planes + worker * (f->reach + f->copied);
    const ptrdiff_t part = task % f->parts;
    const ptrdiff_t n = task / f->parts * f->together;
    const ptrdiff_t stop = n + f->together < s->N ? n + f->together : s->N;
    const ptrdiff_t first = f->c.vectors * part / f->parts;
    const ptrdiff_t last = f->c.vectors * (part + 1) / f->parts;
    for (ptrdiff_t i = n; i < stop; i++) {
        FN(fill_planes)(s, &f->layout, f->x + i * s->C * s->H * s->W, planes);
        FN(correlation_run)(&f->c, FN(copy_taps)(&f->c, planes, planes + f->reach), first, last,
                            f->out + i * s->F * s->H_out * s->W_out);
    }
}

/* Enough work in a task that handing it out costs nothing: some tens of microseconds. */
#define TASK_WORK 1000000

static ptrdiff_t FN(images_together)(const wb_conv *s) {
    const ptrdiff_t one = s->F * s->C * s->HH * s->WW * s->H_out * s->W_out + 1;
    const ptrdiff_t many = TASK_WORK / one + 1;
    return many < s->N ? many : s->N;
}

/* Parts of an image, where there are too few images to keep every thread at work: four tasks a
   thread, or two where they come out even. */
static ptrdiff_t FN(parts_for)(const wb_conv *s, int threads, ptrdiff_t tasks, ptrdiff_t most) {
    const ptrdiff_t one = s->F * s->C * s->HH * s->WW * s->H_out * s->W_out;
    const ptrdiff_t least = tasks % threads ? 4 * threads : 2 * threads;
    if (threads == 1 || tasks >= least) return 1;
    ptrdiff_t parts = (least + tasks - 1) / tasks;
    if (parts > one / TASK_WORK) parts = one / TASK_WORK;
    if (parts > most) parts = most;
    return parts < 1 ? 1 : parts;
}

static int FN(conv_forward)(const wb_conv *s, const void *x, const void *w, const void *b,
                            void *out) {
    FN(forward) f = {s, FN(layout_of)(s), {0}, x, out, NULL, 0, 0, 1, 1};
    const int threads = workbook_kernels_get_num_threads();
    const REAL *weights = w;
    int failed = FN(correlation_make)(&f.c, s->F, s->H_out, s->W_out, f.layout.pitch,
                                      s->C * s->HH * s->WW, s->C * s->WW);
    if (!failed) {
        FN(window_offsets)(s, &f.layout, f.c.offset);
        for (ptrdiff_t y = 0; y < s->H_out; y++)
            FN(window_rows)(s, y, f.c.low + y, f.c.high + y);
        for (ptrdiff_t m = 0; m < s->F; m++) {
            ptrdiff_t step;
            REAL *to = FN(weights_of)(&f.c, m, &step);
            for (ptrdiff_t c = 0; c < s->C; c++)
                for (ptrdiff_t i = 0; i < s->HH; i++)
                    for (ptrdiff_t j = 0; j < s->WW; j++)
                        to[((i * s->C + c) * s->WW + j) * step] = *weights++;
        }
        memcpy(f.c.bias, b, sizeof(REAL) * (size_t)s->F);
        failed = FN(correlation_settle)(&f.c);
    }
    if (!failed) {
        f.reach = FN(correlation_reach)(&f.c);
        if (f.reach < f.layout.size) f.reach = f.layout.size;
        f.reach = FN(whole_lines)(f.reach);
        f.copied = FN(copied_size)(&f.c);
        const size_t bytes = sizeof(REAL) * (size_t)((f.reach + f.copied) * threads);
        f.planes = wb_allocate(bytes);
        failed = f.planes == NULL;
        if (!failed) memset(f.planes, 0, bytes);
    }
    if (!failed) {
        f.together = FN(images_together)(s);
        const ptrdiff_t groups = (s->N + f.together - 1) / f.together;
        f.parts = FN(parts_for)(s, threads, groups, f.c.vectors);
        wb_run(FN(forward_task), &f, groups * f.parts, threads);
    }
    wb_release(f.planes);
    FN(correlation_free)(&f.c);
    return failed ? -1 : 0;
}
