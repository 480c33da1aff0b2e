"""What every data set has: a name, files, and a way to load them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from workbook.errors import UsageError, WorkbookError
from workbook.locale import table

__all__ = ["Data", "DataSet", "DataSetError", "FileReport", "UnknownDataSetError"]

Data = dict[str, NDArray[Any]]
"""X_train, y_train, X_val, y_val, X_test, y_test, as Solver takes them."""


class DataSetError(WorkbookError):
    """A data set is missing, damaged, or not what it says it is."""


class UnknownDataSetError(UsageError, ValueError):
    """No data set has that name."""


@dataclass(frozen=True)
class FileReport:
    """What `verify` found about one file.

    Attributes
    ----------
    file : str
        Its name.
    state : {"ok", "missing", "damaged", "unofficial"}
        "unofficial": it can be read, but it is not the file that its makers published.
    detail : str
        What was compared, for the reader.
    """

    file: str
    state: Literal["ok", "missing", "damaged", "unofficial"]
    detail: str = ""


class DataSet(ABC):
    """One data set; every file of `workbook/data/sets/` holds one as `dataset`."""

    name: ClassVar[str]
    images: ClassVar[str]
    """How many images of what shape, for `workbook data list`."""
    size: ClassVar[str]
    """What it takes to download; for a bundled set, in the package."""
    licence: ClassVar[str]
    bundled: ClassVar[bool] = False
    needs_folder: ClassVar[bool] = False
    """Whether its name goes on with a folder, as in `idx:FOLDER`."""

    @property
    def summary(self) -> str:
        """One line about what it shows."""
        return table("data.summary")[self.name]

    def at(self, folder: Path) -> "DataSet":
        """The same kind of data set in that folder (only if `needs_folder`)."""
        raise NotImplementedError(f"{self.name} takes no folder")

    @abstractmethod
    def load(self) -> Data:
        """Read it; subclasses take options by keyword."""

    @abstractmethod
    def class_names(self) -> tuple[str, ...]:
        """The name of every class, in the order of the labels."""

    @abstractmethod
    def path(self) -> Path:
        """Where its files are, or where they are to be put."""

    @abstractmethod
    def present(self) -> bool:
        """Whether its files are here; says nothing of their content."""

    def get(self, url: str | None = None) -> Path:
        """Fetch what is missing, from `url` (the address of a folder) if given."""
        return self.path()

    @abstractmethod
    def verify(self) -> list[FileReport]:
        """Look into every file."""


def label_array(labels: Any) -> NDArray[np.int64]:
    """Labels as `int64`, the type that every data set here gives them."""
    return np.asarray(labels, dtype=np.int64)
