"""The models: `sql/<schema>/<table>.sql`, one SELECT a file, built in the order that the SQL itself implies.

A file begins with a header:

    -- what: what the table is | 中文
    -- grain: the columns that make a row one of its kind
    -- kind: view                      (left out for a table; checked view: its grain is checked when it is made)
    -- column <name>: what it means | 中文
    -- columns: ref.measure            (where the other columns are measures, described there)

A line of more than one space after the dashes continues the one before. Everything that can be wrong
without data is found by `plan_models`, before anything runs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from flows.edge.reference import ALL_TABLES, read_reference, reference_descriptions
from flows.edge.warehouse import RUN_TABLES, STAGE_DESCRIPTIONS, Description
from flows.settings import ROOT, SQL

if TYPE_CHECKING:
    import duckdb

RAW = (
    "raw.attempt",
    "raw.document",
    "raw.fact",
    "raw.figure_list",
    "raw.finding",
    *(f"raw.{name}" for name in RUN_TABLES),
)
SOURCES = (
    *RAW,
    *(f"ref.{table.name}" for table in ALL_TABLES),
    *(table.name for table in STAGE_DESCRIPTIONS),
)
"""The tables that models may read and that no model makes."""

MEASURES = "ref.measure"


class ModelError(Exception):
    """A model is wrong, or what it made is; the message names the file."""


class GrainError(ModelError):
    """A table that was built has a key twice, or none in some row."""


@dataclass(frozen=True, slots=True)
class Model:
    """One table of the warehouse as its file defines it. `inputs` are the tables that its SQL reads."""

    name: str
    path: Path
    what: str
    grain: tuple[str, ...]
    columns: dict[str, str] = field(hash=False)
    query: str
    inputs: tuple[str, ...]
    kind: Literal["table", "view"] = "table"
    is_checked: bool = True
    """Its grain is checked when it is made: always for a table."""

    @property
    def place(self) -> str:
        """The file as messages name it."""
        return str(self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path)

    @property
    def description(self) -> Description:
        return Description(self.name, self.what, self.columns, self.kind)


@dataclass(frozen=True, slots=True)
class ModelResult:
    """A model that was built: how many rows it has (None for a view that is not checked) and how long it took."""

    name: str
    row_count: int | None
    seconds: float


def plan_models(folder: Path = SQL, sources: Iterable[str] = SOURCES) -> list[Model]:
    """Every model under `folder` in an order in which each one's inputs come before it.

    Raises ModelError: a header that lacks something, SQL that is not one SELECT with named columns, a table
    that nobody makes, a table made twice, a cycle.
    """
    known = set(sources)
    models: dict[str, Model] = {}
    for path in sorted(folder.rglob("*.sql")):
        if path.parent == folder / "query":
            continue  # ready queries make no table
        model = read_model(path, folder)
        if model.name in known:
            raise ModelError(f"{model.place}: {model.name} is a source; no model may make it")
        twin = models.get(model.name.lower())
        if twin:
            raise ModelError(f"{model.place}: {model.name} is made by {twin.place} already")
        models[model.name.lower()] = model
    for model in models.values():
        for table in model.inputs:
            if table not in known and table not in models:
                raise ModelError(f"{model.place}: reads {table}, which neither a source nor a model makes")
            if model.kind == "view" and table in RAW:
                raise ModelError(
                    f"{model.place}: a view cannot read {table}: it is there during the build only"
                )
    sorter = TopologicalSorter(
        {name: sorted(set(model.inputs) & set(models)) for name, model in models.items()}
    )
    try:
        return [models[name] for name in sorter.static_order()]
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise ModelError(f"models read each other in a circle: {circle}") from error


def models_without(models: Sequence[Model], source: str) -> list[Model]:
    """The models that can be built before `source` exists: those that do not read it, however indirectly."""
    waiting = {source}
    free = []
    for model in models:
        if waiting.intersection(model.inputs):
            waiting.add(model.name)
        else:
            free.append(model)
    return free


def build_model(connection: duckdb.DuckDBPyConnection, model: Model) -> ModelResult:
    """Make the model's table from its inputs and check its grain. Raises ModelError."""
    import duckdb

    started = time.monotonic()
    schema = model.name.partition(".")[0]
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    try:
        connection.execute(f"CREATE OR REPLACE {model.kind.upper()} {model.name} AS {model.query}")
        row_count = check_grain(connection, model) if model.is_checked else None
    except duckdb.Error as error:
        raise ModelError(f"{model.place}: {error}") from error
    return ModelResult(model.name, row_count, time.monotonic() - started)


