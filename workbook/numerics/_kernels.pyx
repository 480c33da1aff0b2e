# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The compiled layers: checks sizes against buffers, releases the GIL, calls the C code."""

from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from libc.stdint cimport uint8_t


cdef extern from "native/kernels.h" nogil:
    ctypedef struct wb_conv:
        Py_ssize_t N, C, H, W, F, HH, WW, H_out, W_out, stride, pad
    ctypedef struct wb_pool:
        Py_ssize_t planes, H, W, HH, WW, H_out, W_out, stride
    ctypedef struct wb_layers:
        int (*conv_forward)(const wb_conv *, const void *, const void *, const void *, void *) noexcept nogil
        int (*conv_backward)(
            const wb_conv *, const void *, const void *, const void *, void *, void *, void *
        ) noexcept nogil
        int (*pool_forward)(const wb_pool *, const void *, void *, uint8_t *) noexcept nogil
        int (*pool_backward)(const wb_pool *, const void *, const uint8_t *, void *) noexcept nogil
        int (*im2col)(const wb_conv *, const void *, void *) noexcept nogil
        int (*col2im)(const wb_conv *, const void *, void *) noexcept nogil
    int wb_best_level()
    int wb_level()
    void wb_set_level(int)
    const wb_layers *wb_layers_for(int)
    int workbook_kernels_get_num_threads()
    void workbook_kernels_set_num_threads(int)
    const char *WB_SOURCES_TEXT


SOURCES = WB_SOURCES_TEXT.decode("ascii")
LEVELS = ("baseline", "avx2", "avx512")


def level():
    """The instruction set in use, one of LEVELS."""
    return LEVELS[wb_level()]


def best_level():
    """The widest instruction set that this processor has, one of LEVELS."""
    return LEVELS[wb_best_level()]


def set_level(str name):
    """Use a narrower instruction set; a wider one than the processor has is lowered."""
    wb_set_level(LEVELS.index(name))


def threads():
    """How many threads a call may use."""
    return workbook_kernels_get_num_threads()


def set_threads(int count):
    """Set how many threads a call may use; at least 1."""
    workbook_kernels_set_num_threads(count)


cdef class Memory:
    """A buffer held while C reads or writes it, of exactly the expected size and type."""

    cdef Py_buffer view
    cdef bint held

    def __cinit__(self, object array, Py_UCS4 kind, Py_ssize_t size, bint writable=False):
        cdef int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT
        if writable:
            flags |= PyBUF_WRITABLE
        PyObject_GetBuffer(array, &self.view, flags)
        self.held = True
        cdef const char *found = self.view.format
        if found[0] != <char> kind or found[1] != 0:
            raise TypeError(f"expected elements of type {kind!r}; got {<bytes> found!r}")
        if self.view.len != size * self.view.itemsize:
            raise ValueError(f"expected {size} elements; got {self.view.len // self.view.itemsize}")

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)


cdef int fits(
    Py_ssize_t size, Py_ssize_t window, Py_ssize_t out, Py_ssize_t stride, Py_ssize_t pad
) except -1:
    if (
        size < 1 or window < 1 or stride < 1 or pad < 0 or size + 2 * pad < window
        or out != 1 + (size + 2 * pad - window) // stride
    ):
        raise ValueError(f"impossible sizes: {size}, {window} -> {out}, {stride}, {pad}")
    return 0


cdef wb_conv conv_of(object shape) except *:
    cdef wb_conv s
    (s.N, s.C, s.H, s.W, s.F, s.HH, s.WW, s.H_out, s.W_out, s.stride, s.pad) = shape
    fits(s.H, s.HH, s.H_out, s.stride, s.pad)
    fits(s.W, s.WW, s.W_out, s.stride, s.pad)
    if s.N < 1 or s.C < 1 or s.F < 1:
        raise ValueError(f"nothing to compute: N = {s.N}, C = {s.C}, F = {s.F}")
    return s


cdef wb_pool pool_of(object shape) except *:
    cdef wb_pool s
    cdef Py_ssize_t N, C
    (N, C, s.H, s.W, s.HH, s.WW, s.H_out, s.W_out, s.stride) = shape
    fits(s.H, s.HH, s.H_out, s.stride, 0)
    fits(s.W, s.WW, s.W_out, s.stride, 0)
    if s.HH * s.WW > 256:
        raise ValueError("windows of more than 256 pixels do not fit a byte")
    s.planes = N * C
    return s


