"""What the page says of each claim: its sweeps, their verdicts and numbers, and its line of the table on top."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..entry import STATEMENT, claim_about, event_text
from ..estimates.constants import COARSE_TO_FINE, constants
from ..estimates.samples import interval_name, is_anytime, trials_text
from ..estimates.success import label, resolved
from ..estimates.verdict import Outcome, Verdict, judge
from ..figures.pictures import Picture
from ..verbatim import command_text
from .commands import gaps_of, grid_words, sweep_command
from .tables import NOTHING, Row, Text, number_text, rows_of

ROLES = {
    "statement": "the statement itself",
    "implies": "sufficient: the statement holds whenever it does",
    "implied_by": "necessary: it holds whenever the statement does",
}
"""What the page says of the roles of events."""


@dataclass(frozen=True)
class Line:
    """A row of the table on top of the page: what is claimed in a few words, and what was found.

    anchor: of the part of the page that the row links to. title, words: the claim's name, and what it says. outcome:
    that of its verdict, empty where nothing is judged. constant, slack: C and the slack of the proof, each a text with
    its interval, empty where there is none. note: where there is an outcome, what it is of ("d = 4", "3 sweeps"), else
    what was found instead of one.
    """

    anchor: str
    title: str
    words: str
    outcome: str
    constant: Text = NOTHING
    slack: Text = NOTHING
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """One event of a sweep: its name, its formula, words, and role."""

    name: str
    formula: str
    words: str = ""
    role: str = ""


@dataclass(frozen=True)
class Sweep:
    """One sweep of a claim: how it was run, what came out, its own figures, and the commands that make all of it."""

    anchor: str
    title: str
    run: str
    verdict: Verdict | None
    """On how n* grows; None where no logarithm is claimed."""
    events: list[Judged]
    answer: str
    shown: list[Row]
    rows: list[Row]
    gaps: tuple[str, str] | None
    commands: list[str]
    pictures: Sequence[Picture]
    several: bool
    line: Line
    epsilon: float | None
    """The accuracy of the answer and of the line."""


@dataclass(frozen=True)
class ClaimPart:
    """One claim: its statement, figures of all of its sweeps, and the sweeps."""

    anchor: str
    title: str
    words: str
    group: str
    statement: str
    source: str
    pictures: Sequence[Picture]
    sweeps: list[Sweep]
    line: Line


def claim_parts(
    datasets: Sequence[xr.Dataset],
    epsilon: Sequence[float],
    own: Sequence[Sequence[Picture]],
    attached: Mapping[str, Sequence[Picture]],
) -> list[ClaimPart]:
    """The claims in the order of their first sweeps.

    own: the figures of each sweep. attached: figures of a claim, by its name, "lemma1". The table on top compares all
    claims at one accuracy: the finest at which the main event of each has an n*.
    """
    tables = [constants([each], {*epsilon, *COARSE_TO_FINE, *resolved(each, epsilon)}) for each in datasets]
    common = _common([t for d, t in zip(datasets, tables, strict=True) if claim_about(d).logarithmic])
    anchors = anchors_of(datasets)
    figures = [*own, *([()] * (len(datasets) - len(own)))]
    sweeps = [
        _sweep(dataset, table, epsilon=epsilon, common=common, anchor=anchor, pictures=pictures)
        for dataset, table, anchor, pictures in zip(datasets, tables, anchors, figures, strict=True)
    ]
    parts = []
    for name in dict.fromkeys(str(dataset.attrs["claim"]) for dataset in datasets):
        members = [k for k, dataset in enumerate(datasets) if dataset.attrs["claim"] == name]
        parts.append(_part(datasets[members[0]], [sweeps[k] for k in members], attached.get(name, ())))
    return parts


def _part(first: xr.Dataset, sweeps: list[Sweep], pictures: Sequence[Picture]) -> ClaimPart:
    title, name = str(first.attrs["claim_title"]), str(first.attrs["claim"])
    anchor, words = sweeps[0].anchor if len(sweeps) == 1 else _slug(f"{name} all"), claim_about(first).words
    line = sweeps[0].line if len(sweeps) == 1 else _span(sweeps)
    line = Line(anchor, title, words, line.outcome, line.constant, line.slack, line.note)
    said = first.attrs["statement"], first.attrs["source"]
    return ClaimPart(anchor, title, words, claim_about(first).group, *said, pictures, sweeps, line)


def _sweep(
    dataset: xr.Dataset,
    table: xr.Dataset,
    *,
    epsilon: Sequence[float],
    common: float | None,
    anchor: str,
    pictures: Sequence[Picture],
) -> Sweep:
    seen = resolved(dataset, epsilon)
    logarithmic = claim_about(dataset).logarithmic
    events = [
        Judged(
            str(event),
            event_text(dataset, "formula", event),
            event_text(dataset, "words", event),
            ROLES.get(event_text(dataset, "role", event), ""),
        )
        for event in dataset["event"].to_numpy()
    ]
    verdict = _verdict(dataset, seen) if logarithmic else None
    d = _widest(table)
    rows = [row for row in rows_of(table) if row.known]
    command = sweep_command(dataset, out=anchor)
    at = _line_epsilon(table, common)
    return Sweep(
        anchor,
        label(dataset) + (f", d = {', '.join(map(str, dataset['d'].to_numpy()))}" if dataset.sizes["d"] > 1 else ""),
        _run(dataset),
        verdict,
        events,
        _answer(table, d, at, claim_about(dataset).paper_factor),
        [row for row in rows if row.d == d and row.epsilon in COARSE_TO_FINE] or [row for row in rows if row.d == d],
        rows,
        gaps_of(dataset, table) if logarithmic else None,
        [command, command_text(["ticketsum", "plot", anchor])] if command else [],
        pictures,
        dataset.sizes["d"] > 1,
        _line(dataset, table, verdict, d=d, epsilon=at, anchor=anchor),
        at if logarithmic else None,
    )


def _verdict(dataset: xr.Dataset, epsilon: Sequence[float]) -> Verdict:
    if len(epsilon) > 1:
        return judge(dataset, epsilon)
    reason = f"how n* grows is open: of the accuracies looked at the sweep resolves {epsilon[0]:g} alone"
    return Verdict(Outcome.UNDECIDED, reason, np.nan)


def _line(
    dataset: xr.Dataset, table: xr.Dataset, verdict: Verdict | None, *, d: int, epsilon: float | None, anchor: str
) -> Line:
    outcome = str(verdict.outcome) if verdict else ""
    words = claim_about(dataset).words
    if verdict is None:
        at = number_text(_main(_at(table, d, epsilon)), "n_star", ".0f") if epsilon is not None else Text()
        found = f": n* = {at.value} {at.interval} at ε = {epsilon:g}" if at.value else ""
        return Line(anchor, label(dataset), words, "", note=f"no logarithm is claimed{found}")
    if epsilon is None:
        return Line(anchor, label(dataset), words, outcome)
    first = _at(table, d, epsilon)
    last = first.isel(case=-1)
    slack = number_text(last, "slack", ".1f") if last["event"].item() == "proof" else Text()
    note = f"d = {d}" if dataset.sizes["d"] > 1 or d > 1 else ""
    return Line(anchor, label(dataset), words, outcome, _constant_text(first), slack, note)


def _constant_text(cases: xr.Dataset) -> Text:
    """C of the statement at one d and epsilon: where no event is the statement, from what bounds it on either side.

    A sufficient event has an n* and a C at least as large, a necessary one at most as large.
    """
    main = _main(cases)
    if main["role"].item() == STATEMENT:
        return number_text(main, "constant", ".2f")
    most, most_high = float(main["constant"]), float(main["constant_high"])
    if not np.isfinite(most_high):
        return NOTHING
    below = cases.isel(case=np.flatnonzero(cases["rank"] < 0))
    if below.sizes["case"] == 0 or not np.isfinite(below["constant_low"]).all():
        return Text(f"≤ {most:.2f}", f"≤ {most_high:.2f}")
    least, least_low = (float(below[name].max()) for name in ("constant", "constant_low"))
    ends = (least if np.isfinite(least) else least_low, least_low), (most, most_high)
    return Text(f"{ends[0][0]:.2f} to {ends[1][0]:.2f}", f"[{ends[0][1]:.2f}, {ends[1][1]:.2f}]")


def _main(cases: xr.Dataset) -> xr.Dataset:
    """The case of the event that stands for the claim."""
    return cases.isel(case=int(np.flatnonzero(cases["rank"].to_numpy() == 0)[0]))


def _span(sweeps: list[Sweep]) -> Line:
    """Of several sweeps of a claim: the worst outcome, the ranges of C and slack, and the hulls of their intervals."""
    order = [Outcome.REFUTED, Outcome.UNDECIDED, Outcome.SUPPORTED, ""]
    outcome = min((sweep.line.outcome for sweep in sweeps), key=order.index)
    constant, slack = (_range([getattr(sweep.line, name) for sweep in sweeps]) for name in ("constant", "slack"))
    unanswered = sum(not sweep.line.constant.value for sweep in sweeps)
    note = f"{len(sweeps)} sweeps" + (f", {unanswered} without an answer" if unanswered else "")
    return Line("", "", "", outcome, constant, slack, note)


def _range(texts: list[Text]) -> Text:
    """The least and the largest of several numbers, and the hull of their intervals; open where one of them is."""
    texts = [text for text in texts if text.value]
    if not texts:
        return NOTHING
    places = 1 if all(len(text.value.partition(".")[2]) == 1 for text in texts if "." in text.value) else 2
    return Text(
        _span_text([_ends(text.value) for text in texts], places),
        _hull_text([_ends(text.interval or text.value) for text in texts], places)
        if any(text.interval for text in texts)
        else "",
    )


def _ends(text: str) -> tuple[float, float]:
    """The least and the largest number that "1.2", "≥ 1.2", "≤ 1.2", "1.2 to 1.5" or "[1.2, 1.5]" allows."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", text)]
    return (0.0 if text.startswith("≤") else numbers[0]), (np.inf if text.startswith("≥") else numbers[-1])


