"""Generated documents of every format, damaged: the reader must neither raise nor take long.

    python -m tests.fuzz [--seconds 600] [--seed 1]

Where atheris is installed (it is no dependency: pip install atheris), it chooses the damage by what code
it reaches; else the damage is random. A document that takes more than two seconds of CPU fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

from tests.generate.document import Document
from tests.generate.formats import MEDIA_TYPES, SHAPED, compose_format, packed_docx, zipped
from tests.generate.generate import generate, specification

SECONDS = 2.0
"""CPU for one damaged document."""
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
    b"-1",
    b"99999999999",
    b"1e308",
    b"nan",
)


def damaged(seed: int, count: int) -> Iterator[tuple[Document, bytes]]:
    """`count` pages of the seed, each with up to twelve cuts, copies, pieces or bytes put in."""
    rng = Random(seed)
    originals = list(generate(seed, 60))
    for _ in range(count):
        document = rng.choice(originals)
        yield document, spoilt(document.data, rng)


def spoilt(original: bytes, rng: Random) -> bytes:
    data = bytearray(original)
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
    return bytes(data)


# --- parts of files: what packing would hide from damage ----------------------------------------


def _docx(part: bytes) -> bytes:
    return packed_docx(part.decode("utf-8", "replace"))


def _odt(part: bytes) -> bytes:
    return zipped([("content.xml", part)])


def _xlsx(part: bytes) -> bytes:
    import io

    import openpyxl

    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    import zipfile

    with zipfile.ZipFile(buffer) as packed:
        members = [(name, packed.read(name)) for name in packed.namelist()]
    return zipped([(name, part if name.endswith("sheet1.xml") else data) for name, data in members])


def _ofd(part: bytes) -> bytes:
    head = b'<ofd:OFD xmlns:ofd="o"><ofd:DocBody><ofd:DocRoot>d.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>'
    document = b'<ofd:D xmlns:ofd="o"><ofd:Pages><ofd:Page ID="1" BaseLoc="p.xml"/></ofd:Pages></ofd:D>'
    return zipped([("OFD.xml", head), ("d.xml", document), ("p.xml", part)])


WRAPPERS: tuple[Callable[[bytes], bytes], ...] = (bytes, _docx, _odt, _xlsx, _ofd)
"""How an input's first byte says it is to be packed."""


def wrapped(data: bytes) -> bytes:
    """The document that an input of the fuzzer stands for."""
    return WRAPPERS[data[0] % len(WRAPPERS)](data[1:]) if data else b""


def inputs(seed: int) -> list[bytes]:
    """Sound inputs: documents of every format, and the parts of packed ones."""
    import io
    import zipfile

    found: list[bytes] = [b"\x00" + one.data for one in generate(seed, 25)]
    parts = {
        "docx": (1, "document.xml"),
        "odt": (2, "content.xml"),
        "xlsx": (3, "sheet1.xml"),
        "ofd": (4, "0/Content.xml"),
    }
    for number, name in enumerate(MEDIA_TYPES):
        data = compose_format(
            specification(seed, number, ["2014", "2019", "2021"], SHAPED, ["none"]), name
        ).data
        found.append(b"\x00" + data)
        if name in parts:
            wrapper, part = parts[name]
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                found += [
                    bytes([wrapper]) + packed.read(one) for one in packed.namelist() if one.endswith(part)
                ]
    return found


def check(data: bytes) -> float:
    """Read a document as the parse stage does, but without converters; gives the CPU seconds taken."""
    from flows.edge.divisions import load_divisions
    from flows.report.read import read_report

    start = time.process_time()
    report = read_report(data, divisions=load_divisions())
    taken = time.process_time() - start
    assert report.kind == "annual_report" or report.reason, "no reason"
    assert not report.facts or report.kind == "annual_report", "facts of no report"
    assert taken < SECONDS, f"took {taken:.1f} s of CPU"
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if find_spec("atheris") is not None:
        _by_coverage(options.seconds, options.seed)
    print("atheris is not installed: random damage only")
    rng = Random(options.seed)
    sound = inputs(options.seed)
    slowest, count = 0.0, 0
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        chosen = rng.choice(sound)
        slowest = max(slowest, check(wrapped(chosen[:1] + spoilt(chosen[1:], rng))))
        count += 1
    print(f"{count} damaged documents read, the slowest in {slowest:.2f} CPU s")


def _by_coverage(seconds: int, seed: int) -> None:
    """Does not return: libFuzzer ends the process, with code 0 where nothing was found."""
    import atheris

    with atheris.instrument_imports(include=["flows.report"]):
        import flows.report.formats
        import flows.report.odf
        import flows.report.ofd
        import flows.report.pdf
        import flows.report.read
        import flows.report.rtf
        import flows.report.sheet
        import flows.report.word  # noqa: F401
    folder = Path(tempfile.mkdtemp(prefix="gongkai-fuzz-"))
    for number, data in enumerate(inputs(seed)):
        (folder / str(number)).write_bytes(data)
    print(f"atheris: {seconds} s, inputs in {folder}")
    arguments = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=300000", "-timeout=20"]
    arguments += [
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
        "-verbosity=1",
        f"-artifact_prefix={folder}/crash-",
    ]
    atheris.Setup([sys.argv[0], *arguments, str(folder)], lambda data: check(wrapped(data)) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
