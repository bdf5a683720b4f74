"""What a run came to, for people: read from the warehouse that it published."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from flows.edge.warehouse import open_warehouse
from flows.fetch import FetchSummary
from flows.parse import ParseSummary
from flows.settings import Home

SHOWN = 10
QUERY = (
    "SELECT province_name, report_year, requests_received, basis FROM mart.province_year "
    "WHERE requests_received > 0 ORDER BY report_year DESC, requests_received DESC LIMIT 10"
)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The warehouse as published, and what of this run needs attention."""

    home: Home
    fetched: FetchSummary
    parsed: ParseSummary
    document_count: int
    report_count: int
    other_count: int
    fact_count: int
    quarantine_count: int
    finding_counts: dict[str, int]
    open_alert_count: int
    problems: list[str]

    def rows(self) -> list[tuple[str, str]]:
        fetched, parsed = self.fetched, self.parsed
        this_run = f"{fetched.document_count:,} fetched, {parsed.document_count:,} new and read"
        if fetched.skipped_count:
            this_run += f", {fetched.skipped_count:,} skipped"
        if fetched.failures:
            this_run += f", {len(fetched.failures):,} failed"
        findings = ", ".join(
            f"{count:,} {severity}" for severity, count in self.finding_counts.items() if count
        )
        return [
            ("this run", this_run),
            ("documents", f"{self.document_count:,} ({self.other_count:,} not annual reports)"),
            ("reports", f"{self.report_count:,}"),
            ("facts", f"{self.fact_count:,}"),
            ("quarantined", f"{self.quarantine_count:,}"),
            ("findings", findings or "none"),
            ("open alerts", f"{self.open_alert_count:,}"),
            ("warehouse", str(self.home.warehouse)),
        ]

    def attention(self) -> list[str]:
        """What went wrong without stopping the run, the first few of each kind."""
        lines = [f"not fetched: {failure}" for failure in self.fetched.failures[:SHOWN]]
        if not self.fetched.document_count and not self.fetched.failures:
            lines.append("no document was found in the sources given")
        if len(self.fetched.failures) > SHOWN:
            lines.append(f"and {len(self.fetched.failures) - SHOWN:,} more")
        lines += [f"not read: {missing}; fetch it again" for missing in self.parsed.missing[:SHOWN]]
        return lines + self.problems

    def text(self) -> str:
        width = max(len(name) for name, _ in self.rows())
        lines = [f"  {name:<{width}}  {value}" for name, value in self.rows()]
        lines += [f"  ! {line}" for line in self.attention()]
        return "\n".join(["published", *lines, "", "try:", f"  {self.command()}"])

    def markdown(self) -> str:
        table = "\n".join(f"| {name} | {value} |" for name, value in self.rows())
        attention = "\n".join(f"- {line}" for line in self.attention())
        return f"| | |\n|---|---|\n{table}\n\n{attention}\n\n```\n{self.command()}\n```\n"

    def command(self) -> str:
        """A query to try, ready to paste."""
        home = [] if self.home == Home.resolve() else ["--home", str(self.home.path)]
        return shlex.join([program(), "sql", *home]) + f' "{QUERY}"'


def program() -> str:
    """How the user calls `gongkai` from here."""
    here = Path(sys.argv[0])
    if here.name != "gongkai" or shutil.which("gongkai") == str(here.absolute()):
        return "gongkai"
    here = here.absolute()
    return str(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else str(here)


def summarise(home: Home, fetched: FetchSummary, parsed: ParseSummary, problems: list[str]) -> RunSummary:
    """Count what the published warehouse holds."""
    with open_warehouse(home) as connection:

        def count(query: str) -> int:
            ((number,),) = connection.execute(query).fetchall()
            return int(number)

        severities = dict.fromkeys(("critical", "warning", "info"), 0)
        severities.update(
            connection.execute("SELECT severity, count(*) FROM quality.finding GROUP BY severity").fetchall()
        )
        return RunSummary(
            home=home,
            fetched=fetched,
            parsed=parsed,
            document_count=count("SELECT count(*) FROM core.document"),
            report_count=count("SELECT count(*) FROM core.report"),
            other_count=count("SELECT count(*) FROM core.document WHERE kind = 'other'"),
            fact_count=count("SELECT count(*) FROM core.fact"),
            quarantine_count=count("SELECT count(*) FROM quality.quarantine"),
            finding_counts=severities,
            open_alert_count=count("SELECT count(*) FROM quality.alert WHERE status <> 'resolved'"),
            problems=problems,
        )
