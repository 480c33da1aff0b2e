"""The compiled kernels and threads: same results, no GIL, no deadlock after a fork."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from workbook.numerics import fast_layers as fast
from workbook.numerics.kernels_loader import SWITCH


def one_layer(N=9, seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, 5, 19, 23)).astype(dtype)
    w = rng.standard_normal((21, 5, 3, 4)).astype(dtype)
    b = rng.standard_normal(21).astype(dtype)
    out, cache = fast.conv_forward_fast(x, w, b, {"stride": 1, "pad": 2})
    pooled, pool_cache = fast.max_pool_forward_fast(
        out, {"pool_height": 3, "pool_width": 2, "stride": 2}
    )
    dout = fast.max_pool_backward_fast(pooled, pool_cache)
    return [out, pooled, dout, *fast.conv_backward_fast(dout, cache)]


@pytest.mark.parametrize("N", [1, 2, 9, 40])
def test_results_do_not_depend_on_the_number_of_threads(kernels, N):
    kernels.set_threads(1)
    alone = one_layer(N)
    for threads in (2, 3, 8):
        kernels.set_threads(threads)
        for got, want in zip(one_layer(N), alone, strict=True):
            np.testing.assert_array_equal(got, want)


def test_few_images_are_split_and_still_the_same(kernels):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, 16, 40, 40)), rng.standard_normal((40, 16, 5, 5))
    results = []
    for threads in (1, 4):
        kernels.set_threads(threads)
        for stride in (1, 2):
            out, cache = fast.conv_forward_fast(x, w, np.ones(40), {"stride": stride, "pad": 2})
            results.append([out, *fast.conv_backward_fast(out, cache)])
    for alone, split in zip(results[:2], results[2:], strict=True):
        for a, s in zip(alone, split, strict=True):
            np.testing.assert_array_equal(a, s)


def test_large_partial_sums_are_added_up_in_one_order(kernels, monkeypatch):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((25, 40, 8, 8)), rng.standard_normal((100, 40, 3, 3))
    results = []
    for threads in (1, 2, 5):
        kernels.set_threads(threads)
        out, cache = fast.conv_forward_fast(x, w, np.ones(100), {"stride": 1, "pad": 1})
        results.append([out, *fast.conv_backward_fast(out, cache)])
    for more in results[1:]:
        for alone, shared in zip(results[0], more, strict=True):
            np.testing.assert_array_equal(alone, shared)
    monkeypatch.setenv(SWITCH, "1")
    wants = [out, *fast.conv_backward_fast(out, cache)]
    for got, want in zip(results[0], wants, strict=True):
        assert np.linalg.norm(got - want) <= 1e-10 * np.linalg.norm(want)


def test_several_python_threads_at_once(kernels):
    kernels.set_threads(2)
    want = [one_layer(seed=seed) for seed in range(4)]
    got = [None] * 4

    def work(i):
        for _ in range(5):
            got[i] = one_layer(seed=i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine, right in zip(got, want, strict=True):
        for a, b in zip(mine, right, strict=True):
            np.testing.assert_array_equal(a, b)


def test_other_python_threads_run_meanwhile(kernels):
    kernels.set_threads(1)
    x, w = np.ones((40, 32, 32, 32), np.float32), np.ones((64, 32, 5, 5), np.float32)
    started, finished = threading.Event(), threading.Event()

    def work():
        started.set()
        fast.conv_forward_fast(x, w, np.ones(64), {"stride": 1, "pad": 2})
        finished.set()

    interval = sys.getswitchinterval()
    # Nobody is made to give up the GIL: what runs meanwhile runs because it was released.
    sys.setswitchinterval(1000)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        started.wait()
        turns = 0
        while not finished.is_set():
            turns += 1
            time.sleep(0.001)
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert turns >= 5


def test_threadpoolctl_finds_and_limits_the_kernels(kernels):
    kernels.set_threads(2)
    mine = [info for info in threadpool_info() if info["internal_api"] == "workbook"]
    assert [info["num_threads"] for info in mine] == [2]
    with threadpool_limits(limits=1):
        assert kernels.threads() == 1
        assert fast.backend().threads == 1
    assert kernels.threads() == 2
    with threadpool_limits(limits=1, user_api="blas"):
        assert kernels.threads() == 1, "limiting the linear algebra limits the layers as well"


@pytest.mark.parametrize(("value", "threads"), [("1", 1), ("3", 3), ("2,1", 2)])
def test_omp_num_threads_is_followed(kernels, value, threads):
    code = "from workbook.numerics import backend; print(backend().threads)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OMP_NUM_THREADS": value},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(threads)


def _in_child(queue):
    queue.put([array.sum() for array in one_layer(seed=3)])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_can_use_the_layers(kernels):
    kernels.set_threads(2)
    want = [array.sum() for array in one_layer(seed=3)]
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(queue,))
    child.start()
    got = queue.get(timeout=60)
    child.join(timeout=60)
    assert child.exitcode == 0
    assert got == want
