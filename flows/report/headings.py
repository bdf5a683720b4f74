"""What the columns of a table are, from the headings over them.

Where cells keep their places, a column is what the headings over it say, top to bottom. Lines of text, and
cells whose spans were lost, tell no heading's place over its columns. The form's headings stand in two or
three rows, so their words come row by row: 自然人, 法人或其他组织, 总计, then the five under the second; 行政复议,
行政诉讼, the outcomes of reviews, the two routes to court, then the outcomes of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from flows.report.eras import active, form_2019, form_2021, tables
from flows.report.label import label_key
from flows.report.types import TOTAL

Heading = tuple[tuple[str, int, int, int], ...]
"""The cells of the rows of headings: text, row, first column, the column behind the last."""
Columns = list[tuple[str, frozenset[int]]]
Fields = list[tuple[str | None, frozenset[int], str | None]]

SUBTOTAL = "subtotal"
"""A column that some print behind the five kinds of organisations: their sum."""
SUBTOTALS = frozenset(["小计", "合计数"])
_FIRST_HALVES = {
    "商业": "business",
    "科研": "research",
    "社会公益": "nonprofit",
    "公益": "nonprofit",
    "法律服务": "legal_service",
}
"""Of headings that are printed in two rows."""
_SECOND_HALVES = frozenset(["企业", "机构", "组织", "社会", "单位"])
OUTCOMES = ["upheld", "corrected", "other", "pending", "total"]
"""Of the disputes table, in the form's order."""


def applicant(text: str, found: Sequence[str]) -> str | None:
    """The column that a heading names behind those `found`; None where it is none, "" where it says nothing
    more: a heading over several, or the second half of one."""
    key = label_key(text)
    if key in tables.APPLICANT_HEADINGS or not key:
        return ""
    if key in SUBTOTALS:
        return SUBTOTAL
    if key in _FIRST_HALVES:
        return _FIRST_HALVES[key]
    name = tables.APPLICANTS.get(key)
    return "" if key in _SECOND_HALVES and (name is None or name in found) else name


def is_half(text: str) -> bool:
    """Whether a text is half a heading of the applications table, of those printed in two rows."""
    return text in _FIRST_HALVES or text in _SECOND_HALVES


def applicants_in_order(found: Sequence[str]) -> list[str]:
    """The columns of the applications table, of the names in the order of their words; none where they are
    not the form's seven."""
    if TOTAL not in found:
        # 小计 alone is the sum of all
        found = [TOTAL if name == SUBTOTAL else name for name in found]
    names = [name for name in found if name != SUBTOTAL]
    if len(found) - len(names) > 1 or sorted(names) != sorted(tables.APPLICANT_ORDER):
        return []
    # 总计 heads two rows of the form's heading, so lines give it before the five
    place = found.index(TOTAL)
    is_upper_row = place == 1 and found[0] == "natural_person"
    return [name for name in found if name != TOTAL] + [TOTAL] if is_upper_row else list(found)


def disputes_in_order(routes: Sequence[str], outcomes: Sequence[str]) -> list[str]:
    """The columns of the disputes table, of the routes and the outcomes in the order of their words; none where
    they are not three times the five outcomes."""
    groups = [list(outcomes[at : at + 5]) for at in range(0, len(outcomes), 5)]
    if len(groups) != 3 or any(len(set(group)) != 5 for group in groups):
        return []
    routes = list(dict.fromkeys(routes))
    suits = [route for route in routes if route.startswith("litigation.")]
    if len(suits) != 2:
        return list(tables.DISPUTE_ORDER) if groups[0] == groups[1] == groups[2] == OUTCOMES else []
    names = [
        f"{route}.{outcome}" for route, group in zip(suits, groups[1:], strict=True) for outcome in group
    ]
    review = [f"review.{outcome}" for outcome in groups[0]]
    is_second = "review" in routes and routes[0] != "review"
    return names + review if is_second else review + names


def names_of_applicants(texts: Iterable[str]) -> list[str]:
    """The columns that the words of a heading name, in their order; words of no column are passed over."""
    found: list[str] = []
    for text in texts:
        name = applicant(text, found)
        if name:
            found.append(name)
    return found


