"""Alerts over the runs, told to a real local webhook and a real local mail server."""

from __future__ import annotations

import base64
import hmac
import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import yaml
from click.testing import CliRunner

from flows.alert import Delivery, deliver_alerts, record_alerts
from flows.commands.alerts import command
from flows.edge.bots import find_bot
from flows.edge.notify import ChannelError, DeliveryError, Message, check_channel, send
from flows.edge.outbox import Changes, Condition, Outbox, UnknownAlertError
from flows.settings import ROOT, Home
from tests.local_channels import MailServer, Messenger, Webhook
from tests.raw_layer import RawLayer, figure, finding, judged_build, report


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def condition(subject: str, severity: str = "critical", message: str = "wrong", count: int = 1) -> Condition:
    return Condition("test.rule", subject, severity, "430000", count, message, "有误")


def deliver(home: Home, *channels: str, run: str = "run") -> list[Delivery]:
    return deliver_alerts(home, channels, run, first_wait_seconds=0.01)


def told(webhook: Webhook) -> list[tuple[str, str]]:
    return [(alert["kind"], alert["subject"]) for message in webhook.received for alert in message["alerts"]]


# --- over the runs ------------------------------------------------------------------------------


def test_an_alert_is_opened_seen_again_and_resolved(home: Home) -> None:
    outbox = Outbox(home)
    assert outbox.alerts() == []
    assert outbox.update([condition("a"), condition("b")], "1") == Changes(2, 0, 0)
    assert outbox.update([condition("a", message="worse", count=3)], "2") == Changes(0, 1, 1)
    (alert,) = outbox.alerts()
    assert (alert.subject, alert.message, alert.document_count, alert.status) == ("a", "worse", 3, "open")
    assert (alert.first_seen_run, alert.last_seen_run, alert.run_count) == ("1", "2", 2)
    resolved = outbox.alerts(with_resolved=True)[1]
    assert (resolved.subject, resolved.status, resolved.resolved_run) == ("b", "resolved", "2")


def test_what_comes_back_is_opened_again(home: Home) -> None:
    outbox = Outbox(home)
    outbox.update([condition("a")], "1")
    outbox.acknowledge("test.rule", "a", "Li", "")
    outbox.update([], "2")
    assert outbox.update([condition("a")], "3") == Changes(1, 0, 0)
    (alert,) = outbox.alerts()
    assert (alert.status, alert.first_seen_run, alert.resolved_run, alert.run_count) == ("open", "3", None, 1)
    assert alert.acknowledged_by is None


