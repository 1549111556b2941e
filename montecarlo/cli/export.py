"""`ticketsum export`: trials, success probabilities or thresholds of a run as one tidy table, CSV or Parquet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import for_spreadsheets

from ..errors import InputError
from .options import Level, Run, option
from .output import numbered, terminal
from .progress import counted
from .show import grid_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_ROWS = 5 * 10**7
"""A larger table of trials is refused: it would be more than 2 GB as CSV."""
_CHUNK = 2**18
"""Rows that are in memory as a table at once, some 20 MiB."""
_DIMS = ("event", "d", "n", "trial")


def export(  # noqa: PLR0913
    run: Run,
    /,
    *,
    what: Annotated[
        Literal["estimates", "trials", "thresholds"],
        option("Success probabilities; every trial's critical epsilon; n* and C."),
    ] = "estimates",
    csv: Annotated[Path | None, option("CSV file.", "RUN/export.csv without --parquet")] = None,
    parquet: Annotated[Path | None, option("Parquet file; needs ticketsum[parquet].")] = None,
    epsilon: Annotated[str | None, option("Accuracies, as in 0.1,0.01.", "0.3 to 0.005, as far as resolved")] = None,
    delta: Annotated[float | None, option("Failure probability of n*.", "the accuracy")] = None,
    level: Level = 0.95,
    n: Annotated[str | None, option("Only these n: 4,8 or 1:20.")] = None,
    d: Annotated[str | None, option("Only these d.")] = None,
    event: Annotated[list[str] | None, option("Only this event; can be repeated.", negative="")] = None,
) -> None:
    """Write a tidy table, one row per observation, that pandas, seaborn and R take as it is: CSV or Parquet.

    Columns have the names of the Dataset: `ticketsum export RUN --epsilon 0.1,0.01 --csv rates.csv`, then
    seaborn.lineplot(data=pandas.read_csv("rates.csv"), x="n", y="success", hue="epsilon"). In CSV, a text
    that a spreadsheet would take for a formula has an apostrophe in front.
    """
    from ..storage.atomic import require_inside
    from ..storage.dataset import load
    from .parsing import parse_epsilon, parse_grid

    question = Question(what, None if epsilon is None else parse_epsilon(epsilon), delta, level)
    grids = {name: None if text is None else parse_grid(name, text) for name, text in (("n", n), ("d", d))}
    if parquet is not None:
        require_parquet()
    if csv is None and parquet is None:
        home = run if run.is_dir() else run.parent
        csv = home / "export.csv"
        require_inside(home, csv.name)
    for target in (csv, parquet):
        if target is not None and target.resolve() in {run.resolve(), (run / "raw.nc").resolve()}:
            raise InputError(f"an export must not replace the run it reads, got {target}; choose another file")
    table = tabulated(load(run), question, {**grids, "event": event})
    for target, write in ((csv, write_csv), (parquet, write_parquet)):
        if target is not None:
            with counted("writing rows", terminal()) as progress:
                write(table, target, progress)
            terminal(stderr=False).say(f"{numbered(table.rows, 'row')} in {target}")


@dataclass(frozen=True)
class Question:
    """What is to be known of a run: `what`, and at which accuracies, failure probability and confidence level."""

    what: Literal["estimates", "trials", "thresholds"] = "estimates"
    epsilon: Sequence[float] | None = None
    """None: those that the run resolves."""
    delta: float | None = None
    level: float = 0.95


@dataclass(frozen=True)
class Table:
    """A tidy table that is made piece by piece: column names are those of the Dataset."""

    rows: int
    chunk: "Callable[[int, int], pd.DataFrame]"
    """(first, stop) to these rows."""

    def __iter__(self) -> "Iterator[pd.DataFrame]":
        """The pieces in order."""
        for first in range(0, self.rows, _CHUNK):
            yield self.chunk(first, min(first + _CHUNK, self.rows))


def tabulated(dataset: "xr.Dataset", asked: Question, wanted: Mapping[str, Sequence[Any] | None]) -> Table:
    """The table that is asked for, of the part of a raw Dataset with the wanted n, d and events (None: all)."""
    if asked.what == "thresholds" and wanted.get("n"):
        raise InputError("n* is the smallest n of the whole grid, and so must not be given with --n; leave --n out")
    part = selected(dataset, wanted)
    if asked.what == "trials":
        return trials(part)
    epsilon = analysis.resolved(dataset) if asked.epsilon is None else asked.epsilon
    if asked.what == "estimates":
        return estimates(part, epsilon, asked.level)
    return thresholds(part, epsilon, asked.delta, asked.level)


def selected(dataset: "xr.Dataset", wanted: Mapping[str, Sequence[Any] | None]) -> "xr.Dataset":
    """The part of a raw Dataset with these n, d or events (None: all), in the run's order; others are an InputError."""
    chosen: dict[str, list[Any]] = {}
    for name, values in wanted.items():
        if not values:
            continue
        there = dataset[name].to_numpy().tolist()
        for value in values:
            if value not in there:
                raise InputError(f"{name} of the run must be one of {grid_text(there)}, got {value}")
        chosen[name] = [value for value in there if value in values]
    return dataset.sel(chosen)


