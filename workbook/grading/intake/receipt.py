"""The receipt of a submission: a short code that follows from the exercise files alone.

`workbook submit` prints it, and a grade report repeats it: both read the same bytes.
"""

import hashlib
from collections.abc import Mapping

__all__ = ["receipt"]

# Neither vowels, which make words, nor letters that look alike when they are copied by hand.
_LETTERS = "BCDFGHJKMNPQRSTVWXYZ"


def receipt(files: Mapping[str, bytes]) -> str:
    """A code such as `KTRM-XWBN`.

    Parameters
    ----------
    files : mapping of bytes by exercise file
        As `select_files` finds them in a submission: `layers.py`, `classifiers/cnn.py`.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode("utf-8") + b"\0" + hashlib.sha256(files[name]).digest())
    number = int.from_bytes(digest.digest(), "big")
    letters = []
    for _ in range(8):
        number, position = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[position])
    return "".join(letters[:4]) + "-" + "".join(letters[4:])
