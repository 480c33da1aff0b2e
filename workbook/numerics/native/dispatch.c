/* Which set of instructions to use: the best that the processor has, or a lower one on request. */
#include "kernels.h"

#ifdef WB_X86_LEVELS
#include <cpuid.h>

/* Asked of the processor itself: not every compiler's run-time library has the answer. */
static int ask_processor(void) {
    unsigned a, b, c, d, extended;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return WB_BASELINE;
    const int fma = c >> 12 & 1, saved = c >> 27 & 1, avx = c >> 28 & 1;
    if (!fma || !saved || !avx || !__get_cpuid_count(7, 0, &a, &extended, &c, &d))
        return WB_BASELINE;
    /* Does the system keep the wide registers when it switches between programs? */
    unsigned low, high;
    __asm__ __volatile__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    const int avx2 = extended >> 5 & 1;
    if ((low & 0x06) != 0x06 || !avx2) return WB_BASELINE;
    /* Foundation, DQ, BW and VL. */
    const unsigned parts = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
    return (low & 0xe6) == 0xe6 && (extended & parts) == parts ? WB_AVX512 : WB_AVX2;
}
#else
static int ask_processor(void) { return WB_BASELINE; }
#endif

static int best = -1, in_use = -1;

int wb_best_level(void) {
    if (best < 0) best = ask_processor();
    return best;
}

int wb_level(void) {
    if (in_use < 0) in_use = wb_best_level();
    return in_use;
}

void wb_set_level(int level) {
    const int most = wb_best_level();
    in_use = level < WB_BASELINE ? WB_BASELINE : level > most ? most : level;
}

const wb_layers *wb_layers_for(int is_double) {
#ifdef WB_X86_LEVELS
    switch (wb_level()) {
    case WB_AVX512:
        return is_double ? &wb_double_avx512 : &wb_float_avx512;
    case WB_AVX2:
        return is_double ? &wb_double_avx2 : &wb_float_avx2;
    }
#endif
    return is_double ? &wb_double_baseline : &wb_float_baseline;
}
