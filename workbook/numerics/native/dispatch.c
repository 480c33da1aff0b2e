/* Which set of instructions to use: the best that the processor has, or a lower one on request. */
#include "kernels.h"

static int in_use = -1;

int wb_best_level(void) {
#ifdef WB_X86_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return WB_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return WB_AVX2;
#endif
    return WB_BASELINE;
}

int wb_level(void) {
    if (in_use < 0) in_use = wb_best_level();
    return in_use;
}

void wb_set_level(int level) {
    const int best = wb_best_level();
    in_use = level < WB_BASELINE ? WB_BASELINE : level > best ? best : level;
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