def names_of_disputes(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """The routes and the outcomes that the words of a heading name, in their order."""
    keys = [label_key(text) for text in texts]
    routes = [tables.DISPUTE_ROUTES[key] for key in keys if key in tables.DISPUTE_ROUTES]
    return routes, [tables.DISPUTE_OUTCOMES[key] for key in keys if key in tables.DISPUTE_OUTCOMES]


def _words(heading: Heading) -> dict[int, list[tuple[str, int, int, int]]]:
    """By column, the heading's cells over it, top to bottom; one that spans rows counts once."""
    words: dict[int, list[tuple[str, int, int, int]]] = {}
    for cell in heading:
        for column in range(cell[2], cell[3]):
            over = words.setdefault(column, [])
            if not over or over[-1] != cell:
                over.append(cell)
    return words


@lru_cache(maxsize=4096)
def _named_columns(heading: Heading, kind: str) -> Columns:
    """What each column is by its headings: an applicant, or an outcome of disputes."""
    resolve = _applicant if kind == "applicants" else dispute_of
    words = _words(heading)
    found: dict[str, set[int]] = {}
    for column in sorted(words):
        name = resolve([text for text, *_ in words[column]])
        if name:
            found.setdefault(name, set()).add(column)
    return [(name, frozenset(columns)) for name, columns in found.items()]


@lru_cache(maxsize=4096)
def applicant_columns(heading: Heading) -> Columns:
    """The columns of the applications table. Where its headings' places cannot be right, for they hide one of
    the form's columns under another, the spans were lost and the order of the words counts."""
    found = _named_columns(heading, "applicants")
    names = [name for name, _ in found]
    if SUBTOTAL in names and TOTAL not in names:
        # 小计 alone is the sum of all
        found = [(TOTAL if name == SUBTOTAL else name, places) for name, places in found]
    if len(found) < len(tables.APPLICANT_ORDER):
        texts = [text for text, *_ in heading]
        order = applicants_in_order(names_of_applicants(texts))
        if order:
            return [(name, frozenset()) for name in order]
        found = _with_unnamed(found, heading)
    return found


def _with_unnamed(found: Columns, heading: Heading) -> Columns:
    """The columns with the one of the form's that is headed in other words, where it stands in its place."""
    names = [name for name, _ in found]
    missing = [name for name in tables.APPLICANT_ORDER if name not in names]
    if len(missing) != 1 or any(len(places) != 1 for _, places in found):
        return found
    at = tables.APPLICANT_ORDER.index(missing[0])
    whole = [*names[:at], missing[0], *names[at:]]
    places = sorted(column for _, columns in found for column in columns)
    if whole != list(tables.APPLICANT_ORDER):
        return found
    first = places[at - 1] + 1 if at else places[0] - 1
    behind = places[at] if at < len(places) else first + 1
    is_headed = any(begin == first and end == first + 1 for text, _, begin, end in heading if text)
    return (
        [*found[:at], (missing[0], frozenset([first])), *found[at:]]
        if is_headed and behind == first + 1
        else found
    )


@lru_cache(maxsize=4096)
def dispute_columns(heading: Heading) -> Columns:
    """The columns of the disputes table, as `_applicant_columns` has those of the other."""
    found = _named_columns(heading, "disputes")
    if len(found) < len(tables.DISPUTE_ORDER):
        order = disputes_in_order(*names_of_disputes(text for text, *_ in heading))
        if order:
            return [(name, frozenset()) for name in order]
    return found


@lru_cache(maxsize=4096)
def fields_of(heading: Heading) -> tuple[Fields, Counter[str]]:
    """What each column of table 1 asks for by its headings, with the unit of money that they name; and how
    many of the headings only one era's form prints."""
    words = _words(heading)
    columns: dict[tuple[tuple[str, int, int, int], ...], set[int]] = {}
    for column in sorted(words):
        columns.setdefault(tuple(words[column]), set()).add(column)
    found: Fields = []
    marks: Counter[str] = Counter()
    for over, covered in columns.items():
        texts = [text for text, *_ in over if text]
        keys = [label_key(text) for text in texts]
        if active.CONTENT_HEADING in keys or any(key in active.SUBJECTS for key in keys) or not keys:
            continue
        names = (_field(key, found, marks) for key in ("".join(keys), keys[0], keys[-1]))
        found.append((next(filter(None, names), None), frozenset(covered), money_unit("".join(texts))))
    return found, marks


def _field(key: str, found: Fields, marks: Counter[str]) -> str | None:
    for form in (form_2019.FORM, form_2021.FORM):
        if key in form.fields:
            marks[form.era] += 1
            return form.fields[key]
    if key == active.CUT_FIELD:
        marks["2019"] += 1
        return "disclosed" if any(name == "issued" for name, _, _ in found) else "issued"
    return active.SHARED_FIELDS.get(key)


def _applicant(words: list[str]) -> str | None:
    """The applicant of a column, from its headings top to bottom; their last lines may be one word cut
    in two (商业 / 企业)."""
    keys = [key for word in words if (key := label_key(word)) and key not in tables.APPLICANT_HEADINGS]
    for start in range(len(keys)):
        if keys[start] in SUBTOTALS:
            return SUBTOTAL
        found = tables.APPLICANTS.get("".join(keys[start:])) or tables.APPLICANTS.get(keys[start])
        if found:
            return found
    return None


def dispute_of(words: list[str]) -> str | None:
    """The indicator of a column (or row) of the disputes table, from its headings."""
    route = outcome = None
    for word in words:
        key = label_key(word)
        route = tables.DISPUTE_ROUTES.get(key) or route
        outcome = tables.DISPUTE_OUTCOMES.get(key) or outcome
    if outcome is None:
        joined = "".join(label_key(word) for word in words)
        outcome = next(
            (name for label, name in tables.DISPUTE_OUTCOMES.items() if joined.endswith(label)), None
        )
    if route in (None, "litigation") or outcome is None:
        return None
    return f"{route}.{outcome}"


def route_of(labels: list[str]) -> str | None:
    """The route that the labels before a row name, of which the last may stand in brackets:
    行政诉讼(复议后起诉)."""
    found = None
    for label in labels:
        found = tables.DISPUTE_ROUTES.get(label_key(label), found)
    if found == "litigation":
        words = "".join(labels)
        found = next(
            (
                route
                for label, route in tables.DISPUTE_ROUTES.items()
                if route[:11] == "litigation." and label in words
            ),
            None,
        )
    return found


def money_unit(text: str) -> str | None:
    """The unit of money that a label or heading names: 收费金额(单位:万元)."""
    if "元" not in text:
        return None
    text = "".join(text.split())
    return next((unit for unit in ("亿元", "万元", "元") if unit in text), None)
