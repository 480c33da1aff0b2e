"""Makes the kernels' threads known to threadpoolctl, beside those of BLAS and OpenMP."""

from threadpoolctl import LibController, register

__all__ = ["KernelsController"]


class KernelsController(LibController):  # type: ignore[misc]
    """Lets `threadpool_limits` set how many threads the fast layers use.

    They count as "blas": who limits the threads of matrix products, as scikit-learn and
    dask do in their workers, means these layers too.
    """

    user_api = "blas"
    internal_api = "workbook"
    filename_prefixes = ("_kernels",)
    # Another project's module may have the same name.
    check_symbols = ("workbook_kernels_get_num_threads", "workbook_kernels_set_num_threads")

    def get_num_threads(self) -> int:
        return int(self.dynlib.workbook_kernels_get_num_threads())

    def set_num_threads(self, num_threads: int) -> None:
        self.dynlib.workbook_kernels_set_num_threads(num_threads)

    def get_version(self) -> str | None:
        return None


register(KernelsController)
