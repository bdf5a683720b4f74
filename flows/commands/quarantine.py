"""`gongkai quarantine`: the documents that are kept out, and what people decide about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from flows.commands.stores import published
from flows.edge.decisions import decide
from flows.edge.warehouse import Action
from flows.settings import Home

if TYPE_CHECKING:
    import duckdb

FINAL = {
    "document.unreadable": "it cannot be read",
    "document.key": "its year, province or agency is undecided, so that it has no place in the warehouse",
}
"""Reasons that no decision can set aside."""

SHOWN = 40

_home = click.option("--home", help="Folder of the run (GONGKAI_HOME, else warehouse/).")
_by = click.option("--by", required=True, help="Who decides.")
_reason = click.option("--reason", required=True, help="Why; it is kept with the decision.")


@click.group("quarantine")
def command() -> None:
    """Documents that are kept out, and decisions about them.

    DOCUMENT is an address or the beginning of a SHA-256. A decision is kept in decisions.jsonl of the home,
    holds for every later run and takes effect with the next one.
    """


@command.command("list")
@_home
@click.option("--decided", is_flag=True, help="What people decided instead: released and rejected documents.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of text.")
def list_documents(home: str | None, decided: bool, as_json: bool) -> None:
    """List the documents that are kept out, with the reasons."""
    query = (
        "SELECT sha256, status, rules, reason, reason_zh, agency_name, province_code, report_year, address "
        "FROM quality.quarantine ORDER BY status, province_code NULLS LAST, report_year, address"
    )
    if decided:
        query = (
            "SELECT c.subject AS sha256, c.action AS status, c.rules, c.reason, c.decided_by, c.decided_at, "
            "d.agency_name, d.province_code, d.report_year, d.address FROM quality.decision AS c "
            "LEFT JOIN core.document AS d ON d.sha256 = c.subject "
            "WHERE c.is_current AND c.action IN ('release', 'reject') ORDER BY c.decision_number"
        )
    rows = _records(_open(home), query)
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, default=str))
        return
    if not rows:
        click.echo("nothing decided" if decided else "nothing is kept out")
    for row in rows:
        click.echo(f"{row['sha256'][:12]}  {row['status']:<8}  {_who(row)}")
        click.echo(f"              {', '.join(row['rules'])}: {row['reason']}")
        if decided:
            click.echo(f"              by {row['decided_by']}, {row['decided_at']} UTC")
        elif row["reason_zh"]:
            click.echo(f"              {row['reason_zh']}")
        click.echo(f"              {row['address'] or '(no address)'}")


@command.command("show")
@_home
@click.argument("document")
def show(home: str | None, document: str) -> None:
    """Show a document with all reasons, findings and figures."""
    place = Home.resolve(home)
    connection = _open(home)
    sha256 = _find(connection, document)
    (row,) = _records(connection, "SELECT * FROM core.document WHERE sha256 = $1", sha256)
    kept_out = _records(connection, "SELECT * FROM quality.quarantine WHERE sha256 = $1", sha256)
    click.echo(f"{sha256}  {_who(row)}")
    click.echo(f"  {row['address'] or '(no address)'}")
    click.echo(f"  {place.path / row['archive_path']}")
    click.echo(f"  {'kept out: ' + kept_out[0]['reason'] if kept_out else 'not kept out'}")
    for one in _records(
        connection,
        "SELECT action, decided_by, decided_at, reason FROM quality.decision WHERE subject = $1 ORDER BY decision_number",
        sha256,
    ):
        click.echo(f"  {one['action']} by {one['decided_by']}, {one['decided_at']} UTC: {one['reason']}")
    for one in _records(
        connection,
        "SELECT severity, rule, outcome, message FROM quality.finding WHERE sha256 = $1 ORDER BY finding_number",
        sha256,
    ):
        click.echo(f"  {one['severity']:<8} {one['rule']} ({one['outcome']}): {one['message']}")
    facts = _records(
        connection,
        "SELECT indicator, applicant, value, state, raw, location FROM quality.quarantined_fact WHERE sha256 = $1 "
        "UNION ALL SELECT f.indicator, f.applicant, f.value, f.state, f.raw, f.location FROM core.fact AS f "
        "JOIN core.report AS r USING (report_id) WHERE r.sha256 = $1 ORDER BY indicator, applicant",
        sha256,
    )
    click.echo(f"  {len(facts)} figures")
    for fact in facts[:SHOWN]:
        printed = "" if fact["raw"] is None else f' "{fact["raw"].strip()}"'
        click.echo(
            f"    {fact['indicator']}|{fact['applicant']}  {fact['state']} {fact['value']}{printed}  {fact['location']}"
        )
    if len(facts) > SHOWN:
        click.echo(f"    and {len(facts) - SHOWN} more: quality.quarantined_fact")


@command.command("release")
@_home
@click.argument("document")
@_by
@_reason
def release(home: str | None, document: str, by: str, reason: str) -> None:
    """Let a document in although it breaks the rules that now keep it out.

    Its findings stay. A rule that it comes to break later keeps it out again.
    """
    connection = _open(home)
    sha256 = _find(connection, document)
    rows = _records(connection, "SELECT rules, status FROM quality.quarantine WHERE sha256 = $1", sha256)
    if not rows:
        raise click.ClickException(f"{sha256[:12]} is not kept out")
    for rule, why in FINAL.items():
        if rule in rows[0]["rules"]:
            raise click.ClickException(
                f"{sha256[:12]} cannot be released: {why} ({rule}). Mend the reading instead"
            )
    # what a release set aside before is set aside still
    before = _records(
        connection,
        "SELECT rules FROM quality.decision WHERE subject = $1 AND action = 'release' AND is_current",
        sha256,
    )
    judged = _records(
        connection,
        "SELECT rule FROM quality.judgement WHERE sha256 = $1 AND severity = 'critical'",
        sha256,
    )
    rules = {row["rule"] for row in judged} | {rule for row in before for rule in row["rules"]}
    _decide(home, "release", sha256, tuple(sorted(rules)), by, reason)


@command.command("reject")
@_home
@click.argument("document")
@_by
@_reason
def reject(home: str | None, document: str, by: str, reason: str) -> None:
    """Keep a document out for good, whatever the rules say of it; its alert is closed."""
    connection = _open(home)
    sha256 = _find(connection, document)
    (row,) = _records(connection, "SELECT kind FROM core.document WHERE sha256 = $1", sha256)
    if row["kind"] == "other":
        raise click.ClickException(f"{sha256[:12]} is no annual report and counts nowhere")
    rules = _records(connection, "SELECT rules FROM quality.quarantine WHERE sha256 = $1", sha256)
    _decide(home, "reject", sha256, tuple(rules[0]["rules"]) if rules else (), by, reason)


@command.command("reopen")
@_home
@click.argument("document")
@_by
@_reason
def reopen(home: str | None, document: str, by: str, reason: str) -> None:
    """Take back what was decided about a document: the rules decide again."""
    connection = _open(home)
    sha256 = _find(connection, document)
    if not _records(
        connection,
        "SELECT 1 AS one FROM quality.decision WHERE subject = $1 AND is_current AND action IN ('release', 'reject')",
        sha256,
    ):
        raise click.ClickException(f"nothing is decided about {sha256[:12]}")
    _decide(home, "reopen", sha256, (), by, reason)


def _decide(
    home: str | None, action: Action, sha256: str, rules: tuple[str, ...], by: str, reason: str
) -> None:
    decide(Home.resolve(home), action, sha256, rules, by=by, reason=reason)
    click.echo(f"{sha256[:12]}: {action} recorded; it takes effect with the next gongkai run")


def _open(home: str | None) -> duckdb.DuckDBPyConnection:
    """The published warehouse, open while the command runs."""
    return click.get_current_context().with_resource(published(Home.resolve(home)))


def _find(connection: duckdb.DuckDBPyConnection, given: str) -> str:
    rows = connection.execute(
        "SELECT sha256 FROM core.document WHERE starts_with(sha256, $1) OR address = $1 OR last_address = $1 "
        "ORDER BY 1 LIMIT 3",
        [given],
    ).fetchall()
    if len(given) < 6:
        rows = []
    if len(rows) == 1:
        return str(rows[0][0])
    if len(rows) > 1:
        raise click.ClickException(f"{given} fits several documents: give more of the SHA-256")
    raise click.ClickException(
        f"no document has the address or (at least six digits of) the SHA-256 {given!r}"
    )


def _who(row: dict[str, Any]) -> str:
    return " ".join(
        str(row[name] or "?") for name in ("agency_name", "report_year", "province_code") if name in row
    )


def _records(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[dict[str, Any]]:
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