def test_the_alerts_of_an_earlier_version_are_kept(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with sqlite3.connect(home.path / "alerts.sqlite") as database:
        database.execute("ALTER TABLE alert DROP COLUMN run_count")
    Outbox(home).update([condition("a")], "2")
    assert [(alert.subject, alert.run_count) for alert in Outbox(home).alerts()] == [("a", 2)]


def test_acknowledged_stays_until_resolved_or_worse(home: Home) -> None:
    outbox = Outbox(home)
    outbox.update([condition("a", "warning")], "1")
    outbox.acknowledge("test.rule", "a", "Li", "asked the agency")
    outbox.update([condition("a", "warning")], "2")
    (alert,) = outbox.alerts()
    assert (alert.status, alert.acknowledged_by, alert.acknowledged_reason) == (
        "acknowledged",
        "Li",
        "asked the agency",
    )
    assert outbox.update([condition("a", "critical")], "3") == Changes(1, 0, 0)
    assert outbox.alerts()[0].status == "open"
    with pytest.raises(UnknownAlertError, match="about z"):
        outbox.acknowledge("test.rule", "z", "Li", "")


def test_a_run_that_could_not_look_at_everything_resolves_nothing(home: Home) -> None:
    outbox = Outbox(home)
    outbox.update([condition("a")], "1")
    assert outbox.update([condition("b")], "2", is_complete=False) == Changes(1, 0, 0)
    assert {alert.subject for alert in outbox.alerts()} == {"a", "b"}


def test_worst_first(home: Home) -> None:
    Outbox(home).update([condition("a", "warning", count=9), condition("b"), condition("c", count=2)], "1")
    assert [alert.subject for alert in Outbox(home).alerts()] == ["c", "b", "a"]


def test_a_run_that_is_stopped_changes_nothing(home: Home) -> None:
    outbox = Outbox(home)
    outbox.update([condition("a")], "1")

    def stopped() -> object:
        yield condition("b")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.update(stopped(), "2")  # type: ignore[arg-type]
    assert [alert.subject for alert in outbox.alerts()] == ["a"]
    assert outbox.update([condition("a")], "3") == Changes(0, 1, 0)


# --- delivery -----------------------------------------------------------------------------------


def test_one_message_a_run(home: Home) -> None:
    outbox = Outbox(home)
    with Webhook() as webhook:
        outbox.update([condition("a", "warning"), condition("b")], "1")
        assert deliver(home, webhook.address, run="1") == [Delivery(f"http://127.0.0.1:{webhook.port}", 2)]
        outbox.update([condition("c")], "2")
        deliver(home, webhook.address, run="2")
        assert deliver(home, webhook.address, run="3")[0].event_count == 0
    first, second = webhook.received
    assert told(webhook) == [
        ("opened", "b"),
        ("opened", "a"),
        ("opened", "c"),
        ("resolved", "b"),
        ("resolved", "a"),
    ]
    assert (first["run"], first["opened_count"], first["resolved_count"]) == ("1", 2, 0)
    assert second["subject"] == "gongkai: 1 alert opened, 2 resolved, the worst critical"
    assert second["alerts"][0] | {"event_id": 0, "at": ""} == {
        "event_id": 0,
        "at": "",
        "kind": "opened",
        "run": "2",
        "rule": "test.rule",
        "subject": "c",
        "severity": "critical",
        "province_code": "430000",
        "document_count": 1,
        "message": "wrong",
        "message_zh": "有误",
    }
    assert webhook.keys == [first["message_id"], second["message_id"]]
    assert len(set(webhook.keys)) == 2


def test_what_a_dead_endpoint_missed_arrives_once_it_is_up(home: Home) -> None:
    """Down for two runs, then up: everything arrives, and nothing again after it was taken."""
    outbox = Outbox(home)
    webhook, mail = Webhook(), MailServer()
    with webhook, mail:
        channels = [webhook.address, mail.address("a@example.cn")]
    outbox.update([condition("a")], "1")
    down = deliver(home, *channels, run="1")
    assert [one.event_count for one in down] == [1, 1]
    assert all(one.error and "3 tries" in one.error for one in down)
    outbox.update([condition("a"), condition("b")], "2")
    assert all(one.error for one in deliver(home, *channels, run="2"))
    with webhook, mail:
        outbox.update([condition("b"), condition("c")], "3")
        assert [one.error for one in deliver(home, *channels, run="3")] == [None, None]
        outbox.update([condition("b"), condition("c")], "4")
        assert [one.event_count for one in deliver(home, *channels, run="4")] == [0, 0]
    assert sorted(told(webhook)) == [("opened", "a"), ("opened", "b"), ("opened", "c"), ("resolved", "a")]
    ((recipient, message),) = mail.received
    assert recipient == "a@example.cn"
    assert message["Subject"] == "gongkai: 3 alerts opened, 1 resolved, the worst critical"
    text = message.get_content()
    assert text.count("critical  test.rule") == 3
    assert text.count("resolved  test.rule  a") == 1
    assert "有误" in text


def test_a_refusal_that_may_pass_is_tried_again(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with Webhook() as webhook:
        webhook.answers = [503, 429]
        assert deliver(home, webhook.address)[0].error is None
    assert (webhook.asked, len(webhook.received)) == (3, 1)


def test_a_refusal_that_stays_is_not_tried_again_and_loses_nothing(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with Webhook() as webhook:
        webhook.answers = [404]
        assert deliver(home, webhook.address)[0].error == "answered 404 Not Found"
        assert webhook.asked == 1
        deliver(home, webhook.address)
    assert told(webhook) == [("opened", "a")]


def test_an_answer_that_was_lost_is_told_again_under_the_same_id(home: Home) -> None:
    """Stopped between the channel's acceptance and our note of it: at least once, recognisably."""
    outbox = Outbox(home)
    outbox.update([condition("a")], "1")
    with Webhook() as webhook:
        deliver(home, webhook.address)
        with sqlite3.connect(home.path / "alerts.sqlite") as database:
            database.execute("DELETE FROM delivery")
        deliver(home, webhook.address)
    assert len(webhook.received) == 2
    assert len(set(webhook.keys)) == 1


def test_each_recipient_counts_for_itself(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with MailServer() as mail:
        channel = mail.address("good@example.cn", "bad@example.cn")
        mail.refused = {"bad@example.cn": 550}
        good, bad = deliver(home, channel)
        assert good.error is None
        assert bad.error == "the mail server answered 550 bad@example.cn"
        mail.refused = {}
        deliver(home, channel)
        deliver(home, channel)
    assert [recipient for recipient, _ in mail.received] == ["good@example.cn", "bad@example.cn"]


def test_a_busy_mail_server_is_asked_again(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with MailServer() as mail:
        mail.refused = {"a@example.cn": 451}
        (delivery,) = deliver(home, mail.address("a@example.cn"))
    assert delivery.error == "the mail server answered 451 a@example.cn (3 tries)"


def test_no_password_over_an_open_line(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with MailServer() as mail:
        (delivery,) = deliver(home, mail.address("a@example.cn", user="me:secret@"))
    assert delivery.error is not None
    assert "password is not sent" in delivery.error
    assert mail.logins == 0


def test_a_new_channel_is_told_what_is_open_not_what_is_past(home: Home) -> None:
    outbox = Outbox(home)
    outbox.update([condition("past"), condition("open")], "1")
    outbox.update([condition("open")], "2")
    with Webhook() as webhook:
        deliver(home, webhook.address)
    assert told(webhook) == [("opened", "open")]


def test_no_secret_of_a_channel_is_kept_or_shown(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with Webhook() as webhook:
        webhook.answers = [500, 500, 500]
        (delivery,) = deliver(home, webhook.address.replace("//", "//me:hidden@"))
    kept = b"".join(path.read_bytes() for path in home.path.iterdir()) + repr(delivery).encode()
    assert b"secret" not in kept
    assert b"hidden" not in kept


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("ftp://example.cn/", "ftp://…: no address that Apprise understands"),
        ("http:///path", "an alert goes to"),
        ("nonsense", "nonsense: an alert goes to"),
        ("smtp://example.cn/", "say who is written to"),
    ],
)
def test_an_address_that_nothing_can_be_sent_to(home: Home, channel: str, said: str) -> None:
    with pytest.raises(ChannelError, match=said):
        check_channel(channel)
    with pytest.raises(ChannelError, match=said):
        deliver(home, channel)


def test_a_webhook_that_nobody_serves() -> None:
    with Webhook() as webhook:
        channel = webhook.address
    with pytest.raises(DeliveryError, match=r"ConnectError.*3 tries"):
        send(channel, Message("id", "subject", "text", {}), first_wait_seconds=0.01)


def test_a_channel_is_told_what_its_route_takes(home: Home) -> None:
    outbox = Outbox(home)
    with Webhook() as every, Webhook() as worst, Webhook() as one:
        outbox.update(
            [
                condition("Hunan", "warning"),
                Condition("test.rule", "Jilin", "critical", "220000", 1, "wrong", "有误"),
                Condition("test.rule", "a host", "critical", None, 1, "wrong", "有误"),
            ],
            "1",
        )
        channels = (
            every.address,
            f"{worst.address}#severity=critical",
            f"{one.address}#severity=warning&province=43,110000",
        )
        assert [delivery.event_count for delivery in deliver(home, *channels)] == [3, 2, 1]
        assert {subject for _, subject in told(every)} == {"Hunan", "Jilin", "a host"}
        assert {subject for _, subject in told(worst)} == {"Jilin", "a host"}
        assert told(one) == [("opened", "Hunan")]
        # the route is no part of what is sent
        assert [delivery.event_count for delivery in deliver(home, *channels)] == [0, 0, 0]
        outbox.update([], "2")
        assert [delivery.event_count for delivery in deliver(home, *channels)] == [3, 2, 1]


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("https://a.cn/#severity=worst", "severity is 'worst', expected one of critical, warning, info"),
        ("https://a.cn/#province=Hunan", "province is 'Hunan', expected codes of provinces"),
        ("https://a.cn/#severity=critical&town=1", "town is not known"),
        ("slack://secret", "no address that Apprise understands"),
        ("https://open.feishu.cn/document/secret", "no address that Apprise understands"),
        ("wecombot://secret@key", "wecombot://…: expected wecombot://token"),
    ],
)
def test_a_mistake_in_a_channel_is_told_without_its_secret(channel: str, said: str) -> None:
    with pytest.raises(ChannelError, match="…") as error:
        check_channel(channel)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_a_service_of_apprise_is_told_until_it_takes_it(home: Home) -> None:
    Outbox(home).update([condition("a"), condition("b")], "1")
    webhook = Webhook()
    with webhook:
        pass
    channel = f"json://127.0.0.1:{webhook.port}/hook-secret"
    for _ in range(2):
        (down,) = deliver(home, channel)
        assert (down.event_count, down.error is None) == (2, False)
        assert "secret" not in down.channel
    webhook.answers = [500]
    with webhook:
        assert deliver(home, channel) == [Delivery(down.channel, 2)]
        assert deliver(home, channel) == [Delivery(down.channel, 0)]
    (message,) = webhook.received
    assert message["title"] == "gongkai: 2 alerts opened, 0 resolved, the worst critical"
    assert "critical  test.rule  a" in message["message"]


BOTS = {
    "feishu": ('{"code":0,"msg":"success"}', '{"code":19024,"msg":"Key Words Not Found"}'),
    "lark": ('{"StatusCode":0,"StatusMessage":"success"}', '{"code":9499,"msg":"Bad Request"}'),
    "dingtalk": ('{"errcode":0,"errmsg":"ok"}', '{"errcode":310000,"errmsg":"sign not match"}'),
    "wecombot": ('{"errcode":0,"errmsg":"ok"}', '{"errcode":93000,"errmsg":"invalid webhook url"}'),
}
"""What a bot answers to what it takes and to what it refuses, both with the status 200."""


def text_of(body: dict[str, Any]) -> str:
    return str(body["content"]["text"] if "content" in body else body["text"]["content"])


@pytest.mark.parametrize("name", BOTS)
def test_a_bot_has_taken_a_message_when_it_says_so(home: Home, name: str) -> None:
    Outbox(home).update([condition("a"), condition("b")], "1")
    taken, refused = BOTS[name]
    messenger = Messenger(taken)
    with messenger:
        channel = f"{name}://Token-secret?origin={messenger.origin}"
    assert "ConnectError" in str(deliver(home, channel)[0].error)
    messenger.answers = [refused, "no JSON"]
    with messenger:
        (delivery,) = deliver(home, channel)
        assert (delivery.event_count, str(delivery.error).split()[0]) == (2, name)
        assert messenger.asked == 1
        assert "says nothing" in str(deliver(home, channel)[0].error)
        messenger.answers = ['{"errcode": 45009, "errmsg": "api freq out of limit"}']
        assert deliver(home, channel) == [Delivery(delivery.channel, 2)]
        assert deliver(home, channel) == [Delivery(delivery.channel, 0)]
    ((path, body),) = messenger.received
    assert "Token-secret" in path
    assert text_of(body).startswith(
        "gongkai: 2 alerts opened, 0 resolved, the worst critical\n\ncritical  test.rule  a"
    )
    assert "有误" in text_of(body)
    assert "secret" not in repr(delivery)


def test_a_bot_that_asks_for_signatures_gets_one(home: Home) -> None:
    Outbox(home).update([condition("a")], "1")
    with Messenger(BOTS["dingtalk"][0]) as dingtalk, Messenger(BOTS["feishu"][0]) as feishu:
        deliver(
            home,
            f"dingtalk://SECx@token?origin={dingtalk.origin}",
            f"feishu://key@token?origin={feishu.origin}",
        )
    ((path, _),) = dingtalk.received
    query = parse_qs(urlsplit(path).query)
    assert query["access_token"] == ["token"]
    said = f"{query['timestamp'][0]}\nSECx".encode()
    assert query["sign"] == [base64.b64encode(hmac.digest(b"SECx", said, "sha256")).decode()]
    ((_, body),) = feishu.received
    key = f"{body['timestamp']}\nkey".encode()
    assert body["sign"] == base64.b64encode(hmac.digest(key, b"", "sha256")).decode()


def test_a_bot_is_told_in_messages_that_it_can_take(home: Home) -> None:
    outbox = Outbox(home)
    outbox.update(
        [condition(f"subject {number:02}") for number in range(30)]
        + [condition("long", message="有" * 2000)],
        "1",
    )
    with Messenger(BOTS["wecombot"][0]) as messenger:
        channel = f"wecombot://key?origin={messenger.origin}"
        messenger.answers = [messenger.taken, '{"errcode":93000,"errmsg":"no"}']
        first = deliver(home, channel)[0]
        assert first.error == "wecombot answered 93000 no"
        told_first = 31 - first.event_count
        # what was taken before is not told again
        assert deliver(home, channel)[0].event_count == 31 - told_first
        assert deliver(home, channel)[0].event_count == 0
    texts = [text_of(body) for _, body in messenger.received]
    assert all(len(text.encode()) <= 2048 for text in texts)
    assert sorted(re.findall("subject [0-9]{2}", "".join(texts))) == [
        f"subject {number:02}" for number in range(30)
    ]
    assert sum("test.rule  long" in text and text.endswith("…") for text in texts) == 1


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (
            "https://open.feishu.cn/open-apis/bot/v2/hook/ab-1",
            "https://open.feishu.cn/open-apis/bot/v2/hook/ab-1",
        ),
        ("lark://ab-1/", "https://open.larksuite.com/open-apis/bot/v2/hook/ab-1"),
        ("dingtalk://abC", "https://oapi.dingtalk.com/robot/send?access_token=abC"),
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=9-a",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=9-a",
        ),
        ("https://oapi.dingtalk.com/robot/send", None),
        ("https://open.feishu.cn/document/", None),
        ("wecombot://", None),
        ("https://example.cn/open-apis/bot/v2/hook/ab-1", None),
    ],
)
def test_the_address_of_a_bot(channel: str, address: str | None) -> None:
    bot = find_bot(channel)
    assert (bot.address if bot else None) == address