def _span_text(ends: list[tuple[float, float]], places: int) -> str:
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if high == np.inf:
        return f"≥ {low:.{places}f}"
    if low == 0.0:
        return f"≤ {high:.{places}f}"
    return f"{low:.{places}f}" + (f" to {high:.{places}f}" if f"{high:.{places}f}" != f"{low:.{places}f}" else "")


def _hull_text(ends: list[tuple[float, float]], places: int) -> str:
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return f"[{low:.{places}f}, {high:.{places}f}]" if low > 0.0 and high < np.inf else _span_text(ends, places)


def _common(tables: Sequence[xr.Dataset]) -> float | None:
    """The finest epsilon at which the main event of every sweep has an n*, at some d; None if there is none."""
    known = [_answered(table) for table in tables]
    both = set.intersection(*known) if known else set()
    return min(both) if both else None


def _answered(table: xr.Dataset) -> set[float]:
    first = table["n_star"].isel(case=np.flatnonzero(table["rank"] == 0))
    return {float(e) for e in table["epsilon"].to_numpy() if np.isfinite(first.sel(epsilon=e)).any()}


def _line_epsilon(table: xr.Dataset, common: float | None) -> float | None:
    answered = _answered(table)
    return common if common in answered else min(answered, default=None)


def _widest(table: xr.Dataset) -> int:
    """The largest d at which n* of every event is known for the most accuracies."""
    every = np.unique(table["d"].to_numpy())
    counts = [int(np.isfinite(table["n_star"].isel(case=np.flatnonzero(table["d"] == d))).sum()) for d in every]
    return int(every[np.flatnonzero(np.array(counts) == max(counts))[-1]])


