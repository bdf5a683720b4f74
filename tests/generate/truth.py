"""Random figures that keep every accounting rule of their form, and ways to spoil them knowingly."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.generate.document import Figures, Key, Value
from tests.generate.labels import (
    APPLICANTS,
    NOT_PROCESSED,
    OTHER_2021,
    REFUSED,
    RESULTS,
    ROUTES,
    UNAVAILABLE,
)

TOTAL = "total"
RECEIVED = {"small": (0, 18), "county": (12, 320), "prefecture": (150, 2600), "province": (2200, 26000)}
"""Applications received in a year, by how much the report covers."""

SCALE = {"small": 1, "county": 12, "prefecture": 70, "province": 500}


def leaves(era: str) -> tuple[str, ...]:
    """The outcomes of the applications table, in printed order."""
    names = ["requests.granted", "requests.partial"]
    names += [f"requests.refused.{name}" for _, name in REFUSED]
    names += [f"requests.unavailable.{name}" for _, name in UNAVAILABLE]
    names += [f"requests.not_processed.{name}" for _, name in NOT_PROCESSED]
    if era == "2021":
        return (*names, *(f"requests.other.{name}" for _, name in OTHER_2021))
    return (*names, "requests.other")


@dataclass(frozen=True, slots=True)
class Sum:
    """The keys on the left and those on the right have the same sum."""

    left: tuple[Key, ...]
    right: tuple[Key, ...]


def sums(era: str) -> list[Sum]:
    """The equalities that a form's figures keep: printed in it or implied by it."""
    if era == "2014":
        return [
            Sum(((left, TOTAL),), tuple((name, TOTAL) for name in right)) for left, right in SUMS_2014.items()
        ]
    if era not in ("2019", "2021"):
        return []
    found = []
    for applicant in APPLICANTS:
        found.append(
            Sum(
                (("requests.received", applicant), ("requests.carried_in", applicant)),
                (("requests.resolved", applicant), ("requests.carried_out", applicant)),
            )
        )
        outcomes = tuple((name, applicant) for name in leaves(era))
        found.append(Sum((("requests.resolved", applicant),), outcomes))
    for name in ROWS_WITHOUT_OUTCOMES + leaves(era):
        parts = tuple((name, applicant) for applicant in APPLICANTS[:-1])
        found.append(Sum(((name, TOTAL),), parts))
    for _, route in ROUTES:
        parts = tuple((f"{route}.{result}", TOTAL) for _, result in RESULTS[:-1])
        found.append(Sum(((f"{route}.total", TOTAL),), parts))
    return found


ROWS_WITHOUT_OUTCOMES = (
    "requests.received",
    "requests.carried_in",
    "requests.resolved",
    "requests.carried_out",
)

SUMS_2014 = {
    "requests.received": tuple(
        f"requests.received.{name}" for name in ("in_person", "fax", "online", "letter")
    ),
    "requests.closed": ("requests.closed.on_time", "requests.closed.extended"),
    "requests.replied": (
        "requests.already_public",
        "requests.granted",
        "requests.partial",
        "requests.refused",
        "requests.not_this_agency",
        "requests.not_exist",
        "requests.asked_to_correct",
        "requests.other_channel",
    ),
    "requests.refused": tuple(
        f"requests.refused.{name}"
        for name in (
            "state_secret",
            "trade_secret",
            "privacy",
            "security_stability",
            "not_government_information",
            "other_law",
        )
    ),
    "review.total": ("review.upheld", "review.corrected", "review.other"),
    "litigation.total": ("litigation.upheld", "litigation.corrected", "litigation.other"),
    "organisation.staff": ("organisation.staff.full_time", "organisation.staff.part_time"),
}


def figures(rng: Random, era: str, size: str) -> Figures:
    """A full form of the era, as plausible for what reports at that size."""
    counts: dict[Key, float] = {}
    if era == "2014":
        _statistics_2014(rng, size, counts)
    elif era in ("2019", "2021"):
        (_active_2019 if era == "2019" else _active_2021)(rng, size, counts)
        _requests(rng, era, size, counts)
        _disputes(rng, size, counts)
    else:
        raise ValueError(f"no form in the era {era}: expected 2014, 2019 or 2021")
    return {key: Value(float(count)) for key, count in counts.items()}


