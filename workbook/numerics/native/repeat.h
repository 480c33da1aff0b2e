/* Repetition by the preprocessor: M5(X, a) is X(0, a) X(1, a) ... X(4, a).

   Accumulators must be named variables: compilers do not reliably keep an array of
   vectors in registers. M counts filters or taps, V counts vectors, so that one may
   stand inside the other. */
#ifndef WORKBOOK_REPEAT_H
#define WORKBOOK_REPEAT_H

#define M1(X, a) X(0, a)
#define M2(X, a) M1(X, a) X(1, a)
#define M3(X, a) M2(X, a) X(2, a)
#define M4(X, a) M3(X, a) X(3, a)
#define M5(X, a) M4(X, a) X(4, a)
#define M6(X, a) M5(X, a) X(5, a)
#define M7(X, a) M6(X, a) X(6, a)
#define M8(X, a) M7(X, a) X(7, a)
#define M9(X, a) M8(X, a) X(8, a)
#define M10(X, a) M9(X, a) X(9, a)
#define M11(X, a) M10(X, a) X(10, a)
#define M12(X, a) M11(X, a) X(11, a)
#define M13(X, a) M12(X, a) X(12, a)
#define M14(X, a) M13(X, a) X(13, a)

#define V1(X, a) X(0, a)
#define V2(X, a) V1(X, a) X(1, a)
#define V3(X, a) V2(X, a) X(2, a)
#define V4(X, a) V3(X, a) X(3, a)
#define V5(X, a) V4(X, a) X(4, a)
#define V6(X, a) V5(X, a) X(5, a)
#define V7(X, a) V6(X, a) X(6, a)
#define V8(X, a) V7(X, a) X(7, a)

#endif
