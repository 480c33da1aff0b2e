"""A progress bar that lines can be printed through, in a terminal and in a notebook."""

import os
import time
from types import TracebackType
from typing import Any, Self

__all__ = ["Progress"]

_SECONDS_BETWEEN_NOTES = 0.2


class Progress:
    """Steps done of `total`, with the current loss; a bar only if `shown`.

    tqdm decides between widget and terminal line. The bar goes when the run ends:
    what stays in a saved notebook are the printed lines.
    """

    def __init__(self, total: int, done: int = 0, *, shown: bool) -> None:
        self._bar: Any = None
        self._next_note = 0.0
        # WORKBOOK_STATIC: a notebook run for its record wants no widget that nobody sees.
        if shown and total > done and not os.environ.get("WORKBOOK_STATIC"):
            import warnings

            # Without ipywidgets tqdm warns and falls back to text, which is all right.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from tqdm.auto import tqdm
            # disable=None: no bar where the output is a file or a pipe.
            self._bar = tqdm(total=total, initial=done, unit="step", leave=False, disable=None)

    def step(self, loss: float) -> None:
        """One more step is done."""
        if self._bar is None:
            return
        now = time.monotonic()
        if now >= self._next_note:
            self._next_note = now + _SECONDS_BETWEEN_NOTES
            self._bar.set_postfix_str(f"loss {loss:.4g}", refresh=False)
        self._bar.update(1)

    def print(self, line: str) -> None:
        """Print a line without breaking the bar."""
        if self._bar is None or self._bar.disable:
            print(line)
        else:
            self._bar.write(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