def _at(table: xr.Dataset, d: int, epsilon: float) -> xr.Dataset:
    cases = np.flatnonzero(table["d"].to_numpy() == d)
    return table.isel(case=cases).sortby("rank").sel(epsilon=epsilon)


def _answer(table: xr.Dataset, d: int, epsilon: float | None, factor: int) -> str:
    """n*, C and slack at one epsilon in a sentence. factor: the paper's C over ours."""
    if epsilon is None:
        return ""
    at = _at(table, d, epsilon)
    first, last = _main(at), at.isel(case=-1)
    n_star, constant = number_text(first, "n_star", ".0f"), number_text(first, "constant", ".2f")
    where = f"ε = {epsilon:g}" + (f", d = {d}" if table["d"].max() > 1 else "")
    said = f"At {where} “{first['event'].item()}” needs n* {_equals(n_star)}"
    said += f": C {_equals(constant)}" if constant.value else ""
    both = _constant_text(at)
    if first["role"].item() != STATEMENT and both.value:
        between = f"lies between {both.value.replace(' to ', ' and ')}" if " to " in both.value else f"is {both.value}"
        said += f", an upper bound on the statement's, which {between}"
    if factor > 1 and constant.value and np.isfinite(float(first["constant"])):
        said += f" ({factor * float(first['constant']):.2f} as the paper counts it, in hidden neurons per input)"
    if last["event"].item() == "proof" and np.isfinite(float(last["slack"])):
        slack = number_text(last, "slack", ".2f")
        said += f". What its proof uses needs {slack.value} {slack.interval} times as many neurons"
    return f"{said}."


def _equals(text: Text) -> str:
    """A number with its interval behind "="; one with a relation of its own, as it is."""
    said = f"{text.value} {text.interval}".rstrip() or "unknown"
    return said if said.startswith(("≤", "≥")) else f"= {said}"


def _run(dataset: xr.Dataset) -> str:
    trials, tolerance = trials_text(dataset), float(dataset.attrs["relative_tolerance"])
    resolution = float(dataset.attrs["resolution"])
    below = f", not followed below {resolution:g}" if resolution > 0.0 else ""
    exact = "exact to the last bits of double precision" if tolerance == 0.0 else ""
    exact = exact or f"every covering radius certified within {100.0 * tolerance:g}%"
    stopping = str(dataset.attrs.get("stopping", ""))
    stopped = (
        f" Stopped by its own results: {stopping}. Intervals: {interval_name(is_anytime(dataset))}." if stopping else ""
    )
    by = (", by d" if "trials" in dataset else ", by cell") if " to " in trials else ""
    return f"{trials} trials{by}, {grid_words(dataset['n'].to_numpy())}, {exact}{below}.{stopped}"


def anchors_of(datasets: Sequence[xr.Dataset]) -> list[str]:
    """A name for every sweep, for links and folders: its label, numbered where that leaves equals."""
    found: list[str] = []
    for dataset in datasets:
        name = _slug(label(dataset))
        equals = sum(re.fullmatch(rf"{re.escape(name)}(--\d+)?", other) is not None for other in found)
        found.append(f"{name}--{equals + 1}" if equals else name)
    return found


def _slug(text: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", text.lower()))
