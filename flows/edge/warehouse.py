"""The warehouse: one DuckDB file that every run builds anew beside the published one and swaps in whole.

A build works on `gongkai.duckdb.new` under a lock; publishing checkpoints, closes and syncs it and renames
it over `gongkai.duckdb`. A build that is stopped at any moment leaves the published file as it was. Readers
open read-only and keep the file they opened. The published file does not need the Parquet it came from.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from flows.settings import PARSER_VERSION, Home

if TYPE_CHECKING:
    import pyarrow as pa

Action = Literal["release", "reject", "reopen", "publish"]
"""What a person can decide: see `flows.edge.decisions`."""

JUDGEMENT = "quality.judgement"
OVERALL_JUDGEMENT = "quality.overall_judgement"
RULE = "quality.rule"

_MEMORY_LIMIT = 8 * 2**30
_TEMPORARY_LIMIT = 100 * 2**30
_STORAGE_VERSION = "v1.4.0"
"""The oldest DuckDB that can read the file: a release with long-term support, which other tools still have."""


class WarehouseMissingError(Exception):
    """There is no published warehouse yet."""


class BuildRunningError(Exception):
    """Another build of the same warehouse is running."""


@dataclass(frozen=True, slots=True)
class Description:
    """What COMMENT ON says of a table and of its columns, each as `English | Chinese`."""

    name: str
    what: str
    columns: Mapping[str, str]
    kind: Literal["table", "view"] = "table"


JUDGEMENT_DESCRIPTION = Description(
    JUDGEMENT,
    "What the expectation suites say of each document: one row a broken expectation | 质量期望套件对各文件的判定",
    {
        "sha256": "SHA-256 of the original | 原件SHA-256",
        "rule": "Expectation that is broken | 未满足的期望",
        "severity": "critical (kept out), warning or info | 严重程度：critical隔离、warning警告、info提示",
        "message": "What is wrong, in English | 说明（英文）",
        "message_zh": "What is wrong, in Chinese | 说明（中文）",
        "parser_rule": "Pattern of the parser's rules that say the same of a document; null where it has none | "
        "解析器中同义规则的匹配式；没有则为空",
    },
)

OVERALL_JUDGEMENT_DESCRIPTION = Description(
    OVERALL_JUDGEMENT,
    "What the expectation suites say of reports beside others, of provinces, sources and tables: one row a broken "
    "expectation | 质量期望套件对报告间比较、省份年度、来源及数据表的判定",
    {
        "suite": "Suite that says so | 所属套件",
        "subject": "Key of the row that is judged: a document's SHA-256, a province and year, a host, a table; null for "
        "all rows | 被判定的行：文件SHA-256、省份与年度、网站或数据表；针对整表则为空",
        "rule": "Expectation that is broken | 未满足的期望",
        "severity": "critical (holds back publication), warning or info | 严重程度：critical阻止发布、warning警告、info提示",
        "message": "What is wrong, in English | 说明（英文）",
        "message_zh": "What is wrong, in Chinese | 说明（中文）",
    },
)

RULE_DESCRIPTION = Description(
    RULE,
    "Every rule of the expectation suites | 质量期望套件的全部规则",
    {
        "suite": "Suite | 所属套件",
        "rule": "Code of the rule | 规则代码",
        "severity": "What breaking it means: critical, warning or info | 严重程度",
        "description": "What must hold, in English | 要求（英文）",
        "description_zh": "What must hold, in Chinese | 要求（中文）",
    },
)

STAGE_DESCRIPTIONS = (JUDGEMENT_DESCRIPTION, OVERALL_JUDGEMENT_DESCRIPTION, RULE_DESCRIPTION)
"""The tables that stages write and models read."""

RUN_TABLES: Mapping[str, Mapping[str, str]] = {
    # what people decided, in the order in which they did
    "decision": {
        "decision_number": "INTEGER",
        "action": "VARCHAR",
        "subject": "VARCHAR",
        "rules": "VARCHAR[]",
        "decided_by": "VARCHAR",
        "reason": "VARCHAR",
        "decided_at": "TIMESTAMP",
        "baseline": "VARCHAR",
    },
    # the last day on which a source was asked for a year; for everything where that is null
    "asked": {"source_name": "VARCHAR", "report_year": "INTEGER", "asked_on": "DATE"},
    # the entries of the catalogue of sources
    "source": {
        "source_name": "VARCHAR",
        "publisher": "VARCHAR",
        "division_code": "VARCHAR",
        "expected_report_count": "INTEGER",
        "is_verified": "BOOLEAN",
    },
    # how many rows the published warehouse has, by table and province ('' for all)
    "published": {"table_name": "VARCHAR", "province_code": "VARCHAR", "row_count": "BIGINT"},
}
"""What a run knows beside the raw layer: tables of the schema `raw`, there during the build only."""


def connect(path: str | Path = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection with the settings that every use of DuckDB here needs."""
    folder = Path.cwd() if str(path) == ":memory:" else Path(path).absolute().parent
    config: dict[str, str | bool | int | float | list[str]] = {
        # nothing is downloaded behind the user's back
        "autoinstall_known_extensions": False,
        "memory_limit": f"{min(_MEMORY_LIMIT, _physical_memory() * 3 // 4)}B",
        # an unbounded spill can fill the disk
        "max_temp_directory_size": f"{min(_TEMPORARY_LIMIT, shutil.disk_usage(folder).free // 2)}B",
    }
    if not read_only:
        config["storage_compatibility_version"] = _STORAGE_VERSION
    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    connection.execute("SET TimeZone = 'UTC'")
    if duckdb.__version__.startswith("2."):
        # 2.0 pushes aggregates below joins and misjudges it: a roll-up took 71 s instead of 3 s
        connection.execute("SET disabled_optimizers = 'partial_aggregate_pushdown'")
    return connection


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def open_warehouse(home: Home) -> duckdb.DuckDBPyConnection:
    """The published warehouse, read-only. Raises WarehouseMissingError."""
    if not home.warehouse.exists():
        raise WarehouseMissingError(
            f"{home.warehouse}: there is no warehouse yet. Make one: gongkai run --home {home.path}"
        )
    return connect(home.warehouse, read_only=True)


