"""Great Expectations' Data Docs of the last runs, as pages that open without a network.

Its own pages load styles, scripts and pictures from elsewhere, and show neither the severity of an
expectation nor its description in Chinese: what is loaded is taken out, a style of our own put in, and a
table of the rules set in front.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from flows.edge.pages import STYLE, document, table, write

KEPT_RUNS = 10

_LOADED = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<a\b[^>]*href=\"https?:[^>]*>.*?</a>"
    r"|<footer\b.*?</footer>|<meta\b[^>]*http-equiv[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_PICTURES = re.compile(r"url\((?:[^()\"']|\"[^\"]*\"|'[^']*')*\)")
_ELSEWHERE = re.compile(r'href="(?:\.\./)+[^"]*"')
_PARTS = """
.container,.container-fluid{padding:0 1rem}.row{display:flex;flex-wrap:wrap}.col-12{width:100%}.col-6{width:50%}
.col-md-10{flex:1;min-width:0}.col-lg-2{width:14rem}.card{border:1px solid #ccc;margin-bottom:1rem}
.card-header{background:#eee;padding:.4rem}.card-body{padding:.4rem}.alert{background:#eef;padding:.5rem;margin:.5rem 0}
.text-success{color:#060}.text-danger{color:#a00}.text-warning{color:#960}.badge{padding:0 .3rem;border:1px solid #999}
.btn-group,.modal,.cooltip .top,.ge-breadcrumbs{display:none}.nav,.list-unstyled{list-style:none;padding-left:.5rem}
.fa-check-circle::before{content:"✓"}.fa-times::before{content:"✗"}.fa-exclamation-triangle::before{content:"!"}
.show-scrollbars{overflow:auto}
"""


def write_data_docs(docs: Path, run: str, made_at: str, results: Mapping[str, Any]) -> Path:
    """Write the pages of one run (`results` by suite) under `docs/runs` and a list of the runs that are kept,
    newest first; the folder of this run. `made_at` is UTC, ISO 8601: the runs are in its order."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    name = f"{re.sub(r'[^0-9]', '', made_at)[:14]}-{re.sub(r'[^0-9A-Za-z]', '', run)[:8]}"
    folder = docs / "runs" / name
    renderer, view = ValidationResultsPageRenderer(), DefaultJinjaPageView()
    rows = []
    for suite, result in results.items():
        page = view.render(renderer.render(result))
        write(folder / f"{suite}.html", offline(page, suite, made_at, result))
        good = sum(bool(one.success) for one in result.results)
        rows.append([f'<a href="{suite}.html">{escape(suite)}</a>', f"{good} / {len(result.results)}"])
    body = f"<p>{escape(made_at)} UTC, run {escape(run)}</p>" + table(["suite 套件", "held 通过"], rows)
    write(
        folder / "index.html",
        document("Data Docs 数据质量文档", body + '<p><a href="../index.html">all runs 全部运行</a></p>'),
    )
    runs = sorted((path for path in (docs / "runs").iterdir() if path.is_dir()), reverse=True)
    for old in runs[KEPT_RUNS:]:
        shutil.rmtree(old)
    links = "".join(f'<li><a href="{one.name}/index.html">{one.name}</a></li>' for one in runs[:KEPT_RUNS])
    write(docs / "runs" / "index.html", document("Data Docs 数据质量文档", f"<ul>{links}</ul>"))
    return folder


def offline(page: str, suite: str, made_at: str, result: Any) -> str:
    """A page of Great Expectations with nothing that it would load, and the rules in front."""
    page = _PICTURES.sub("none", page)
    page = _ELSEWHERE.sub('href="index.html"', _LOADED.sub("", page))
    rows = []
    for one in result.results:
        config = one.expectation_config
        count = one.result.get("unexpected_count")
        crashed = count is None and not one.success and "observed_value" not in one.result
        rows.append(
            [
                escape(config.meta["rule"]),
                escape(str(getattr(config.severity, "value", config.severity))),
                f"{escape(config.description or '')}<br>{escape(config.meta['description_zh'])}",
                "✓"
                if one.success
                else "crashed 出错"
                if crashed
                else f"✗ {count if count is not None else ''}",
            ]
        )
    front = f'<p><a href="index.html">run 本次运行</a> · {escape(suite)} · {escape(made_at)} UTC</p>' + table(
        ["rule 规则", "severity 程度", "what must hold 要求", "outcome 结果"], rows
    )
    page = re.sub(r"<body[^>]*>", lambda match: match[0] + front, page, count=1)
    return page.replace("</head>", f"<style>{STYLE}{_PARTS}</style></head>", 1)
