"""The archive as a WARC file, read back by an independent reader."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from flows.cli import main
from flows.edge.archive import Archive
from flows.edge.catalogue import LocalSource, Rate, source_of_address
from flows.edge.manifest import Manifest
from flows.fetch import fetch
from flows.settings import Home
from tests.local_web import LocalWeb

REPORT = "<html><body>" + "<p>本年度共收到政府信息公开申请三件，均已答复。</p>" * 40 + "</body></html>"


@pytest.mark.parametrize("name", ["all.warc.gz", "all.warc"])
def test_what_was_fetched_is_in_the_file(tmp_path: Path, name: str) -> None:
    from dataclasses import replace

    home = Home(tmp_path / "home")
    (tmp_path / "local.html").write_text("local")
    with LocalWeb() as web, Manifest(home.raw) as manifest:
        links = "".join(
            f'<a href="/{n}.html">{n}局2020年政府信息公开年报</a>' for n in ("a", "mirror", "gone")
        )
        web.serve("/", f"<html><body>{links}</body></html>")
        web.serve("/a.html", REPORT.encode("gb18030"), "text/html; charset=gb2312", ETag='"1"')
        web.serve("/mirror.html", REPORT.encode("gb18030"), "text/html; charset=gb2312")
        source = replace(source_of_address(web.address("/")), rate=Rate(1000.0, 1))
        fetch([source, LocalSource(str(tmp_path / "local.html"))], home, manifest, allow_private=True)
        address = web.address
    output = tmp_path / name
    result = CliRunner().invoke(
        main, ["archive", "export", "--home", str(home.path), "--output", str(output)]
    )
    assert result.exit_code == 0, result.output
    assert "3 originals, 1 more addresses of them" in result.output
    found = []
    with output.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            # whose times may have fractions of a second
            assert record.rec_headers.protocol == "WARC/1.1"
            if record.rec_type in ("response", "revisit", "resource"):
                body = record.content_stream().read()
                found.append((record.rec_type, record.rec_headers["WARC-Target-URI"], body))
                if record.rec_type != "revisit":
                    digest = base64.b32encode(hashlib.sha256(body).digest()).decode()
                    assert record.rec_headers["WARC-Payload-Digest"] == f"sha256:{digest}"
                    assert hashlib.sha256(body).hexdigest() in Archive(home.archive)
                if record.rec_headers["WARC-Target-URI"] == address("/a.html"):
                    assert record.http_headers["content-type"] == "text/html; charset=gb2312"
                    assert record.http_headers["etag"] == '"1"'
    kinds = {uri: (kind, body) for kind, uri, body in found}
    assert kinds[(tmp_path / "local.html").as_uri()] == ("resource", b"local")
    assert {kinds[address(path)][0] for path in ("/a.html", "/mirror.html")} == {"response", "revisit"}
    assert kinds[address("/")][0] == "response"
    assert REPORT.encode("gb18030") in {body for _, body in kinds.values()}
    assert len(kinds) == 4


def test_a_home_without_a_run(tmp_path: Path) -> None:
    words = ["archive", "export", "--home", str(tmp_path), "--output", str(tmp_path / "a.warc.gz")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "nothing was fetched there" in result.output
    assert not (tmp_path / "a.warc.gz").exists()
