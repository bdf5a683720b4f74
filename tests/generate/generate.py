"""An endless supply of documents: document number n of a seed is always the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from tests.generate.compose import Specification, compose
from tests.generate.document import Document
from tests.generate.layouts import ALL_FORMS, LAYOUTS
from tests.generate.noise import NOISES, survives_scripts
from tests.generate.others import KINDS, compose_other
from tests.generate.places import pick_agency

ERAS = ("2008", *ALL_FORMS)
YEARS = {"2008": (2008, 2013), "2014": (2014, 2018), "2019": (2019, 2020), "2021": (2021, 2025)}
YEARS_OF_OTHERS = {"2014": (2019, 2020), "2019": (2021, 2024), "2021": (2019, 2020)}
"""Years in which a form was used although another was in force (`Layout.other_year`)."""

OTHER_SHARE = 0.08
"""The share of documents that are no report, where neither eras nor layouts are asked for."""


def specification(
    seed: int,
    number: int,
    eras: Sequence[str] = (),
    layouts: Sequence[str] = (),
    noises: Sequence[str] = (),
) -> Specification:
    """What report `number` of the seed is: era, then a layout that the era has, then a noise."""
    rng = Random(f"{seed}/{number}")
    pairs = [
        (era, layout) for era in eras or ERAS for layout in layouts or LAYOUTS if era in LAYOUTS[layout].eras
    ]
    if not pairs:
        raise ValueError(f"none of the eras {eras} has one of the layouts {layouts}")
    era, layout = rng.choice(pairs)
    noise = rng.choice(list(noises)) if noises else rng.choice([*NOISES, *["none"] * 6])
    first, last = YEARS_OF_OTHERS[era] if LAYOUTS[layout].other_year else YEARS[era]
    year = rng.randint(first, last)
    agency = pick_agency(rng, year)
    if not survives_scripts(agency.name):
        noise = "none"
    return Specification(
        seed=f"{seed}-{number}",
        agency=agency,
        year=year,
        era=era,
        layout=layout,
        noise=noise,
        title_printed=not LAYOUTS[layout].flatten or rng.random() < 0.9,
    )


def document(
    seed: int,
    number: int,
    eras: Sequence[str] = (),
    layouts: Sequence[str] = (),
    noises: Sequence[str] = (),
) -> Document:
    """Document `number` of the seed."""
    rng = Random(f"{seed}/{number}/kind")
    if not eras and not layouts and rng.random() < OTHER_SHARE:
        year = rng.randint(2009, 2025)
        noise = rng.choice(list(noises) or ["none", "none", "gb2312", "traditional", "gbk_undeclared"])
        return compose_other(rng.choice(KINDS), f"{seed}-{number}", pick_agency(rng, year), year, noise)
    return compose(specification(seed, number, eras, layouts, noises))


def generate(
    seed: int,
    count: int,
    eras: Sequence[str] = (),
    layouts: Sequence[str] = (),
    noises: Sequence[str] = (),
) -> Iterator[Document]:
    """The first `count` documents of the seed, of these eras, layouts and noises (none given: all)."""
    for number in range(count):
        yield document(seed, number, eras, layouts, noises)
