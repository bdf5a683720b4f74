"""WARC: the archive of originals in the form in which web archives exchange theirs (ISO 28500:2017)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.edge.archive import Archive, MissingOriginalError, temporary_name

# of the message as it travelled; what is kept is the body
_TRANSPORT = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}


def write_warc(
    path: Path,
    attempts: Iterable[Mapping[str, Any]],
    archive: Archive,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[int, int]:
    """Write the attempts that brought an original, each original once and a `revisit` record wherever it was
    found again. The numbers of responses and of revisits.

    A response has the status and headers as recorded and the body with its content encoding undone, so that
    its payload digest is the archive's SHA-256. Local files are `resource` records. What the archive has lost
    is told and left out. Raises OSError.
    """
    written: dict[str, tuple[str, str]] = {}
    responses = revisits = 0
    temporary = temporary_name(path)
    try:
        with temporary.open("xb") as file:
            writer = WARCWriter(file, gzip=path.suffix == ".gz", warc_version="1.1")
            information = {"software": f"gongkai/{version('gongkai')}", "format": "WARC File Format 1.1"}
            writer.write_record(writer.create_warcinfo_record(path.name, information))
            for row in attempts:
                sha256 = row["sha256"]
                if not sha256 or row["error"]:
                    continue
                address = row["final_address"] or row["address"]
                when = row["requested_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                headers = {"WARC-Date": when, "WARC-Payload-Digest": _digest(sha256)}
                is_web = address.startswith(("http://", "https://"))
                if sha256 in written:
                    if written[sha256][0] == address or not is_web:
                        continue
                    first, first_at = written[sha256]
                    record = writer.create_revisit_record(
                        address, _digest(sha256), first, first_at, http_headers=_http(row)
                    )
                    record.rec_headers.replace_header("WARC-Date", when)
                    writer.write_record(record)
                    revisits += 1
                    continue
                try:
                    data = archive.read(sha256)
                except MissingOriginalError as error:
                    tell(str(error))
                    continue
                record = writer.create_warc_record(
                    address,
                    "response" if is_web else "resource",
                    payload=BytesIO(data),
                    length=len(data),
                    warc_content_type="" if is_web else row["media_type"] or "application/octet-stream",
                    warc_headers_dict=headers,
                    http_headers=_http(row, len(data)) if is_web else None,
                )
                writer.write_record(record)
                written[sha256] = (address, when)
                responses += 1
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return responses, revisits


def first_seen(attempts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The attempts in the order of time."""
    return sorted(attempts, key=lambda row: row["requested_at"] or datetime.min.replace(tzinfo=UTC))


def _http(row: Mapping[str, Any], length: int | None = None) -> StatusAndHeaders:
    recorded = json.loads(row["headers"] or "{}")
    kept = [
        (name, " ".join(str(value).split()))
        for name, value in recorded.items()
        if name.lower() not in _TRANSPORT
    ]
    if length is not None:
        kept.append(("Content-Length", str(length)))
    # a 304 confirmed what a 200 had brought
    status = 200 if row["status_code"] in (None, 304) else row["status_code"]
    return StatusAndHeaders(f"{status} OK", kept, protocol="HTTP/1.1")


def _digest(sha256: str) -> str:
    return "sha256:" + base64.b32encode(bytes.fromhex(sha256)).decode()
