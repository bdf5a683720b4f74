"""CPU to read a report page, as a multiple of the floor: decoding it, parsing it with the fastest HTML
parser and converting its text with OpenCC.

    python -m tests.bench.bench_read [--pages 60] [--rounds 7]

Pages are generated reports of the 2021 form as Word exports them, filled up with prose to about 100 KB.
Floor and reader take turns page by page, so that a slow moment of the machine falls on both.
"""

from __future__ import annotations

import argparse
import gc
from statistics import median
from time import process_time

from opencc import OpenCC
from selectolax.lexbor import LexborHTMLParser

from flows.edge.divisions import load_divisions
from flows.edge.processes import COLLECTION
from flows.report.read import read_report
from tests.generate.generate import generate

SIZE = 100_000


def pages(count: int) -> list[bytes]:
    """Report pages of about 100 KB."""
    made = []
    for document in generate(seed=3, count=count, eras=["2021"], layouts=["word"], noises=["none"]):
        page = document.data.decode("utf-8")
        head, body, tail = page.partition("<p")
        filler = (
            '<p style="text-indent:2em;line-height:200%"><span style="font-size:16px;font-family:仿宋_GB2312">'
            "各科室按照职责分工，及时更新本单位网站栏目，安排专人核对发布内容，做到应公开尽公开，方便群众查询。</span></p>"
        )
        missing = max(0, SIZE - len(document.data)) // len(filler.encode())
        made.append((head + filler * missing + body + tail).encode())
    return made


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    originals = pages(options.pages)
    divisions, converter = load_divisions(), OpenCC("t2s")
    read_report(originals[0], divisions=divisions)
    # as in the worker processes
    gc.set_threshold(*COLLECTION)

    def floor(data: bytes) -> None:
        tree = LexborHTMLParser(data.decode("utf-8"))
        assert tree.body is not None
        converter.convert(tree.body.text())

    def read(data: bytes) -> None:
        read_report(data, media_type="text/html", charset="utf-8", divisions=divisions)

    floors, reads = [], []
    for _ in range(options.rounds):
        low = high = 0.0
        for data in originals:
            start = process_time()
            floor(data)
            middle = process_time()
            read(data)
            high += process_time() - middle
            low += middle - start
        floors.append(low / len(originals) * 1000)
        reads.append(high / len(originals) * 1000)
    size = sum(map(len, originals)) / len(originals) / 1000
    ratio = median(high / low for low, high in zip(floors, reads, strict=True))
    print(f"{len(originals)} pages of {size:.0f} KB, {options.rounds} rounds, CPU ms a page (median)")
    print(f"floor  {median(floors):6.2f}   decode, parse, convert")
    print(f"read   {median(reads):6.2f}   everything, findings included")
    print(f"ratio  {ratio:6.2f}")


if __name__ == "__main__":
    main()
