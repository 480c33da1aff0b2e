/* What this level offers for this type. */
#define TABLE2(real, level) wb_##real##_##level
#define TABLE1(real, level) TABLE2(real, level)
const wb_layers TABLE1(REAL, LEVEL) = {
    FN(conv_forward), FN(conv_backward), FN(pool_forward),
    FN(pool_backward), FN(im2col), FN(col2im),
};
