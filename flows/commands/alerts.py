"""`gongkai alerts`: the open data-quality alerts of a home, worst first."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from flows.commands.stores import alert_errors
from flows.edge.outbox import Alert, Outbox, UnknownAlertError
from flows.settings import Home

COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}

_home = click.option("--home", help="Folder of the run (GONGKAI_HOME, else warehouse/).")


@click.group("alerts", invoke_without_command=True)
@_home
@click.option("--all", "with_resolved", is_flag=True, help="Also what is resolved.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of text.")
@click.pass_context
def command(context: click.Context, home: str | None, with_resolved: bool, as_json: bool) -> None:
    """Open data-quality alerts, worst first."""
    context.obj = home
    if context.invoked_subcommand:
        return
    place = Home.resolve(home)
    outbox = Outbox(place)
    with alert_errors(place):
        alerts = outbox.alerts(with_resolved=with_resolved)
    if as_json:
        for alert in alerts:
            click.echo(json.dumps(asdict(alert), ensure_ascii=False))
        return
    if not alerts:
        nothing = "no run has recorded alerts here yet" if outbox.is_new else "no open alert"
        click.echo(f"{place.path}: {nothing}")
    for alert in alerts:
        click.echo(_text(alert))


@command.command("ack")
@_home
@click.argument("rule")
@click.argument("subject")
@click.option("--by", required=True, help="Who takes the alert on.")
@click.option("--reason", default="", help="What is known of it, or will be done.")
@click.pass_context
def acknowledge(
    context: click.Context, home: str | None, rule: str, subject: str, by: str, reason: str
) -> None:
    """Note that somebody has taken an alert on; it stays listed until it is resolved."""
    place = Home.resolve(home or context.obj)
    try:
        with alert_errors(place):
            Outbox(place).acknowledge(rule, subject, by, reason)
    except UnknownAlertError as error:
        raise click.ClickException(f"{error} in {place.path} (see: gongkai alerts)") from error
    click.echo(f"{rule} {subject}: acknowledged by {by}")


def _text(alert: Alert) -> str:
    severity = click.style(f"{alert.severity:<8}", fg=COLOURS[alert.severity], bold=True)
    notes = [alert.status, f"since {alert.first_seen_at}"]
    if alert.run_count > 1:
        notes.append(f"in {alert.run_count} runs")
    if alert.status == "acknowledged":
        notes[0] += f" by {alert.acknowledged_by}" + (
            f" ({alert.acknowledged_reason})" if alert.acknowledged_reason else ""
        )
    if alert.status == "resolved":
        notes[0] += f" at {alert.resolved_at}"
    return "\n".join(
        (
            f"{severity} {alert.rule}  {alert.subject}",
            f"         {alert.message}",
            f"         {alert.message_zh}",
            f"         {', '.join(notes)}",
        )
    )
