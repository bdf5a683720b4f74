"""The bundled sample as a warehouse, built without a server and without Great Expectations, for whom nothing in it
is critical."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from flows.edge.divisions import load_divisions
from flows.edge.parquet import write_attempts, write_batch
from flows.edge.warehouse import building, create_judgement, describe
from flows.load import load
from flows.model import build_model, plan_models
from flows.parse import Original, tables_of
from flows.report.read import read_report
from flows.settings import PARSER_VERSION, Home
from tests.generate.make_sample import GOLDENS, SITE


def build_sample(home: Home) -> None:
    """Read every document of the sample that has a golden and publish the warehouse of them."""
    originals = []
    for path in sorted(GOLDENS.glob("*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        data = (SITE / golden["document"].lstrip("/")).read_bytes()
        media_type, _, charset = (golden["content_type"] or "").partition("; charset=")
        address = f"http://sample.gongkai.test{golden['document']}"
        originals.append((data, address, media_type or None, charset or None))
    build_documents(home, originals)


def build_documents(home: Home, originals: Iterable[tuple[bytes, str, str | None, str | None]]) -> None:
    """Publish the warehouse of these documents: bytes, address, media type and charset of each."""
    divisions = load_divisions()
    read, attempts = [], []
    for data, address, media_type, charset in originals:
        original = Original(hashlib.sha256(data).hexdigest(), address, media_type, charset, len(data))
        report = read_report(
            data, address=address, media_type=media_type, charset=charset, divisions=divisions
        )
        read.append((original, report))
        attempts.append({"address": address, "role": "document", "sha256": original.sha256})
    write_batch(home.raw, PARSER_VERSION, tables_of(read, PARSER_VERSION))
    write_attempts(home.raw, "run-0001", attempts)
    plan = plan_models()
    with building(home) as build:
        load(build.connection, home)
        create_judgement(build.connection)
        for model in plan:
            build_model(build.connection, model)
        describe(build.connection, [model.description for model in plan])
        build.publish()
