"""The picture in README.md: the first screen of the page of ``reports/imdb``.

``python docs/picture.py`` makes it again. It needs chromium.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "reports" / "imdb" / "index.html"
PICTURE = ROOT / "docs" / "_static" / "page.png"
WIDTH, HEIGHT = 1400, 1000
COLOURS = 256  # of a page with few, so that the file stays small


def main() -> None:
    """Take the picture and reduce its colours."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "page.png"
        flags = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--disable-background-networking", f"--user-data-dir={folder}/profile"),
            *(f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}"),
        )
        subprocess.run(["chromium", *flags, PAGE.as_uri()], check=True, capture_output=True)
        image = Image.open(shot).convert("RGB").crop((0, 0, WIDTH, HEIGHT))
        PICTURE.parent.mkdir(exist_ok=True)
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
