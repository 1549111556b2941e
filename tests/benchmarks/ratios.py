"""The table of ratios: what was timed beside what, how the medians compare, and which bars are reached."""

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

HEADER = ("work", "peer", "ours", "peer's", "ratio", "bar", "reached")


@dataclass(frozen=True)
class Row:
    """Our way and a peer's of doing the same work. `bar`: the ratio aimed at, None if the row only informs."""

    work: str
    peer: str
    bar: float | None = None


@dataclass
class Result:
    """What is known of a row: medians in seconds, and why the peer has none."""

    row: Row
    medians: dict[str, float] = field(default_factory=dict)
    note: str = "not run"

    def cells(self):
        """The row's cells of the table, as text."""
        ours, peer = self.medians.get("ours"), self.medians.get("peer")
        bar = "" if self.row.bar is None else f"{self.row.bar:,g}x"
        both = ours is not None and peer is not None
        reached = "" if not both or self.row.bar is None else "yes" if peer / ours >= self.row.bar else "no"
        return (
            self.row.work,
            self.row.peer,
            "not run" if ours is None else duration(ours),
            self.note if peer is None else duration(peer),
            f"{significant(peer / ours)}x" if both else "",
            bar,
            reached,
        )


@dataclass(frozen=True)
class Limit:
    """A job with a limit on its time and on its memory instead of a peer."""

    work: str
    seconds: float
    gibibytes: float
    most_seconds: float
    most_gibibytes: float

    def cells(self):
        """The row's cells of the table, as text."""
        return (
            self.work,
            "",
            f"{duration(self.seconds)}, {self.gibibytes:.2f} GiB",
            "",
            "",
            f"{self.most_seconds:g} s, {self.most_gibibytes:g} GiB",
            "yes" if self.seconds <= self.most_seconds and self.gibibytes <= self.most_gibibytes else "no",
        )


def duration(seconds):
    """A time to three digits in the unit that suits it: 12.3 us."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{significant(seconds / size, 3)} {unit}"
    return f"{significant(seconds / 1e-9, 3)} ns"


def significant(value, digits=2):
    """A positive number to that many digits, without an exponent: 0.032, 7.1, 62, 58,000."""
    decimals = digits - 1 - int(np.floor(np.log10(value)))
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def lines(results):
    """The table as aligned Markdown, one text a line."""
    rows = [HEADER, *(result.cells() for result in results)]
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(HEADER))]
    texts = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    texts.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return texts


def machine():
    """What the numbers depend on: processor, cores, versions."""
    names = ("numpy", "scipy", "numba", "gurobipy", "flsss", "ortools")
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        **{name: _version(name) for name in names},
    }


def machine_line():
    """`machine` in one line."""
    return ", ".join(f"{key} {value}" for key, value in machine().items())


def _processor():
    """The processor's model; virtual machines hide the marketing name, so family and model stand beside it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    facts = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    if "model name" not in facts:
        return platform.machine()
    return f"{facts['model name']} (family {facts.get('cpu family')}, model {facts.get('model')})"


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
