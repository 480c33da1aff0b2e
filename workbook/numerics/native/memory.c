/* Working memory that starts on a cache line. */
#include "kernels.h"

#include <stdlib.h>

#define LINE 64

void *wb_allocate(size_t bytes) {
    if (bytes > SIZE_MAX - LINE - sizeof(void *)) return NULL;
    char *raw = malloc(bytes + LINE + sizeof(void *));
    if (raw == NULL) return NULL;
    char *start = raw + sizeof(void *);
    start += LINE - (uintptr_t)start % LINE;
    ((void **)start)[-1] = raw;
    return start;
}

void wb_release(void *memory) {
    if (memory != NULL) free(((void **)memory)[-1]);
}
