/* What the compiled layers offer to Cython, and what each processor level provides. */
#ifndef WORKBOOK_KERNELS_H
#define WORKBOOK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* A mark of the sources that these kernels were built from; see kernels_fingerprint.py. */
#ifndef WB_SOURCES
#define WB_SOURCES unknown
#endif
#define WB_TEXT2(token) #token
#define WB_TEXT(token) WB_TEXT2(token)
#define WB_SOURCES_TEXT WB_TEXT(WB_SOURCES)

/* One convolution, in the letters of the course. */
typedef struct {
    ptrdiff_t N, C, H, W, F, HH, WW, H_out, W_out, stride, pad;
} wb_conv;

/* One max pooling. */
typedef struct {
    ptrdiff_t planes, H, W, HH, WW, H_out, W_out, stride;
} wb_pool;

/* All return 0, or -1 when memory ran out. Arrays are C-contiguous. */
typedef struct {
    int (*conv_forward)(const wb_conv *s, const void *x, const void *w, const void *b, void *out);
    int (*conv_backward)(const wb_conv *s, const void *dout, const void *x, const void *w,
                         void *dx, void *dw, void *db);
    int (*pool_forward)(const wb_pool *s, const void *x, void *out, uint8_t *winner);
    int (*pool_backward)(const wb_pool *s, const void *dout, const uint8_t *winner, void *dx);
    int (*im2col)(const wb_conv *s, const void *x, void *cols);
    int (*col2im)(const wb_conv *s, const void *cols, void *x);
} wb_layers;

extern const wb_layers wb_float_baseline, wb_double_baseline;
#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#define WB_X86_LEVELS 1
extern const wb_layers wb_float_avx2, wb_double_avx2;
extern const wb_layers wb_float_avx512, wb_double_avx512;
#endif

/* dispatch.c */
enum { WB_BASELINE = 0, WB_AVX2 = 1, WB_AVX512 = 2 };
int wb_best_level(void);            /* what this processor can run */
int wb_level(void);                 /* what is in use */
void wb_set_level(int level);       /* lowered to what the processor can run */
const wb_layers *wb_layers_for(int is_double);

/* threads.c */
typedef void (*wb_task)(void *context, ptrdiff_t task, int worker);
void wb_run(wb_task run, void *context, ptrdiff_t tasks, int threads);
/* Exported by name: threadpoolctl finds and calls them. */
#if defined(_WIN32)
#define WB_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define WB_EXPORT __attribute__((visibility("default")))
#else
#define WB_EXPORT
#endif
WB_EXPORT int workbook_kernels_get_num_threads(void);
WB_EXPORT void workbook_kernels_set_num_threads(int threads);

/* memory.c: aligned to a cache line, or NULL. */
void *wb_allocate(size_t bytes);
void wb_release(void *memory);

#endif
