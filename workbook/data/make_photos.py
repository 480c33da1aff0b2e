"""Make the bundled photographs from scikit-image's, which it ships as CC0.

    python -m pip install scikit-image
    python -m workbook.data.make_photos

Each is cut to a square around its subject and scaled to 200 x 200.
"""

from typing import Any

from workbook.data.folder import BUNDLED

SIDE = 200

SQUARES = {
    # name: (scikit-image's name, left, top, right, bottom)
    "cat": ("chelsea", 75, 0, 375, 300),
    "coffee": ("coffee", 140, 0, 540, 400),
}


def main() -> None:
    """Write the two files."""
    from PIL import Image
    from skimage import data  # type: ignore[import-not-found,unused-ignore]

    for name, (source, *box) in SQUARES.items():
        pixels: Any = getattr(data, source)()
        square = Image.fromarray(pixels).crop((box[0], box[1], box[2], box[3]))
        small = square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        small.save(BUNDLED / f"{name}.jpg", quality=88, optimize=True)
        print(f"wrote {BUNDLED / name}.jpg")


if __name__ == "__main__":
    main()
