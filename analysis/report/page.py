"""One self-contained HTML page: what was found, claim by claim. Every number is read from a Dataset."""

import base64
import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import xarray as xr

from ..entry import attribute, raw_datasets, variable
from ..estimates.samples import interval_name, is_anytime
from ..estimates.success import EPSILONS, check_epsilon
from ..figures.pictures import Picture
from ..files import write_whole
from ..verbatim import plain
from .claims import ClaimPart, Line, anchors_of, claim_parts
from .embedding import embedded, size_of
from .sections import SLIPS, Section
from .tables import Row
from .typeset import typeset

_NEEDED = ("claim", "claim_title", "statement", "source", "seed", "relative_tolerance", "resolution", "provenance")
"""Attributes that the page shows of every sweep."""


def write_report(
    datasets: Sequence[xr.Dataset],
    pictures: Sequence[Picture],
    path: str | Path,
    *,
    own: Sequence[Sequence[Picture]] = (),
    attached: Mapping[str, Sequence[Picture]] | None = None,
    sections: Sequence[Section] = (),
    epsilon: Iterable[float] = EPSILONS,
    command: str = "ticketsum reproduce",
) -> list[Line]:
    """Write the page about `datasets` (raw, one a sweep); returns the lines of its table on top.

    A part for each claim, with the figures `own` of each sweep and those `attached` to a claim by its name, "lemma1";
    `sections` of whatever is no claim over n; `pictures` that compare claims. epsilon: the accuracies of tables and
    verdicts, as far as a sweep resolves them. command: what makes the whole page again. The page loads nothing:
    pictures are embedded, so that the one file can be mailed or archived.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    def harmless(value: object) -> object:
        return value if isinstance(value, Markup) else plain(value)

    path, datasets = Path(path), raw_datasets(datasets)
    for dataset, name in itertools.product(datasets, _NEEDED):
        attribute(dataset, name)
        variable(dataset, "formula")
    accuracies = check_epsilon(epsilon).tolist()
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=harmless)
    environment.filters["math"] = lambda text: Markup(typeset(plain(text)))  # noqa: S704 - typeset escapes
    style = _read("page.css")
    claims = claim_parts(datasets, accuracies, own, attached or {})
    lines = _lines(claims, sections)
    page = environment.from_string(_read("page.html.jinja")).render(
        style=Markup(style),  # noqa: S704 - a file of ours
        policy=_policy(style),
        command=command,
        kinds=list(dict.fromkeys(interval_name(is_anytime(dataset)) for dataset in datasets)),
        lines=lines,
        epsilon=_accuracy(claims),
        claims=claims,
        pictures=pictures,
        sections=sections,
        slips=SLIPS,
        provenance=_provenance(datasets, claims),
        origins=_origins(datasets),
        groups=_groups,
        embedded=embedded,
        size_of=size_of,
        base=path.parent,
    )
    write_whole(path, page.lstrip().encode())
    return lines


def _policy(style: str) -> str:
    """A Content-Security-Policy that allows embedded pictures and this one style sheet, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _read(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def _lines(claims: Sequence[ClaimPart], sections: Sequence[Section]) -> list[Line]:
    """The table on top, in the order of the page."""
    of_claims = [section for section in sections if section.of_claim]
    others = [section for section in sections if not section.of_claim]
    return [part.line for part in claims] + [each.line for each in (*of_claims, *others) if each.line]


def _accuracy(claims: Sequence[ClaimPart]) -> str:
    """The accuracies of the constants on top: one, where all claims answer it."""
    found = sorted({sweep.epsilon for part in claims for sweep in part.sweeps if sweep.epsilon is not None})
    return " or ".join(f"{value:g}" for value in found)


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that follow each other and are of one event."""
    return [list(group) for _, group in itertools.groupby(rows, key=lambda row: row.event)]


def _provenance(datasets: Sequence[xr.Dataset], claims: Sequence[ClaimPart]) -> list[dict[str, str]]:
    """Seed, code and time of every sweep, with its title and anchor."""
    titles = {sweep.anchor: sweep.title for part in claims for sweep in part.sweeps}
    rows = []
    for dataset, anchor in zip(datasets, anchors_of(datasets), strict=True):
        made = json.loads(dataset.attrs["provenance"])
        row = {"title": titles[anchor], "anchor": anchor, "seed": str(dataset.attrs["seed"])}
        rows.append(row | {"numbers": _versions(made), "created": made["created"]})
    return rows


def _versions(made: dict[str, Any]) -> str:
    """'sampling 1, covering 1, claim 1'; of a file that has a fingerprint of the sources instead, that."""
    numbers = made.get("numbers")
    return ", ".join(f"{family} {version}" for family, version in numbers.items()) if numbers else made["fingerprint"]


def _origins(datasets: Sequence[xr.Dataset]) -> list[tuple[dict[str, str], str, str]]:
    """The versions, machine and commit that sweeps come from: once each."""
    found: list[tuple[dict[str, str], str, str]] = []
    for dataset in datasets:
        made = json.loads(dataset.attrs["provenance"])
        origin = made["versions"] | {"python": made["python"]}, made["machine"], made.get("commit", "")
        if origin not in found:
            found.append(origin)
    return found