def trials(dataset: "xr.Dataset") -> Table:
    """critical_epsilon and, where it is not exact, critical_epsilon_low: a row for every trial of an event, d and n.

    More than 5 * 10^7 rows are an InputError.
    """
    rows = int(dataset.sizes["event"] * dataset.sizes["n"] * analysis.trials_of(dataset).sum())
    if rows > MOST_ROWS:
        raise InputError(
            f"a table of trials must have at most {MOST_ROWS:,} rows, got {rows:,}; "
            "take a part of the run with --n, --d or --event, or read its raw.nc"
        )
    return Table(rows, partial(_trials, dataset))


def estimates(dataset: "xr.Dataset", epsilon: Sequence[float], level: float) -> Table:
    """`analysis.success`: P(event at epsilon) with its interval, a row for every event, d, n and epsilon."""
    return _whole(analysis.success(dataset, epsilon, level=level))


def thresholds(dataset: "xr.Dataset", epsilon: Sequence[float], delta: float | None, level: float) -> Table:
    """`analysis.thresholds`: n* and C = n* / ln(A / min(epsilon, delta)), a row for every event, d and epsilon."""
    return _whole(analysis.thresholds(dataset, epsilon, delta=delta, level=level))


def write_csv(table: Table, path: Path, progress: Callable[[int, int], object] | None = None) -> None:
    """`table` as comma-separated values with one line of names; numbers come back to the bit, texts as `harmless`."""
    done = 0
    with _replacing(path, "--csv") as beside, beside.open("w", encoding="utf-8", newline="") as file:
        for chunk in table:
            harmless(chunk).to_csv(file, index=False, header=done == 0, lineterminator="\n")
            done += len(chunk)
            if progress:
                progress(done, table.rows)


def write_parquet(table: Table, path: Path, progress: Callable[[int, int], object] | None = None) -> None:
    """`table` as a Parquet file, a row group a piece; needs pyarrow."""
    require_parquet()
    import pyarrow as pa
    from pyarrow import parquet

    done = 0
    first = pa.Table.from_pandas(table.chunk(0, 1), preserve_index=False)
    with _replacing(path, "--parquet") as beside, parquet.ParquetWriter(beside, first.schema) as writer:
        for chunk in table:
            writer.write_table(pa.Table.from_pandas(chunk, first.schema, preserve_index=False))
            done += len(chunk)
            if progress:
                progress(done, table.rows)


def harmless(frame: "pd.DataFrame") -> "pd.DataFrame":
    """`frame` with its texts as a spreadsheet may open them: an apostrophe before what it would take for a formula.

    That is a text that begins with =, +, -, @, a tab or a line break; control characters are spelled out besides.
    """
    given = frame.select_dtypes(exclude=["number", "bool"])
    cells = {name: {text: for_spreadsheets(text) for text in given[name].unique()} for name in given.columns}
    return frame.assign(**{name: given[name].map(known.__getitem__) for name, known in cells.items()})


def require_parquet() -> None:
    """Refuse in one line where pyarrow is missing."""
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError as error:
        raise InputError(
            "Parquet files need pyarrow, which is not installed; pip install 'ticketsum[parquet]', or use --csv"
        ) from error


def _trials(dataset: "xr.Dataset", first: int, stop: int) -> "pd.DataFrame":
    """The rows first..stop-1 of the table, the trial running fastest."""
    import numpy as np
    import pandas as pd

    trials = analysis.trials_of(dataset)
    ends = np.cumsum(dataset.sizes["n"] * trials)  # rows of one event, d after d
    event, rest = np.divmod(np.arange(first, stop), ends[-1])
    d = np.searchsorted(ends, rest, side="right")
    n, trial = np.divmod(rest - (ends - dataset.sizes["n"] * trials)[d], trials[d])
    where = (event, d, n, trial)
    columns = {name: dataset[name].to_numpy()[index] for name, index in zip(_DIMS, where, strict=True)}
    stored = [name for name in ("critical_epsilon", "critical_epsilon_low") if name in dataset]
    columns |= {name: dataset[name].transpose(*_DIMS).to_numpy()[where] for name in stored}
    return pd.DataFrame(columns)


def _whole(found: "xr.Dataset") -> Table:
    frame = found.to_dataframe().reset_index()
    return Table(len(frame), lambda first, stop: frame.iloc[first:stop])


@contextmanager
def _replacing(path: Path, option: str) -> Iterator[Path]:
    """`replacing`, for what is a file or is not there: anything else, as /dev/stdout, is refused."""
    from ..storage.atomic import replacing

    if path.exists() and not path.is_file():
        raise InputError(f"an export must go to a file, got {path}, which is none; choose one with {option}")
    with replacing(path, option, follow=True) as beside:
        yield beside