def test_slack(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    Outbox(home).update([condition("a")], "1")
    with Messenger("ok") as messenger:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{messenger.origin}/services")
        channel = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#data"
        messenger.answers = ["no_service"] * 3
        (delivery,) = deliver(home, channel)
        assert delivery.error is not None
        assert delivery.error.startswith("Slack: ")
        assert deliver(home, channel) == [Delivery(delivery.channel, 1)]
        assert deliver(home, channel) == [Delivery(delivery.channel, 0)]
    ((path, body),) = messenger.received
    assert path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert "critical  test.rule  a" in json.dumps(body)


def test_alerts_are_events_that_the_example_automation_takes(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.automations import Automation
    from prefect.server.events.schemas.automations import EventTrigger
    from prefect.server.events.schemas.events import ReceivedEvent

    from flows.edge.events import emit

    emitted: list[dict[str, Any]] = []
    monkeypatch.setattr("prefect.events.emit_event", lambda **event: emitted.append(event))
    outbox = Outbox(home)
    outbox.update([condition("a"), condition("b", "warning")], "1")
    emit(outbox.events("1"))
    outbox.update([condition("b", "warning")], "2")
    emit(outbox.events("2"))
    assert [(one["event"], one["resource"]["gongkai.severity"]) for one in emitted] == [
        ("gongkai.alert.opened", "critical"),
        ("gongkai.alert.opened", "warning"),
        ("gongkai.alert.resolved", "critical"),
    ]
    assert emitted[0]["resource"]["prefect.resource.id"] == emitted[2]["resource"]["prefect.resource.id"]
    (example,) = yaml.safe_load((ROOT / "docs" / "automations.yaml").read_text(encoding="utf-8"))[
        "automations"
    ]
    automation = Automation(**example)
    trigger = EventTrigger(**automation.trigger.model_dump(exclude={"id", "type"}))
    taken = [
        trigger.covers(
            ReceivedEvent(
                occurred=datetime.now(UTC),
                id=uuid4(),
                **{name: one[name] for name in ("event", "resource", "payload")},
            )
        )
        for one in emitted
    ]
    assert taken == [True, False, False]


# --- from what a run read ------------------------------------------------------------------------


def run_alerts(
    raw: RawLayer, home: Home, run: str, failures: list[str] | None = None
) -> tuple[Changes, list[tuple[str, str, str, int]]]:
    """Judge, follow the conditions, and read the table back."""
    with judged_build(raw.folder, home) as (connection, _):
        changes = record_alerts(connection, home, run, failures or [])
        table = connection.execute(
            "SELECT rule, subject, status, document_count FROM quality.alert ORDER BY ALL"
        ).fetchall()
    return changes, table


def test_a_mended_report_resolves_its_alerts(tmp_path: Path, home: Home) -> None:
    raw = RawLayer(tmp_path / "raw")
    raw.add(
        [report("a1"), report("b1", report_year=None)],
        [figure("a1"), figure("b1")],
        [finding("a1", "requests.balance")],
    )
    raw.attempt("http://a.gov.cn/1.html", "a1")
    raw.attempt("http://b.gov.cn/1.html", "b1")
    changes, table = run_alerts(raw, home, "1")
    assert changes == Changes(2, 0, 0)
    assert table == [
        ("report.requests_broken", "430000 2017", "open", 1),
        ("report.year_undecided", "http://b.gov.cn/1.html", "open", 1),
    ]
    assert run_alerts(raw, home, "2")[0] == Changes(0, 2, 0)
    # the agency publishes a mended version at the same address; the old one stays in the archive
    raw.add([report("a2"), report("b2")], [figure("a2"), figure("b2")])
    raw.attempt("http://a.gov.cn/1.html", "a2")
    raw.attempt("http://b.gov.cn/1.html", "b2")
    changes, table = run_alerts(raw, home, "3")
    assert changes == Changes(0, 0, 2)
    assert [row[2] for row in table] == ["resolved", "resolved"]


def test_conditions_are_grouped(tmp_path: Path, home: Home) -> None:
    raw = RawLayer(tmp_path / "raw")
    raw.add(
        [report(f"r{number}") for number in range(3)]
        + [
            {"sha256": f"u{number}", "kind": "unreadable", "reason": "a PDF without text"}
            for number in range(2)
        ]
        + [{"sha256": "other", "kind": "other", "reason": "work plan"}],
        [figure(f"r{number}") for number in range(3)],
        [finding(f"r{number}", "requests.balance") for number in range(3)],
    )
    for number in range(3):
        raw.attempt(f"http://a.gov.cn/{number}.html", f"r{number}")
    raw.attempt("http://a.gov.cn/u0.pdf", "u0")
    raw.attempt("/files/u1.pdf", "u1", final_address="file:///data/files/u1.pdf")
    raw.attempt("http://a.gov.cn/plan.html", "other")
    raw.attempt("http://dead.gov.cn/1.html", error="ConnectError (3 tries)")
    raw.attempt("http://dead.gov.cn/2.html", error="ConnectError (3 tries)")
    raw.attempt("/files/x.png", error="skipped: suffix '.png' is not a document's")
    _, table = run_alerts(raw, home, "1")
    assert table == [
        ("document.unreadable", "a.gov.cn", "open", 1),
        ("document.unreadable", "file:///data/files/", "open", 1),
        ("fetch.failed", "dead.gov.cn", "open", 2),
        ("report.requests_broken", "430000 2017", "open", 3),
    ]
    by_rule = {alert.rule: alert for alert in Outbox(home).alerts()}
    broken = by_rule["report.requests_broken"]
    assert broken.message == (
        "3 reports of 湖南省 2017 break the rule: The identities of the applications figures must hold"
    )
    assert broken.message_zh == "湖南省 2017 年 3 份报告不符合要求：依申请公开部分的勾稽关系应当成立"
    assert by_rule["fetch.failed"].message.endswith("most often: ConnectError (3 tries)")
    # an address that answers again
    raw.add([report("late")], [figure("late")])
    raw.attempt("http://dead.gov.cn/1.html", "late")
    _, table = run_alerts(raw, home, "2")
    assert ("fetch.failed", "dead.gov.cn", "open", 1) in table


def test_a_publication_that_is_held_back_is_an_alert_and_resolves_nothing(tmp_path: Path, home: Home) -> None:
    raw = RawLayer(tmp_path / "raw")
    raw.add([report("a", report_year=None)], [figure("a")])
    raw.attempt("http://a.gov.cn/1.html", "a")
    run_alerts(raw, home, "1")
    raw.add([report("b")], [figure("b")])
    raw.attempt("http://a.gov.cn/1.html", "b")
    changes, _ = run_alerts(raw, home, "2", ["mart.province_lost: 湖南 has no report any more"])
    assert changes == Changes(1, 0, 0)
    assert [(alert.rule, alert.subject) for alert in Outbox(home).alerts()] == [
        ("publication.held", "mart.province_lost"),
        ("report.year_undecided", "http://a.gov.cn/1.html"),
    ]
    assert "湖南 has no report any more" in Outbox(home).alerts()[0].message
    assert run_alerts(raw, home, "3")[0] == Changes(0, 0, 2)


def test_every_column_of_the_table_is_described(tmp_path: Path, home: Home) -> None:
    from flows.alert import ALERT_DESCRIPTION

    Outbox(home).update([condition("a")], "1")
    with judged_build(tmp_path, home) as (connection, _):
        record_alerts(connection, home, "2")
        columns = connection.execute("DESCRIBE quality.alert").fetchall()
    assert [name for name, *_ in columns] == list(ALERT_DESCRIPTION.columns)
    assert {kind for name, kind, *_ in columns if name.endswith("_at")} == {"TIMESTAMP WITH TIME ZONE"}


# --- the command --------------------------------------------------------------------------------


def test_the_command_lists_worst_first_and_acknowledges(home: Home) -> None:
    runner = CliRunner()

    def call(*arguments: str) -> str:
        result = runner.invoke(command, ["--home", str(home.path), *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert "no run has recorded alerts here yet" in call()
    outbox = Outbox(home)
    outbox.update([condition("a", "warning"), condition("b"), condition("c")], "1")
    outbox.update([condition("a", "warning"), condition("b")], "2")
    listed = call()
    assert listed.index("critical test.rule  b") < listed.index("warning  test.rule  a")
    assert "有误" in listed
    assert "test.rule  c" not in listed
    assert "test.rule  c" in call("--all")
    call("ack", "test.rule", "b", "--by", "Li", "--reason", "asked the agency")
    assert "acknowledged by Li (asked the agency)" in call()
    assert [json.loads(line)["subject"] for line in call("--json").splitlines()] == ["b", "a"]
    outbox.update([], "3")
    assert "no open alert" in call()


def test_the_command_knows_no_such_alert(home: Home) -> None:
    result = CliRunner().invoke(command, ["--home", str(home.path), "ack", "x", "y", "--by", "Li"])
    assert result.exit_code == 1
    assert "there is no open alert of the rule x about y" in result.output
