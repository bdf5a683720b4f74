"""A specification → a document: the one place where truth, sentences, layout and noise meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from tests.generate import prose, truth
from tests.generate.article import Article, Block, TableBlock
from tests.generate.determined import determined
from tests.generate.document import Document, Expected, Figures, Truth, Value
from tests.generate.grid import Cell, keys
from tests.generate.labels import FORMS, units
from tests.generate.layout_flat import FLATTENERS, lines_of, paragraphs, plain_text
from tests.generate.layout_html import PrintCell, page, shell
from tests.generate.layouts import LAYOUTS, style_of
from tests.generate.noise import NOISES
from tests.generate.places import Agency
from tests.generate.printing import Style, figure_text, label_text
from tests.generate.shapes import SHAPES


@dataclass(slots=True)
class Specification:
    """What a report is to be; what is None is drawn from `seed`."""

    seed: str
    agency: Agency
    year: int
    era: str
    layout: str = "clean"
    noise: str = "none"
    figures: Figures | None = None
    title: str | None = None
    title_printed: bool = True
    published_on: date | None = None
    media_type: str | None = None
    address: str | None = None
    blocks: list[Block] | None = None
    """The report's own paragraphs, with `told` the figures in them and `beside` those of less weight."""
    told: Figures | None = None
    beside: Figures | None = None
    findings: tuple[Expected, ...] = ()


def compose(spec: Specification) -> Document:
    """The document of a specification: the same bytes for the same specification."""
    rng = Random(spec.seed)
    layout = LAYOUTS[spec.layout]
    if spec.era not in layout.eras:
        raise ValueError(f"the layout {spec.layout} has no form of {spec.era}: expected one of {layout.eras}")
    voice = prose.Voice(spec.agency, spec.year, rng)
    title = spec.title or (prose.title_2008 if spec.era == "2008" else prose.title)(voice)
    published_on = spec.published_on or prose.published_on(rng, spec.agency, spec.year)
    known = Truth(
        kind="annual_report",
        agency=spec.agency.name,
        agency_type=spec.agency.type,
        scope=spec.agency.scope,
        division=spec.agency.place.code,
        province=spec.agency.place.province_code,
        year=spec.year,
        era=spec.era,
        published_on=published_on,
        title=title,
        findings=spec.findings,
    )
    style = style_of(layout.style, rng)
    figures: Figures = {}
    if spec.blocks is not None:
        blocks = spec.blocks
        known.facts, known.allowed = dict(spec.told or {}), dict(spec.beside or {})
    elif layout.figures_in == "sentences":
        blocks, known.facts = prose.narrative_report(voice, spec.era)
    else:
        figures = spec.figures or _figures(spec, rng)
        forms = {name: form() for name, form in FORMS[spec.era].items()}
        pictures = layout.figures_in == "pictures"
        blocks = prose.report_with_tables(voice, spec.era, forms, pictures)
        blocks = _shaped(blocks, layout.shape.format(scope=spec.agency.scope), rng)
        printed = {key for block in blocks if isinstance(block, TableBlock) for key in keys(block.grid)}
        known.facts = {key: value for key, value in figures.items() if key in printed}
        if spec.era != "2014":  # a sentence of section six may say that nothing was charged
            known.allowed["fees.collected", "total"] = Value(0.0)
    article = Article(
        title,
        spec.agency,
        spec.year,
        published_on,
        blocks,
        source_name=rng.choice(["", spec.agency.name, "本站"]),
        title_printed=spec.title_printed,
        indent="　　" if "misaligned" in spec.noise else None,
    )
    as_page = spec.media_type != "text/plain"
    if spec.media_type is None and layout.flatten:
        as_page = rng.random() < 0.5
    lost = ("newlines_blanks_lost", "spaces", *(("paragraphs_apart",) if as_page else ()))
    if layout.blanks and layout.state == "blank" and layout.flatten in lost:
        # no trace of them is left: a reader may tell where they were, or not
        known.allowed |= {key: value for key, value in known.facts.items() if value.state == "blank"}
        known.facts = {key: value for key, value in known.facts.items() if value.state != "blank"}
        certain = determined([block.grid for block in blocks if isinstance(block, TableBlock)], figures)
        known.undetermined = {key: value for key, value in known.facts.items() if key not in certain}
        known.facts = {key: value for key, value in known.facts.items() if key in certain}
    text = _written(article, spec, as_page, _printer(figures, spec.era, style, rng), rng)
    noise = NOISES[spec.noise]
    encoded = noise.encode(noise.text(text, rng), as_page)
    number = rng.randrange(10_000, 9_999_999)
    folder = f"zfxxgknb/{spec.year}n/{published_on:%Y%m}/t{published_on:%Y%m%d}_{number}"
    ending = "html" if as_page else "txt"
    return Document(
        name=spec.seed,
        data=encoded.data,
        media_type="text/html" if as_page else "text/plain",
        charset=encoded.header_charset,
        address=spec.address or f"http://www.gk{number % 997}.example/{folder}.{ending}",
        truth=known,
        layout=spec.layout,
        noise=spec.noise,
    )


def _figures(spec: Specification, rng: Random) -> Figures:
    layout = LAYOUTS[spec.layout]
    figures = truth.figures(rng, spec.era, spec.agency.size)
    return truth.blanked(rng, figures, layout.state) if layout.blanks else figures


def _shaped(blocks: list[Block], shape: str, rng: Random) -> list[Block]:
    """The blocks with each form as the shape gives it: one table or several."""
    shaped: list[Block] = []
    for block in blocks:
        if isinstance(block, TableBlock):
            pieces = SHAPES[shape](block.name, block.grid, rng)
            captions = [block.caption] + [""] * (len(pieces) - 1)
            shaped += [
                TableBlock(block.name, grid, caption) for grid, caption in zip(pieces, captions, strict=True)
            ]
        else:
            shaped.append(block)
    return shaped


def _printer(figures: Figures, era: str, style: Style, rng: Random) -> PrintCell:
    """Prints a cell, the same way each time it is asked."""
    done: dict[int, tuple[Cell, str]] = {}

    def print_cell(cell: Cell) -> str:
        if id(cell) not in done:
            if cell.key is None:
                text = label_text(cell, style)
            else:
                text = figure_text(cell.key, figures[cell.key], units(era)[cell.key[0]], style, rng)
            done[id(cell)] = (cell, text)
        return done[id(cell)][1]

    return print_cell


def _written(article: Article, spec: Specification, as_page: bool, print_cell: PrintCell, rng: Random) -> str:
    layout = LAYOUTS[spec.layout]
    if layout.flatten is None and as_page:
        return page(article, layout.page, print_cell, rng)
    lines = lines_of(article, FLATTENERS[layout.flatten or "tabs"], print_cell, rng)
    if not as_page:
        return plain_text(lines)
    inner = Article(article.title, article.agency, article.year, article.published_on, title_printed=False)
    return shell(inner, paragraphs(lines, rng), rng)
