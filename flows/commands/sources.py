"""`gongkai sources`: the catalogue of what can be fetched, and its mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import click
from wcwidth import wcswidth

from flows.edge.catalogue import (
    FOLDER,
    LinkRule,
    Source,
    SourceError,
    described,
    load_all,
    load_source,
    names,
    schema_table,
    shared_entries,
    shown,
)
from flows.edge.discovery import log_of, read_discovery
from flows.settings import ROOT, Home


@click.command("sources")
@click.argument("name", required=False)
@click.option("--check", is_flag=True, help="Only say what is wrong; exit code 1 if anything is.")
@click.option("--keys", is_flag=True, help="The keys of a source file, as a Markdown table.")
@click.option("--home", help="Folder of the run whose findings NAME shows (GONGKAI_HOME, else warehouse/).")
def command(name: str | None, check: bool, keys: bool, home: str | None) -> None:
    """List the sources of flows/sources/, or show the one of that NAME."""
    if keys:
        click.echo(schema_table(), nl=False)
    elif name is not None:
        _show(name, Home.resolve(home))
    else:
        _list(check)


def _list(only_check: bool) -> None:
    sources, mistakes = load_all()
    mistakes += shared_entries(sources)
    if not only_check:
        click.echo(_table(sources))
        click.echo(f"\n{len(sources)} sources, {sum(one.verified for one in sources)} verified; ", nl=False)
        click.echo("gongkai sources NAME shows one, gongkai run NAME fetches it")
    elif not mistakes:
        click.echo(f"{len(sources)} sources: nothing is wrong")
    for mistake in mistakes:
        click.echo(f"Error: {mistake}", err=True)
    if only_check and mistakes:
        raise SystemExit(1)


def _table(sources: Sequence[Source]) -> str:
    """Aligned by display width: Chinese characters take two columns."""
    rows = [("name", "publisher", "division", "verified", "entries")]
    rows += [
        (one.name, one.publisher, one.division or "", "yes" if one.verified else "no", " ".join(one.entry))
        for one in sources
    ]
    widths = [max(wcswidth(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - wcswidth(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _show(name: str, home: Home) -> None:
    if name not in names():
        close = get_close_matches(name, names(), n=1)
        raise click.UsageError(
            f"{name}: no such source{f'; did you mean {close[0]}?' if close else ''} (see: gongkai sources)"
        )
    try:
        source = load_source(name)
    except SourceError as mistake:
        raise click.ClickException(str(mistake)) from mistake
    lines = [
        ("file", str(shown(FOLDER / f"{name}.yaml"))),
        ("publisher", source.publisher),
        ("division", source.division or ""),
        *(("entry", entry) for entry in source.entry),
        *(("also on", host) for host in source.hosts),
        *_rule("report", source.report),
        *_rule("follow", source.follow),
        *_rule("never", source.never),
        *_rule("next page", source.next_page),
        *(("pagination", described(family)) for family in source.pagination),
        *(("label", f"{printed} is {label}") for printed, label in source.labels),
        ("sitemaps", "those that robots.txt names" if source.sitemaps else "none"),
        ("bounds", f"{source.max_depth} links deep, {source.max_pages} listing pages"),
        ("rate", f"{source.rate.requests_per_second:g} requests a second, {source.rate.concurrency} at once"),
        ("TLS", "verified" if source.verify_tls else "NOT verified: any certificate is taken"),
        ("expected", f"{source.expected_reports or '?'} reports a year at least"),
        ("verified", "yes" if source.verified else "no: nobody has fetched it and found its reports"),
        ("served from", str(source.served_from.relative_to(ROOT)) if source.served_from else ""),
    ]
    for key, value in lines:
        if value:
            click.echo(f"{key:<12}{value}")
    _show_discovery(source, home)
    click.echo(f"\nfetch it with: gongkai run {name}")


def _rule(name: str, rule: LinkRule) -> list[tuple[str, str]]:
    patterns = (("text", rule.text), ("address", rule.address))
    return [(name, f"{where} {pattern.pattern}") for where, pattern in patterns if pattern is not None]


def _show_discovery(source: Source, home: Home) -> None:
    """What the last run did with the links it saw."""
    counts: dict[tuple[bool, str], int] = {}
    for row in read_discovery(log_of(home.raw, source)):
        key = (row["is_followed"], row["reason"])
        counts[key] = counts.get(key, 0) + row["link_count"]
    if counts:
        click.echo("\nlinks that the last run saw:")
    for (is_followed, reason), count in sorted(counts.items(), key=lambda one: (not one[0][0], -one[1])):
        click.echo(f"  {count:>8,}  {'followed' if is_followed else 'passed over'}: {reason}")
