"""Generated documents, damaged at random: the reader must neither raise nor take long.

python -m tests.fuzz [--count 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from random import Random

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from tests.generate.document import Document
from tests.generate.generate import generate

PIECES = (
    b"<table>",
    b"</td>",
    b"<td colspan=99999>",
    b"<td rowspan=99999>",
    b"<!--",
    b"<div>" * 50,
    b"|",
    b"\n",
    b"\t" * 30,
    b"\xa1",
    b"\xff",
    b"\x00",
    b"?",
    b"0" * 50,
    b"&nbsp;",
    "（".encode(),
    "(jù)".encode(),
    "。ㄒ".encode(),
)


def damaged(seed: int, count: int) -> Iterator[tuple[Document, bytes]]:
    """`count` documents of the seed, each with up to twelve cuts, copies, pieces or bytes put in."""
    rng = Random(seed)
    originals = list(generate(seed, 60))
    for _ in range(count):
        document = rng.choice(originals)
        data = bytearray(document.data)
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(data) + 1)
            match rng.randrange(4):
                case 0:
                    del data[at : at + rng.randint(1, 2000)]
                case 1:
                    data[at:at] = rng.choice(PIECES)
                case 2:
                    other = rng.randrange(len(data) + 1)
                    data[at:at] = data[other : other + rng.randint(1, 3000)]
                case _ if data:
                    data[at % len(data)] = rng.randrange(256)
        yield document, bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    divisions = load_divisions()
    slowest = 0.0
    for document, data in damaged(options.seed, options.count):
        start = time.process_time()
        read_report(
            data,
            address=document.address,
            media_type=document.media_type,
            charset=document.charset,
            divisions=divisions,
        )
        slowest = max(slowest, time.process_time() - start)
    print(f"{options.count} damaged documents read, the slowest in {slowest:.2f} CPU s")


if __name__ == "__main__":
    main()
