"""`python -m flows.dictionary [--check]`: DICTIONARY.md from the descriptions of every table and column.

It needs no data: the models are built on an empty raw layer in memory, which gives the types of the columns.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.alert import ALERT_DESCRIPTION, record_alerts
from flows.edge.reference import ALL_TABLES, load_reference, reference_descriptions
from flows.edge.warehouse import (
    JUDGEMENT,
    OVERALL_JUDGEMENT,
    RULE,
    STAGE_DESCRIPTIONS,
    Description,
    connect,
    create_judgement,
    load_raw,
)
from flows.model import Model, build_model, plan_models, trace_columns
from flows.settings import ROOT, Home

DICTIONARY = ROOT / "DICTIONARY.md"

SCHEMAS = {
    "core": "Documents and reports as read.",
    "mart": "The numbers people come for.",
    "quality": "What was found wrong, and what was kept out for it.",
    "ref": "Reference data, from `warehouse/reference`.",
}

GRAINS = {
    **{f"ref.{table.name}": table.grain for table in ALL_TABLES},
    JUDGEMENT: ("sha256", "rule"),
    OVERALL_JUDGEMENT: ("suite", "subject", "rule"),
    RULE: ("suite", "rule"),
    ALERT_DESCRIPTION.name: ("rule", "subject"),
}
"""What a row is of, for the tables that no model makes."""


def dictionary() -> str:
    """The text of DICTIONARY.md."""
    models = {model.name: model for model in plan_models()}
    origins = trace_columns(list(models.values()))
    types = _types(list(models.values()))
    tables = [
        *(model.description for model in models.values()),
        *STAGE_DESCRIPTIONS,
        ALERT_DESCRIPTION,
        *reference_descriptions(),
    ]
    lines = [
        "# The warehouse, table by table",
        "",
        "`<home>/gongkai.duckdb`. The file itself carries the same descriptions as comments:",
        "`SELECT table_name, column_name, comment FROM duckdb_columns()`.",
        "",
        "*Written by `python -m flows.dictionary` from the SQL and the reference data; do not edit.*",
    ]
    for schema, purpose in SCHEMAS.items():
        members = sorted(
            (table for table in tables if table.name.startswith(f"{schema}.")), key=lambda t: t.name
        )
        lines += ["", f"## `{schema}`", "", purpose, "", "| table | what | 说明 |", "|---|---|---|"]
        lines += [f"| [`{table.name}`](#{_anchor(table.name)}) | {_cells(table.what)} |" for table in members]
        for table in members:
            lines += _section(table, models.get(table.name), types, origins.get(table.name, {}))
    return "\n".join(lines) + "\n"


def _types(models: list[Model]) -> dict[tuple[str, str], str]:
    """The type of every column by table and column, from a warehouse without rows."""
    with TemporaryDirectory() as folder, connect() as connection:
        home = Home(Path(folder))
        load_reference(connection)
        load_raw(connection, home.raw)
        create_judgement(connection)
        for model in models:
            build_model(connection, model)
        record_alerts(connection, home, "dictionary")
        return {
            (table, column): "ENUM" if kind.startswith("ENUM") else kind
            for table, column, kind in connection.execute(
                "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()"
            ).fetchall()
        }


def _section(
    table: Description,
    model: Model | None,
    types: dict[tuple[str, str], str],
    origins: dict[str, tuple[str, ...]],
) -> list[str]:
    grain = model.grain if model else GRAINS[table.name]
    lines = ["", f"### `{table.name}`", "", table.what.replace(" | ", "<br>"), ""]
    lines.append(f"One row: {', '.join(f'`{column}`' for column in grain)}.")
    if model:
        lines.append(
            f"Made by [`{model.place}`]({model.place}) from {', '.join(f'`{name}`' for name in model.inputs)}."
        )
    lines += ["", "| column | type | what | 说明 | from |", "|---|---|---|---|---|"]
    for column, text in table.columns.items():
        sources = ", ".join(f"`{name}`" for name in origins.get(column, ()))
        lines.append(f"| `{column}` | {types[table.name, column]} | {_cells(text)} | {sources} |")
    return lines


def _cells(text: str) -> str:
    """`English | Chinese` as two cells."""
    return " | ".join(part.replace("|", "\\|") for part in text.split(" | ", 1))


def _anchor(name: str) -> str:
    return name.replace(".", "")


def main(arguments: list[str]) -> int:
    text = dictionary()
    if arguments == ["--check"]:
        if not DICTIONARY.exists() or DICTIONARY.read_text(encoding="utf-8") != text:
            print(
                f"{DICTIONARY.name} is not what the SQL and the reference data say; run: make docs",
                file=sys.stderr,
            )
            return 1
        return 0
    if arguments:
        print("usage: python -m flows.dictionary [--check]", file=sys.stderr)
        return 2
    DICTIONARY.write_text(text, encoding="utf-8")
    print(f"{DICTIONARY.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
