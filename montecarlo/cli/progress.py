"""What a long sweep shows while it runs: trials, rate and time left; plain lines where there is no terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from analysis.verbatim import plain

from .output import Terminal, spoken

if TYPE_CHECKING:
    from ..sweeps.plan import Plan

_LINE_SECONDS = 10.0
"""Without a terminal, at most one line every so many seconds."""


class _Rate(ProgressColumn):
    """Trials a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")


@contextmanager
def progress_bar(plan: "Plan", notice: str, console: Terminal) -> Iterator[Callable[[int, int], None]]:
    """A function of (trials done, trials in all) that shows how far a sweep is.

    `notice` is printed with the first call, when the sweep has passed its checks: refused input gets one line only.
    """
    if not console.console.is_terminal:
        yield _lines(plan.claim.label, notice, console)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} trials"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console.console, speed_estimate_period=60.0)
    task = bar.add_task(plain(plan.claim.label), total=None)

    def show(done: int, total: int) -> None:
        if not bar.live.is_started:
            _notify(notice, console)
            bar.reset(task, total=total, completed=done)  # blocks found on disk are no measure of speed
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


def _lines(title: str, notice: str, console: Terminal) -> Callable[[int, int], None]:
    """Progress as lines: the first and the last state, and one every few seconds in between.

    The time left is that of the blocks after the first, in which kernels may be compiled.
    """
    states: list[tuple[float, int]] = []  # (time, trials done) at the start and after the first new block
    shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if not states:
            _notify(notice, console)
        if len(states) < 2:
            states.append((now, done))
        if len(states) > 1 and now - shown < _LINE_SECONDS and done < total:
            return
        shown = now
        since, before = states[-1]
        rate = (done - before) / (now - since) if now > since else 0.0
        left = f", {rate:,.0f}/s, about {(total - done) / rate:,.0f} s left" if rate > 0 and done < total else ""
        console.say(f"{title}: {done:,}/{total:,} trials{left}")

    return show


def _notify(notice: str, console: Terminal) -> None:
    if notice:
        console.say(notice)


@contextmanager
def counted(title: str, console: Terminal) -> Iterator[Callable[..., None]]:
    """A function of (done, in all, what) for work of a few steps: a spinner and a count, nothing without a terminal."""
    with console.status(title) as status:
        yield lambda done, total, what=title: status.update(spoken(f"{what}: {done} of {total}"))