def check_grain(connection: duckdb.DuckDBPyConnection, model: Model) -> int:
    """No grain column is null and no two rows share the grain; the number of rows. Raises GrainError.

    Every row is checked. Grouping by the whole grain would cost more than making the table, so rows are grouped
    by its first column, and the hashes of the rest of a group must be as many as its rows; groups in which they
    are not are grouped by all. Most views are checked by tests alone: they hold no rows of their own, and to ask for
    all of them costs what a view saves.
    """
    first, *rest = model.grain
    nulls = ", ".join(f"count(*) - count({column})" for column in model.grain)
    ((row_count, *null_counts),) = connection.execute(
        f"SELECT count(*), {nulls} FROM {model.name}"
    ).fetchall()
    for column, null_count in zip(model.grain, null_counts, strict=True):
        if null_count:
            raise GrainError(
                f"{model.place}: {column} is of the grain but null in {null_count} of {row_count} rows"
            )
    among = f"list_unique(list(hash({', '.join(rest)})))" if rest else "1"
    suspects = connection.execute(
        f"SELECT {first} FROM {model.name} GROUP BY {first} HAVING count(*) > {among} LIMIT 1000"
    ).fetchall()
    if not suspects:
        return int(row_count)
    grain = ", ".join(model.grain)
    twin = connection.execute(
        f"""
        SELECT {grain}, count(*) FROM {model.name} WHERE list_contains($suspects, {first})
        GROUP BY {grain} HAVING count(*) > 1 ORDER BY ALL LIMIT 1
        """,
        {"suspects": [value for (value,) in suspects]},
    ).fetchone()
    if twin:
        *key, count = twin
        values = ", ".join(f"{column} {value}" for column, value in zip(model.grain, key, strict=True))
        raise GrainError(f"{model.place}: {count} rows have the same grain: {values}")
    return int(row_count)


_FIELD = re.compile(r"-- (what|grain|kind|columns|column ([a-z0-9_]+)): *(.*)")


def read_model(path: Path, folder: Path = SQL) -> Model:
    """One model from its file; the table's name is the file's path. Raises ModelError."""
    schema, _, table = path.relative_to(folder).with_suffix("").as_posix().partition("/")
    place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    if not re.fullmatch(r"[a-z0-9_]+", table):
        raise ModelError(f"{place}: a model stands in sql/<schema>/<table>.sql")
    text = path.read_text(encoding="utf-8")
    header = _header(text, str(place))
    query = _query(text, str(place))
    outputs = query.named_selects
    if "*" in outputs or len(set(outputs)) < len(outputs) or "" in outputs:
        raise ModelError(
            f"{place}: every column of the SELECT must have a name of its own, and no * is allowed"
        )
    columns = _described(header, outputs, str(place))
    grain = tuple(name.strip() for name in header["grain"].split(","))
    for name in grain:
        if name not in columns:
            raise ModelError(f"{place}: grain column {name} is not a column of the SELECT")
    kind = header.get("kind", "table")
    if kind not in ("table", "view", "checked view"):
        raise ModelError(f"{place}: kind is {kind}; it must be table, view or checked view")
    return Model(
        name=f"{schema}.{table}",
        path=path,
        what=header["what"],
        grain=grain,
        columns=columns,
        query=text.rstrip().removesuffix(";"),
        inputs=_inputs(query, str(place)),
        kind="table" if kind == "table" else "view",
        is_checked=kind != "view",
    )


