/* Every layer for both types, at the level of the file that includes this. */

#include "repeat.h"

#define FN3(name, real, level) name##_##real##_##level
#define FN2(name, real, level) FN3(name, real, level)
#define FN(name) FN2(name, REAL, LEVEL)

#define REAL float
#define REAL_IS_DOUBLE 0
#include "simd.h"
#include "conv_micro.h"
#include "conv_correlate.h"
#include "conv_forward.h"
#include "transpose.h"
#include "conv_phases.h"
#include "conv_backward.h"
#include "pool.h"
#include "unroll.h"
#include "table.h"
#undef REAL
#undef REAL_IS_DOUBLE

#define REAL double
#define REAL_IS_DOUBLE 1
#include "simd.h"
#include "conv_micro.h"
#include "conv_correlate.h"
#include "conv_forward.h"
#include "transpose.h"
#include "conv_phases.h"
#include "conv_backward.h"
#include "pool.h"
#include "unroll.h"
#include "table.h"
#undef REAL
#undef REAL_IS_DOUBLE
