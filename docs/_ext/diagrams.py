"""The notebooks' diagrams on the site: pictures that were drawn before, so no script is needed.

JupyterLab draws a `mermaid` block by itself; a page would have to fetch a program for it.
`python docs/draw_diagrams.py` draws them anew when a block was changed.
"""

import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(source: str) -> Iterator[str]:
    """The diagrams in a notebook's text."""
    for found in BLOCK.finditer(source):
        yield found[1]


def name(diagram: str) -> str:
    """The file of its picture, which changes with what it shows."""
    return f"{hashlib.sha256(diagram.encode('utf-8')).hexdigest()[:12]}.svg"


def _labels(diagram: str) -> str:
    """What stands in it, for those who do not see it."""
    labels = re.findall(r'\["([^"]*)"\]|\(\["([^"]*)"\]\)', diagram)
    words = [re.sub(r"<br/?>", " ", one or other) for one, other in labels]
    return html.escape(", ".join(words)).replace("[", "(").replace("]", ")")


def with_pictures(source: str, folder: Path, link: str) -> str:
    """The text with each diagram's picture in its place.

    Raises
    ------
    FileNotFoundError
        If one has no picture; it says how to draw it.
    """

    def picture(found: re.Match[str]) -> str:
        file = name(found[1])
        if not (folder / file).is_file():
            first = found[1].strip().splitlines()[1].strip()
            raise FileNotFoundError(
                f"The diagram that begins with {first[:60]!r} has no picture in {folder.name}/; "
                "run `python docs/draw_diagrams.py`."
            )
        return f"![Diagram: {_labels(found[1])}]({link}/{file})"

    return BLOCK.sub(picture, source)