def _header(text: str, place: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("--"):
            break
        match = _FIELD.fullmatch(line.rstrip())
        if match:
            last = f"column {match[2]}" if match[2] else match[1]
            if last in fields:
                raise ModelError(f"{place}:{number}: {last} stands twice in the header")
            fields[last] = match[3]
        elif last and line.startswith("--  "):
            fields[last] = f"{fields[last]} {line[2:].strip()}"
        else:
            raise ModelError(f"{place}:{number}: not understood in the header: {line}")
    for name in ("what", "grain"):
        if not fields.get(name):
            raise ModelError(f"{place}: the header lacks `-- {name}:`")
    for name, value in fields.items():
        english, _, chinese = value.partition(" | ")
        if (name == "what" or name.startswith("column ")) and not (english.strip() and chinese.strip()):
            raise ModelError(f"{place}: {name} must be described as English | Chinese")
    return fields


def _query(text: str, place: str) -> exp.Query:
    try:
        statements = [statement for statement in sqlglot.parse(text, read="duckdb") if statement]
    except SqlglotError as error:
        raise ModelError(f"{place}: {error}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelError(f"{place}: a model is one SELECT")
    return statements[0]


def _described(header: dict[str, str], outputs: list[str], place: str) -> dict[str, str]:
    """The comment of each column of the SELECT, in its order."""
    described = {
        name.removeprefix("column "): text for name, text in header.items() if name.startswith("column ")
    }
    if "columns" in header:
        if header["columns"] != MEASURES:
            raise ModelError(f"{place}: columns must be {MEASURES}")
        for row in read_reference("measure"):
            described.setdefault(
                str(row["measure"]), f"{row['name_en']} ({row['unit']}) | {row['name_zh']}（{row['unit']}）"
            )
        outside = set()
    else:
        outside = set(described) - set(outputs)
    for name in outputs:
        if name not in described:
            raise ModelError(f"{place}: column {name} has no `-- column {name}:` in the header")
    if outside:
        raise ModelError(f"{place}: the header describes {min(outside)}, which is not a column of the SELECT")
    return {name: described[name] for name in outputs}


def _inputs(query: exp.Query, place: str) -> tuple[str, ...]:
    local = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    inputs = set()
    for table in query.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue
        if table.db:
            inputs.add(f"{table.db}.{table.name}".lower())
        elif table.name.lower() not in local:
            raise ModelError(f"{place}: table {table.name} must be written with its schema")
    return tuple(sorted(inputs))


def trace_columns(models: Sequence[Model]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The lineage of every column: for each model and column the columns (`schema.table.column`) that its
    value is computed from, one step back. Raises ModelError for a column that no input has.

    Columns that only join, filter or group rows are not part of it.
    """
    schema: dict[str, Any] = {}
    for name, columns in (*_source_columns(), *((model.name, list(model.columns)) for model in models)):
        schema_name, _, table = name.partition(".")
        schema.setdefault(schema_name, {})[table] = dict.fromkeys(columns, "VARCHAR")
    traced = {}
    for model in models:
        try:
            query = qualify(sqlglot.parse_one(model.query, read="duckdb"), schema=schema, dialect="duckdb")
        except SqlglotError as error:
            raise ModelError(f"{model.place}: {error}") from error
        scope = build_scope(query)
        assert scope is not None
        known: dict[tuple[int, str], set[str]] = {}
        traced[model.name] = {
            column: tuple(sorted(_origins(scope, column, known))) for column in model.columns
        }
    return traced


def _source_columns() -> list[tuple[str, list[str]]]:
    from flows.edge.parquet import SCHEMAS

    return [
        *((f"raw.{name}", [*schema.names, "document_number"]) for name, schema in SCHEMAS.items()),
        *((table.name, list(table.columns)) for table in reference_descriptions()),
        *((f"raw.{name}", list(columns)) for name, columns in RUN_TABLES.items()),
        *((table.name, list(table.columns)) for table in STAGE_DESCRIPTIONS),
    ]


def _origins(scope: Scope, column: str, known: dict[tuple[int, str], set[str]]) -> set[str]:
    """The table columns that an output column of a (sub)query is computed from; `known` remembers answers."""
    key = (id(scope), column)
    if key in known:
        return known[key]
    found: set[str] = set()
    known[key] = found
    query = scope.expression
    if not isinstance(query, exp.Query):
        return found  # rows written out in the SQL
    if scope.set_operation_scopes:
        place = query.named_selects.index(column)
        for branch in scope.set_operation_scopes:
            if isinstance(branch.expression, exp.Query):
                found |= _origins(branch, branch.expression.named_selects[place], known)
        return found
    selected = next(item for item in query.selects if item.alias_or_name == column)
    for used in selected.find_all(exp.Column):
        source = scope.sources.get(used.table)
        if isinstance(source, exp.Table):
            found.add(f"{source.db}.{source.name}.{used.name}")
        elif isinstance(source, Scope):
            found |= _origins(source, used.name, known)
    return found