class Build:
    """A warehouse in the making."""

    def __init__(self, home: Home, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.home = home
        self.connection = connection
        self._path = path

    def publish(self) -> Path:
        """Swap the new file in for the published one; its path. Nothing can be built after this."""
        self.connection.execute("DETACH DATABASE IF EXISTS raw")
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        _sync(self._path)
        self._path.replace(self.home.warehouse)
        _sync(self.home.path)
        return self.home.warehouse


@contextmanager
def building(home: Home) -> Iterator[Build]:
    """A new warehouse file to build in. Leaving without `publish` throws it away.

    Raises BuildRunningError while another process (or this one) builds in the same home.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    path = home.warehouse.with_name(f"{home.warehouse.name}.new")
    with _lock(home.warehouse.with_name(f"{home.warehouse.name}.lock")):
        _remove(path)
        build = Build(home, connect(path), path)
        try:
            # the order of rows is not promised; keeping it costs memory
            build.connection.execute("SET preserve_insertion_order = false")
            yield build
        finally:
            build.connection.close()
            _remove(path)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held until left or until the process ends, however it ends; the file names its last holder."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BuildRunningError(
                f"{path.parent}: another run builds this warehouse (process {file.read().strip() or 'unknown'}); "
                "wait until it ends, or give another --home"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            # closing is not enough: a process forked meanwhile holds the same lock until it runs its program
            fcntl.flock(file, fcntl.LOCK_UN)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_raw(connection: duckdb.DuckDBPyConnection, raw: Path, version: int = PARSER_VERSION) -> None:
    """Make `raw.attempt`, `raw.document`, `raw.fact`, `raw.figure_list` and `raw.finding` readable on this
    connection, and the `RUN_TABLES` empty.

    They are views over the Parquet under `raw`, in a database in memory that is named `raw`, so that nothing
    of them gets into the file that is built. Of each document they have the reading by the newest parser
    version up to `version`, once. Batches without a `document` file are not read. All have a `document_number`,
    by which models join: 64 bits that stand for `sha256`.
    """
    from flows.edge.parquet import SCHEMAS, attempt_files, batch_file, list_figures

    connection.execute("ATTACH ':memory:' AS raw")
    for name, schema in SCHEMAS.items():
        connection.register("empty_rows", schema.empty_table())
        connection.execute(f"CREATE TABLE raw.empty_{name} AS SELECT * FROM empty_rows")
        connection.unregister("empty_rows")
    for name, columns in RUN_TABLES.items():
        connection.execute(f"CREATE TABLE raw.{name} ({', '.join(map(' '.join, columns.items()))})")
    batches = _batches(raw, version)
    superseded = _find_superseded(connection, raw, batches)
    for batch in batches:
        list_figures(raw, batch)
    for name, schema in SCHEMAS.items():
        if name == "attempt":
            files = attempt_files(raw)
        else:
            files = [path for batch in batches if (path := batch_file(raw, name, batch)).exists()]
        _create_view(connection, name, schema, files, is_filtered=superseded and name != "attempt")


def _batches(raw: Path, version: int) -> list[str]:
    """The batches to read, as `v<version>/<name>.parquet`: those that have their `document` file."""
    found = []
    for folder in (raw / "document").glob("v*"):
        number = folder.name.removeprefix("v")
        if number.isdigit() and int(number) <= version:
            found += [f"{folder.name}/{path.name}" for path in folder.glob("*.parquet")]
    return sorted(found)


_NUMBER = "hash(sha256)"
_BATCH_OF_FILE = "array_to_string(string_split(filename, '/')[-2:], '/')"


def _find_superseded(connection: duckdb.DuckDBPyConnection, raw: Path, batches: list[str]) -> bool:
    """Fill `raw.superseded` with the documents that are read again elsewhere and leave out of `batches` those
    that hold nothing else. True if any other batch has superseded documents."""
    connection.execute("CREATE TABLE raw.superseded (sha256 VARCHAR, batch VARCHAR)")
    files = {"files": [str(raw / "document" / batch) for batch in batches]}
    # most documents are read once: whether any is read again is found at a fraction of what it costs to tell which
    twice = f"SELECT 1 FROM read_parquet($files) GROUP BY {_NUMBER} HAVING count(*) > 1 LIMIT 1"
    if not batches or not connection.execute(twice, files).fetchall():
        return False
    connection.execute(
        f"""
        CREATE TABLE raw.reading AS
        SELECT sha256, {_BATCH_OF_FILE} AS batch, parser_version
        FROM read_parquet($files, filename = true)
        """,
        files,
    )
    connection.execute(
        """
        INSERT INTO raw.superseded
        SELECT reading.sha256, reading.batch
        FROM raw.reading
        JOIN (
            SELECT sha256, max((parser_version, batch)) AS newest FROM raw.reading GROUP BY sha256 HAVING count(*) > 1
        ) AS again USING (sha256)
        WHERE (reading.parser_version, reading.batch) <> again.newest
        """
    )
    empty = connection.execute(
        """
        SELECT batch FROM raw.reading LEFT JOIN raw.superseded USING (sha256, batch)
        GROUP BY batch HAVING count(superseded.sha256) = count(*)
        """
    ).fetchall()
    for (batch,) in empty:
        batches.remove(batch)
        connection.execute("DELETE FROM raw.superseded WHERE batch = $1", [batch])
    connection.execute("DROP TABLE raw.reading")
    return connection.execute("SELECT count(*) FROM raw.superseded").fetchall() != [(0,)]


def _create_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    schema: pa.Schema,
    files: list[Path],
    *,
    is_filtered: bool,
) -> None:
    columns = ", ".join([*schema.names, f"{_NUMBER} AS document_number"])
    if not files:
        connection.execute(f"CREATE VIEW raw.{name} AS SELECT {columns} FROM raw.empty_{name}")
        return
    # columns that older files lack are null
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    rows = f"SELECT * FROM read_parquet([{listed}], union_by_name = true, filename = {is_filtered})"
    if is_filtered:
        rows = f"""
            SELECT * FROM ({rows}) AS reading WHERE NOT EXISTS (
                SELECT 1 FROM raw.superseded
                WHERE superseded.sha256 = reading.sha256 AND superseded.batch = {_BATCH_OF_FILE})"""
    connection.execute(
        f"CREATE VIEW raw.{name} AS SELECT {columns} "
        f"FROM (SELECT * FROM raw.empty_{name} UNION ALL BY NAME {rows})"
    )


def create_judgement(connection: duckdb.DuckDBPyConnection, rows: pa.Table | None = None) -> int:
    """Create `quality.judgement` and fill it with the rows of an Arrow table that has its columns; their number.
    The other tables that stages write are made empty."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS quality")
    for table in STAGE_DESCRIPTIONS:
        columns = ", ".join(f"{column} VARCHAR" for column in table.columns)
        connection.execute(f"CREATE OR REPLACE TABLE {table.name} ({columns})")
    describe(connection, list(STAGE_DESCRIPTIONS))
    return add_rows(connection, JUDGEMENT, rows)


def add_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table | None) -> int:
    """Insert the rows of an Arrow table by the names of its columns; their number. Columns that it lacks are null."""
    if rows is None or not rows.num_rows:
        return 0
    connection.register("added_rows", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM added_rows")
    connection.unregister("added_rows")
    return int(rows.num_rows)


def describe(
    connection: duckdb.DuckDBPyConnection, descriptions: Iterator[Description] | list[Description]
) -> None:
    """COMMENT ON every table and column described."""
    for table in descriptions:
        connection.execute(f"COMMENT ON {table.kind.upper()} {table.name} IS {_literal(table.what)}")
        for column, text in table.columns.items():
            connection.execute(f"COMMENT ON COLUMN {table.name}.{column} IS {_literal(text)}")


@contextmanager
def at_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """The statements as one transaction: hundreds take half the time so."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The number of rows of every table of the warehouse, by `schema.table`."""
    names = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() ORDER BY 1"
    ).fetchall()
    return {name: _scalar(connection, f"SELECT count(*) FROM {name}") for (name,) in names}


def _scalar(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
