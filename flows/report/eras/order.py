"""The rows of the long tables from top to bottom: what rows with damaged labels are, by their neighbours."""

from __future__ import annotations

from flows.report.eras.form_2014 import STATISTICS
from flows.report.eras.tables import OTHER_2021, REQUESTS

_OUTCOMES = tuple(REQUESTS)[2:-1]
_ENDS = ("upheld", "corrected", "other")


def _statistics() -> tuple[str, ...]:
    rows: list[str] = []
    for indicator, _ in STATISTICS.values():
        if indicator in ("review.total", "litigation.total"):
            section = indicator.partition(".")[0]
            rows += [indicator, *(f"{section}.{end}" for end in _ENDS)]
        elif "{section}" not in indicator and indicator not in rows:
            rows.append(indicator)
    return tuple(rows)


ORDERS: tuple[tuple[str, ...], ...] = (
    *(
        (
            "requests.received",
            "requests.carried_in",
            *(REQUESTS[label] for label in _OUTCOMES),
            *other,
            "requests.resolved",
            "requests.carried_out",
        )
        for other in (
            ("requests.other",),
            ("requests.other.no_correction", "requests.other.no_payment", "requests.other.misc"),
        )
    ),
    _statistics(),
)
"""Of the applications table of 2019 and of 2021, and of the nine-section table of 2014."""

_LABELS: dict[str, str] = {
    "requests.resolved": "总计",
    "requests.other": "其他处理",
    "requests.other.misc": "其他",
    "review.upheld": "维持具体行政行为数",
    **{f"{section}.corrected": "被依法纠错数" for section in ("review", "litigation")},
    **{f"{section}.other": "其他情形数" for section in ("review", "litigation")},
}


_LOST = frozenset("?？\ufffd□")
"""What stands for a character that was lost."""


def rows_between(before: str, after: str | None, printed: list[str], *, statistics: bool) -> list[str]:
    """The indicators of the rows whose labels, as `printed`, cannot be read, between those of two others
    (`before` empty: at the table's head; `after` None: at the table's end): the rows that a form has there, if they are as many and each label
    has characters of its own in what is printed. Else none."""
    found: tuple[str, ...] = ()
    for order in ORDERS[2:] if statistics else ORDERS[:2]:
        if (before in order or not before) and (after is None or after in order):
            first = order.index(before) + 1 if before else 0
            between = order[first : None if after is None else order.index(after)]
            if len(between) == len(printed):
                found = between
    for indicator, text in zip(found, printed, strict=False):
        label = set(label_of(indicator, statistics=statistics))
        # where marks of lost characters stand, few are left to be its own
        needed = 1 if _LOST & set(text) else max(min(2, len(label) - 1), len(label) // 3)
        if len(label & set(text)) < needed:
            return []
    return list(found)


def label_of(indicator: str, *, statistics: bool = False) -> str:
    """The printed label of a row of a long table; empty for one that no table of its kind prints."""
    rows = {} if statistics else {**REQUESTS, **OTHER_2021}
    for label, name in rows.items():
        if name == indicator:
            return label
    for label, (name, _) in STATISTICS.items():
        if name == indicator:
            return label
    return _LABELS.get(indicator, "")
