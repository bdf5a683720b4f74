"""Reports of known truth as a scanner gives them: pages that are images, turned a little, grey and noisy.

    python -m tests.generate.scans [--count 36] [--seed 1]

Reads them by OCR (the extra `ocr`) and prints recall and precision by era, resolution and damage; fails
where an era is below the floor of `tests/accuracy_floors.toml`.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from random import Random

from flows.edge import ocr
from tests.generate.accuracy import Score, score
from tests.generate.accuracy_formats import FLOORS, is_low
from tests.generate.document import Document
from tests.generate.formats import compose_format
from tests.generate.generate import specification

ERAS = ("2014", "2019", "2021")
LAYOUTS = ("clean", "labels_noted", "blanks", "dashes", "rows_missing", "digits_grouped", "amounts")


@dataclass(frozen=True, slots=True)
class Scanner:
    """`dots` an inch; `turned` degrees counter-clockwise; `noise` standard deviation of grey, of 255;
    `quality` of its JPEG compression."""

    dots: int
    turned: float
    noise: float
    quality: int


CLEAN = Scanner(200, 0.0, 0.0, 95)


def scanner(number: int, seed: int) -> Scanner:
    """The scanner of document `number`: each resolution with every kind of damage in turn."""
    rng = Random(f"{seed}/{number}/scanner")
    dots = (100, 120, 150, 200)[number % 4]
    turned = 0.0 if number % 3 == 0 else round(rng.uniform(-3, 3), 2)
    return Scanner(dots, turned, rng.choice([0.0, 6.0, 12.0]), rng.choice([60, 75, 90]))


def scanned(data: bytes, how: Scanner, seed: int = 0) -> bytes:
    """A PDF as the scanner gives it."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for number, page in enumerate(pypdfium2.PdfDocument(data)):
        picture = page.render(scale=how.dots / 72).to_pil()
        canvas.setPageSize(page.get_size())
        image = ImageReader(io.BytesIO(damaged(picture, how, seed + number)))
        canvas.drawImage(image, 0, 0, *page.get_size())
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def damaged(picture: object, how: Scanner, seed: int) -> bytes:
    """A page as the JPEG file that a scanner makes of it."""
    import numpy
    from PIL import Image, ImageFilter

    assert isinstance(picture, Image.Image)
    grey = picture.convert("L")
    if how.turned:
        grey = grey.rotate(how.turned, Image.Resampling.BICUBIC, fillcolor=255)
    if how.noise:
        grey = grey.filter(ImageFilter.GaussianBlur(0.4))
        noise = numpy.random.default_rng(seed).normal(0, how.noise, (grey.height, grey.width))
        # paper is not white, ink not black
        grey = Image.fromarray((numpy.asarray(grey) * 0.85 + 20 + noise).clip(0, 255).astype(numpy.uint8))
    buffer = io.BytesIO()
    grey.save(buffer, "JPEG", quality=how.quality)
    return buffer.getvalue()


def scan(number: int, seed: int) -> tuple[Document, Scanner]:
    """Document `number` of the seed as a scan."""
    spec = specification(seed, number, [ERAS[number % 3]], LAYOUTS, ["none"])
    how = scanner(number, seed)
    one = compose_format(spec, "pdf")
    one.data = scanned(one.data, how, number)
    return one, how


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    if not ocr.is_available():
        sys.exit("the extra `ocr` is not installed: .venv/bin/python -m pip install -e '.[ocr]'")
    scores: dict[str, Score] = defaultdict(Score)
    for number in range(given.first, given.first + given.count):
        one, how = scan(number, given.seed)
        start = time.monotonic()
        found = score(one, by_ocr=True)
        turned = "straight" if not how.turned else "turned"
        groups = (one.truth.era or "", f"{how.dots} dpi", turned, f"noise {how.noise:g}", one.layout, "all")
        for group in groups:
            scores[group].add(found)
        print(
            f"{number} {one.truth.era} {one.layout} {how}: recall {found.recall:.4f}, "
            f"precision {found.precision:.4f}, {time.monotonic() - start:.0f} s",
            *found.errors[-1:],
            flush=True,
        )
    for name, found in sorted(scores.items()):
        print(f"{name:24} {found.documents:4} recall {found.recall:.4f} precision {found.precision:.4f}")
    low = [era for era in ERAS if era in scores and is_low(scores[era], FLOORS["scan"])]
    if low:
        sys.exit(f"below the floor: {', '.join(low)}")


if __name__ == "__main__":
    main()
