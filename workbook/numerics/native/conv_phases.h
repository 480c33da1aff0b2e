/* Where the phases of x (pixel mod stride) meet the window's taps and dout, on one axis. */

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