def _upto(rng: Random, size: str, most: int, none: float = 0.3) -> int:
    """A count that grows with the size of what reports; zero in the share `none` of small agencies."""
    if rng.random() < (none if size == "small" else none / 4):
        return 0
    top = most * SCALE[size]
    return rng.randint(top // 6, top) if size != "small" else rng.randint(0, top)


def _received(rng: Random, size: str) -> int:
    low, high = RECEIVED[size]
    return 0 if size == "small" and rng.random() < 0.25 else rng.randint(low, high)


def _split(rng: Random, total: int, weights: dict[str, float]) -> dict[str, int]:
    """The total dealt out over the names by their weights."""
    names = list(weights)
    shares = dict.fromkeys(names, 0)
    if total > 400:
        whole = sum(weights.values())
        for name in names:
            shares[name] = int(total * weights[name] / whole * rng.uniform(0.5, 1.0))
        total -= sum(shares.values())
        shares[names[0]] += max(0, total - 400)
        total = min(total, 400)
    for name in rng.choices(names, list(weights.values()), k=max(0, total)):
        shares[name] += 1
    return shares


OUTCOME_WEIGHTS = {
    "requests.granted": 40.0,
    "requests.partial": 11.0,
    "requests.refused.state_secret": 0.4,
    "requests.refused.other_law": 0.6,
    "requests.refused.three_securities": 0.4,
    "requests.refused.third_party": 1.5,
    "requests.refused.internal_affairs": 2.0,
    "requests.refused.process_information": 2.0,
    "requests.refused.enforcement_file": 1.6,
    "requests.refused.administrative_query": 2.2,
    "requests.unavailable.not_held": 20.0,
    "requests.unavailable.needs_creation": 2.2,
    "requests.unavailable.unclear": 1.0,
    "requests.not_processed.petition": 4.0,
    "requests.not_processed.repeated": 2.2,
    "requests.not_processed.publication": 0.3,
    "requests.not_processed.excessive": 0.4,
    "requests.not_processed.confirmation": 0.6,
    "requests.other": 3.0,
    "requests.other.no_correction": 1.6,
    "requests.other.no_payment": 0.2,
    "requests.other.misc": 3.0,
}
APPLICANT_WEIGHTS = dict(zip(APPLICANTS[:-1], (84.0, 9.0, 0.8, 1.2, 3.0, 2.0), strict=True))


def _requests(rng: Random, era: str, size: str, counts: dict[Key, float]) -> None:
    received = _split(rng, _received(rng, size), APPLICANT_WEIGHTS)
    outcomes = leaves(era)
    weights = {name: OUTCOME_WEIGHTS[name] for name in outcomes}
    for applicant in APPLICANTS[:-1]:
        new = received[applicant]
        before = rng.randint(0, max(1, new // 12)) if new else int(rng.random() < 0.05)
        after = min(new + before, rng.randint(0, max(1, new // 10)))
        resolved = new + before - after
        counts["requests.received", applicant] = new
        counts["requests.carried_in", applicant] = before
        for name, count in _split(rng, resolved, weights).items():
            counts[name, applicant] = count
        counts["requests.resolved", applicant] = resolved
        counts["requests.carried_out", applicant] = after
    for name in ROWS_WITHOUT_OUTCOMES + outcomes:
        counts[name, TOTAL] = sum(counts[name, applicant] for applicant in APPLICANTS[:-1])


def _disputes(rng: Random, size: str, counts: dict[Key, float]) -> None:
    for _, route in ROUTES:
        total = 0 if size == "small" and rng.random() < 0.7 else _upto(rng, size, 2)
        weights = {"upheld": 5.0, "corrected": 1.5, "other": 2.0, "pending": 1.5}
        for result, count in _split(rng, total, weights).items():
            counts[f"{route}.{result}", TOTAL] = count
        counts[f"{route}.total", TOTAL] = total


def _active_2019(rng: Random, size: str, counts: dict[Key, float]) -> None:
    makes_rules = size in ("prefecture", "province")
    for name, most in (("rules", 1 if makes_rules else 0), ("normative_documents", 4)):
        issued = _upto(rng, "county" if name == "rules" and most else size, most)
        counts[f"active.{name}.issued", TOTAL] = issued
        counts[f"active.{name}.disclosed", TOTAL] = rng.randint(issued - issued // 10, issued)
        counts[f"active.{name}.disclosed_total", TOTAL] = issued + _upto(rng, size, most * 5)
    for name, most in (("licensing", 40), ("other_services", 60), ("penalties", 90), ("coercion", 15)):
        last_year = _upto(rng, size, most)
        counts[f"active.{name}.items_last_year", TOTAL] = last_year
        change = rng.choice([0, 0, rng.randint(-min(last_year, 9), 12)])
        counts[f"active.{name}.items_change", TOTAL] = change
        counts[f"active.{name}.decisions", TOTAL] = _upto(rng, size, most * 4)
    last_year = _upto(rng, size, 4)
    counts["active.fees.items_last_year", TOTAL] = last_year
    counts["active.fees.items_change", TOTAL] = rng.choice([0, 0, rng.randint(-min(last_year, 2), 2)])
    projects = _upto(rng, size, 8)
    counts["active.procurement.projects", TOTAL] = projects
    amount = sum(rng.randint(3, 900) for _ in range(min(projects, 40))) * 1000
    counts["active.procurement.amount", TOTAL] = amount + (rng.randint(1, 99) / 100 if amount else 0)


def _active_2021(rng: Random, size: str, counts: dict[Key, float]) -> None:
    makes_rules = size in ("prefecture", "province")
    for name, most in (("rules", 1 if makes_rules else 0), ("normative_documents", 3)):
        issued = _upto(rng, "county" if name == "rules" and most else size, most)
        in_force = issued + _upto(rng, size, most * 6)
        counts[f"active.{name}.issued", TOTAL] = issued
        counts[f"active.{name}.repealed", TOTAL] = rng.randint(0, max(issued, in_force // 6))
        counts[f"active.{name}.in_force", TOTAL] = in_force
    for name, most in (("licensing", 700), ("penalties", 260), ("coercion", 25)):
        counts[f"active.{name}.decisions", TOTAL] = _upto(rng, size, most)
    cents = rng.choice([0, 0, rng.randint(1, 90_000)]) * SCALE[size]
    counts["active.fees.amount", TOTAL] = cents / 100


def _statistics_2014(rng: Random, size: str, counts: dict[Key, float]) -> None:
    def put(name: str, count: float) -> float:
        counts[name, TOTAL] = count
        return count

    def put_parts(total_name: str, total: int, weights: dict[str, float]) -> None:
        put(total_name, total)
        for name, count in _split(rng, total, weights).items():
            put(name, count)

    scale = SCALE[size]
    disclosed = rng.randint(40, 1500) * scale
    put("disclosed.total", disclosed)
    issued = _upto(rng, size, 9)
    put("disclosed.normative_documents", rng.randint(issued - issued // 5, issued))
    put("disclosed.normative_documents_issued", issued)
    put("disclosed.channel.gazette", rng.choice([0, rng.randint(0, disclosed // 9)]))
    put("disclosed.channel.website", rng.choice([disclosed, rng.randint(disclosed // 2, disclosed)]))
    put("disclosed.channel.weibo", rng.choice([0, rng.randint(0, disclosed // 3)]))
    put("disclosed.channel.wechat", rng.choice([0, rng.randint(0, disclosed // 2)]))
    put("disclosed.channel.other", rng.choice([0, rng.randint(0, disclosed // 4)]))
    put("response.topics", _upto(rng, size, 9))
    for name, most in (("press_conferences", 2), ("interviews", 3)):
        put(f"response.{name}_led", rng.randint(0, int(put(f"response.{name}", _upto(rng, size, most)))))
    put("response.policy_interpretations", _upto(rng, size, 12))
    put("response.social_media", _upto(rng, size, 20))
    put("response.other", _upto(rng, size, 20))

    received = _received(rng, size)
    shares = {"in_person": 2.0, "fax": 0.3, "online": 5.0, "letter": 2.5}
    put_parts("requests.received", received, {f"requests.received.{k}": v for k, v in shares.items()})
    closed = received - rng.randint(0, received // 20)
    put_parts("requests.closed", closed, {"requests.closed.on_time": 9.0, "requests.closed.extended": 0.6})
    outcome_weights = {
        "requests.already_public": 3.0,
        "requests.granted": 4.0,
        "requests.partial": 0.8,
        "requests.refused": 0.9,
        "requests.not_this_agency": 1.4,
        "requests.not_exist": 1.4,
        "requests.asked_to_correct": 0.6,
        "requests.other_channel": 0.6,
    }
    put_parts("requests.replied", closed, outcome_weights)
    refused = int(counts["requests.refused", TOTAL])
    put_parts("requests.refused", refused, dict.fromkeys(SUMS_2014["requests.refused"], 1.0))
    for name in ("review", "litigation"):
        total = 0 if size == "small" and rng.random() < 0.7 else _upto(rng, size, 2)
        put_parts(f"{name}.total", total, {f"{name}.{k}": 1.0 for k in ("upheld", "corrected", "other")})
    put("complaints.total", rng.choice([0, 0, _upto(rng, size, 2)]))
    put("fees.collected", rng.choice([0, 0, 0, rng.randint(1, 400) / 100]))
    put("organisation.dedicated_bodies", 1 if size == "small" else rng.randint(1, 4 * scale))
    put("organisation.reading_points", _upto(rng, size, 5))
    staff = rng.randint(1, 5) * (1 if size == "small" else 4 * scale)
    parts = {"organisation.staff.full_time": 1.0, "organisation.staff.part_time": 2.0}
    put_parts("organisation.staff", staff, parts)
    put("organisation.budget", rng.choice([0, rng.randint(1, 40) * scale, rng.randint(10, 4000) / 100]))
    put("training.meetings", _upto(rng, size, 4))
    courses = _upto(rng, size, 3)
    put("training.courses", courses)
    put("training.trainees", courses * rng.randint(8, 60))


def blanked(rng: Random, given: Figures, state: str) -> Figures:
    """The figures with some left blank (`blank`) or crossed out (`not_applicable`), in one of the ways
    of real reports: every zero; zeros here and there; rows that hold nothing but zeros; and, in a form
    with applicant columns, the totals of the outcomes."""
    way = rng.choice(["zeros", "some zeros", "rows", "totals"])
    if way == "totals" and ("requests.resolved", "natural_person") in given:
        chosen = {(name, TOTAL) for name, applicant in given if applicant != TOTAL}
        chosen -= {(name, TOTAL) for name in ROWS_WITHOUT_OUTCOMES}
    elif way == "rows":
        rows = {name for name, _ in given}
        rows -= {name for (name, _), value in given.items() if value.value}
        chosen = {key for key in given if key[0] in rows}
    else:
        share = 1.0 if way == "zeros" else 0.4
        chosen = {key for key, value in given.items() if value.value == 0 and rng.random() < share}
    return {key: Value(None, state) if key in chosen else value for key, value in given.items()}


def broken(given: Figures, key: Key, value: float) -> Figures:
    """The figures with another value printed in one cell."""
    if key not in given:
        raise KeyError(f"{key} is not in this form")
    return {**given, key: Value(value)}


def with_one_digit_changed(rng: Random, given: Figures, era: str) -> tuple[Figures, Key]:
    """The figures with one digit of one cell changed, and the cell: one that an equality covers."""
    covered = sorted({key for rule in sums(era) for key in (*rule.left, *rule.right)} & given.keys())
    covered = [key for key in covered if given[key].value is not None]
    key = rng.choice(covered)
    value = given[key].value
    digits = str(int(value or 0))
    place = rng.randrange(len(digits))
    wrong = rng.choice([digit for digit in "0123456789" if digit != digits[place]])
    return broken(given, key, float(digits[:place] + wrong + digits[place + 1 :])), key


def failures(given: Figures, era: str) -> list[Sum]:
    """The equalities that do not hold; those with a figure missing are not among them."""
    found = []
    for rule in sums(era):
        left = [given[key].value if key in given else None for key in rule.left]
        right = [given[key].value if key in given else None for key in rule.right]
        if None in left or None in right:
            continue
        if abs(sum(v for v in left if v is not None) - sum(v for v in right if v is not None)) > 1e-9:
            found.append(rule)
    return found


def added(*given: Figures) -> Figures:
    """The figures of a territory from those of its parts: sums of sums keep every equality."""
    total: dict[Key, float] = {}
    for figures_of_part in given:
        for key, value in figures_of_part.items():
            total[key] = total.get(key, 0.0) + (value.value or 0.0)
    return {key: Value(round(value, 2)) for key, value in total.items()}


def following(given: Figures, before: Figures, era: str) -> Figures:
    """The figures made to follow those of the year before: what that year carried out comes in, and
    from 2021 what is in force is what was, with what was issued, without what was repealed."""
    counts = {key: value.value or 0.0 for key, value in given.items()}
    for applicant in APPLICANTS[:-1]:
        carried_in = before["requests.carried_out", applicant].value or 0.0
        change = carried_in - counts["requests.carried_in", applicant]
        counts["requests.carried_in", applicant] = carried_in
        for name in leaves(era):
            taken = max(change, -counts[name, applicant])
            counts[name, applicant] += taken
            counts["requests.resolved", applicant] += taken
            change -= taken
        counts["requests.carried_out", applicant] += change
    for name in ROWS_WITHOUT_OUTCOMES + leaves(era):
        counts[name, TOTAL] = sum(counts[name, applicant] for applicant in APPLICANTS[:-1])
    for name in ("rules", "normative_documents") if era == "2021" else ():
        stock = before.get((f"active.{name}.in_force", TOTAL))
        if stock is not None:
            old = stock.value or 0.0
            issued = counts[f"active.{name}.issued", TOTAL]
            repealed = min(counts[f"active.{name}.repealed", TOTAL], old)
            counts[f"active.{name}.repealed", TOTAL] = repealed
            counts[f"active.{name}.in_force", TOTAL] = old + issued - repealed
    return {key: Value(value) for key, value in counts.items()}
