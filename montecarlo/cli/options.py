"""Options that several commands share: their help, and what their values mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ..errors import InputError
from ..system import cores
from .output import duration

if TYPE_CHECKING:
    from ..workers import Dask


def option(text: str, default: str = "", **others: Any) -> Parameter:
    """A parameter's help; `default` in words where the signature has None."""
    shown = {"show_default": lambda _: default} if default else {}
    return Parameter(help=text, **shown, **others)


def flag(text: str, **others: Any) -> Parameter:
    """The help of an option without a value, which is off by default."""
    return Parameter(help=text, negative="", show_default=False, **others)


ClaimName = Annotated[str, option("A name that `ticketsum claims` lists, or module:Name for a claim of your own.")]
D = Annotated[str | None, option("Dimensions d of the target: 1,2,4,8.", "the smallest of the claim")]
Set = Annotated[
    list[str] | None,
    option("A parameter of the claim: depth=3, weight=0.25, law=norm:mean=0,std=0.5.", name="--set", negative=""),
]
Jobs = Annotated[
    int | None, option("Worker processes; the results do not depend on it.", "all cores, or all threads of a cluster")
]
Cores = Annotated[int | None, option("Worker processes; the results do not depend on it.", "all cores")]
Backend = Annotated[Literal["local", "dask"], option("Where blocks run: this machine, or a dask cluster.")]
Scheduler = Annotated[str | None, option("Address of the dask scheduler: tcp://HOST:PORT.")]
Seed = Annotated[int, option("Seed of all random numbers.")]
Repair = Annotated[bool, flag("Recompute blocks whose file is damaged.")]
Level = Annotated[float, option("Confidence level of the intervals.")]
Format = Annotated[
    Literal["table", "csv", "markdown", "latex"],
    option("How the table is printed; with all but table, nothing else is on stdout.", name="--format"),
]
Run = Annotated[Path, option("A run folder, or a raw netCDF file.")]
Trusted = Annotated[
    str | None,
    option("module:Name, for a run of a claim of your own: its code runs only if you name it here."),
]


def processes(jobs: int | None) -> int:
    """Worker processes: `jobs`, at least 1; None: all cores."""
    from ..checks import whole

    return cores() if jobs is None else whole("jobs", jobs, 1)


def cluster(backend: str, scheduler: str | None) -> "Dask | None":
    """The cluster that --backend and --scheduler name; None for this machine."""
    from ..workers import Dask

    if backend == "local":
        if scheduler is not None:
            raise InputError(f"--scheduler goes with --backend dask, got --scheduler {scheduler} alone; give both")
        return None
    if scheduler is None:
        raise InputError("--backend dask needs --scheduler tcp://HOST:PORT, got none; `dask scheduler` prints its own")
    return Dask(scheduler)


def expected(seconds: float, jobs: int | None, backend: "Dask | None") -> str:
    """How long so many seconds of work on one core take, as far as that is known without asking a cluster."""
    if jobs is None and backend is not None:
        return f"{duration(seconds)} of one core"
    return duration(seconds / (jobs or cores()))