cdef const wb_layers *layers_of(Py_UCS4 kind):
    return wb_layers_for(kind == u"d")


cdef int finish(int failed) except -1:
    if failed:
        raise MemoryError("the fast layers ran out of memory")
    return 0


def conv_forward(Py_UCS4 kind, object x, object w, object b, object shape, object out):
    cdef wb_conv s = conv_of(shape)
    cdef const wb_layers *layers = layers_of(kind)
    cdef Memory mx = Memory(x, kind, s.N * s.C * s.H * s.W)
    cdef Memory mw = Memory(w, kind, s.F * s.C * s.HH * s.WW)
    cdef Memory mb = Memory(b, kind, s.F)
    cdef Memory mo = Memory(out, kind, s.N * s.F * s.H_out * s.W_out, True)
    cdef int failed
    with nogil:
        failed = layers.conv_forward(&s, mx.view.buf, mw.view.buf, mb.view.buf, mo.view.buf)
    finish(failed)


def conv_backward(
    Py_UCS4 kind, object dout, object x, object w, object shape, object dx, object dw, object db
):
    cdef wb_conv s = conv_of(shape)
    cdef const wb_layers *layers = layers_of(kind)
    cdef Memory md = Memory(dout, kind, s.N * s.F * s.H_out * s.W_out)
    cdef Memory mx = Memory(x, kind, s.N * s.C * s.H * s.W)
    cdef Memory mw = Memory(w, kind, s.F * s.C * s.HH * s.WW)
    cdef Memory mdx = Memory(dx, kind, s.N * s.C * s.H * s.W, True)
    cdef Memory mdw = Memory(dw, kind, s.F * s.C * s.HH * s.WW, True)
    cdef Memory mdb = Memory(db, kind, s.F, True)
    cdef int failed
    with nogil:
        failed = layers.conv_backward(
            &s, md.view.buf, mx.view.buf, mw.view.buf, mdx.view.buf, mdw.view.buf, mdb.view.buf
        )
    finish(failed)


def pool_forward(Py_UCS4 kind, object x, object shape, object out, object winner):
    cdef wb_pool s = pool_of(shape)
    cdef const wb_layers *layers = layers_of(kind)
    cdef Memory mx = Memory(x, kind, s.planes * s.H * s.W)
    cdef Memory mo = Memory(out, kind, s.planes * s.H_out * s.W_out, True)
    cdef Memory mw = Memory(winner, u"B", s.planes * s.H_out * s.W_out, True)
    cdef int failed
    with nogil:
        failed = layers.pool_forward(&s, mx.view.buf, mo.view.buf, <uint8_t *> mw.view.buf)
    finish(failed)


def pool_backward(Py_UCS4 kind, object dout, object winner, object shape, object dx):
    cdef wb_pool s = pool_of(shape)
    cdef const wb_layers *layers = layers_of(kind)
    cdef Memory md = Memory(dout, kind, s.planes * s.H_out * s.W_out)
    cdef Memory mw = Memory(winner, u"B", s.planes * s.H_out * s.W_out)
    cdef Memory mx = Memory(dx, kind, s.planes * s.H * s.W, True)
    cdef int failed
    with nogil:
        failed = layers.pool_backward(&s, md.view.buf, <const uint8_t *> mw.view.buf, mx.view.buf)
    finish(failed)


def im2col(Py_UCS4 kind, object x, object shape, object cols):
    cdef wb_conv s = conv_of(shape)
    cdef const wb_layers *layers = layers_of(kind)
    cdef Memory mx = Memory(x, kind, s.N * s.C * s.H * s.W)
    cdef Memory mc = Memory(cols, kind, s.N * s.H_out * s.W_out * s.C * s.HH * s.WW, True)
    cdef int failed
    with nogil:
        failed = layers.im2col(&s, mx.view.buf, mc.view.buf)
    finish(failed)


def col2im(Py_UCS4 kind, object cols, object shape, object x):
    cdef wb_conv s = conv_of(shape)
    cdef const wb_layers *layers = layers_of(kind)
    cdef Memory mc = Memory(cols, kind, s.N * s.H_out * s.W_out * s.C * s.HH * s.WW)
    cdef Memory mx = Memory(x, kind, s.N * s.C * s.H * s.W, True)
    cdef int failed
    with nogil:
        failed = layers.col2im(&s, mc.view.buf, mx.view.buf)
    finish(failed)
