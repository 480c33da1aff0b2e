"""Where data sets that are not bundled are kept."""

import os
from pathlib import Path

__all__ = ["BUNDLED", "data_folder"]

BUNDLED = Path(__file__).parent / "bundled"
"""The files that come with the package."""


def data_folder() -> Path:
    """The data folder: WORKBOOK_DATA_DIR, or the user's own data folder of this system.

    It is an absolute path, because notebooks and commands start in different folders, and
    it need not exist yet.
    """
    chosen = os.environ.get("WORKBOOK_DATA_DIR", "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("workbook", appauthor=False) / "datasets"
