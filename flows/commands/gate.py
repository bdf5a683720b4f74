"""`gongkai gate`: what holds publication back, and its release."""

from __future__ import annotations

import click

from flows.commands.stores import alert_errors
from flows.edge.decisions import decide
from flows.edge.gate import RELEASABLE
from flows.edge.outbox import Alert, Outbox
from flows.settings import Home

HELD = "publication.held"

_home = click.option("--home", help="Folder of the run (GONGKAI_HOME, else warehouse/).")


@click.group("gate", invoke_without_command=True)
@_home
@click.pass_context
def command(context: click.Context, home: str | None) -> None:
    """What held back the last run's warehouse, if anything did."""
    context.obj = home
    if context.invoked_subcommand:
        return
    place = Home.resolve(home)
    held = _held(place)
    if not held:
        nothing = "no run has been judged here yet" if Outbox(place).is_new else "nothing is held back"
        click.echo(f"{place.path}: {nothing}")
    for alert in held:
        click.echo(f"{alert.subject}  since {alert.first_seen_at}")
        click.echo(f"  {alert.message}")


@command.command("release")
@_home
@click.argument("rule")
@click.option("--subject", default="", help="Only for this table (and province); else for all of the rule.")
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why the loss is right; it is kept with the decision.")
@click.pass_context
def release(context: click.Context, home: str | None, rule: str, subject: str, by: str, reason: str) -> None:
    """Let the next run publish in spite of RULE.

    It holds until a warehouse is published: against that one the rule is judged anew.
    """
    place = Home.resolve(home or context.obj)
    if rule not in RELEASABLE:
        raise click.ClickException(
            f"{rule} cannot be released; only {' and '.join(RELEASABLE)} can. What else holds publication back "
            "is a fault to be mended"
        )
    name = f"{rule} {subject}".strip()
    if not any(alert.subject == name or alert.subject.startswith(f"{name} ") for alert in _held(place)):
        raise click.ClickException(f"{name} holds nothing back in {place.path} (see: gongkai gate)")
    decide(place, "publish", subject, (rule,), by=by, reason=reason)
    click.echo(f"{name}: released; the next gongkai run publishes in spite of it")


def _held(home: Home) -> list[Alert]:
    with alert_errors(home):
        return [alert for alert in Outbox(home).alerts() if alert.rule == HELD]
