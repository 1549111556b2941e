"""What a long sweep shows while it runs: trials, rate and time left; plain lines where there is no terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

_LINE_SECONDS = 10.0
"""Without a terminal, at most one line every so many seconds."""


class _Rate(ProgressColumn):
    """Trials a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")


@contextmanager
def progress_bar(title: str, console: Console) -> Iterator[Callable[[int, int], None]]:
    """A function of (trials done, trials in all) that shows how far a sweep is."""
    if not console.is_terminal:
        yield _lines(title, console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} trials"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, speed_estimate_period=60.0) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            if bar.tasks[0].total is None:
                bar.reset(task, total=total, completed=done)  # blocks found on disk are no measure of speed
            bar.update(task, completed=done)

        yield show


def _lines(title: str, console: Console) -> Callable[[int, int], None]:
    started = time.monotonic()
    before = 0
    shown = -_LINE_SECONDS

    def show(done: int, total: int) -> None:
        nonlocal shown, before
        now = time.monotonic() - started
        before = before or done
        if now - shown < _LINE_SECONDS and done < total:
            return
        shown = now
        rate = (done - before) / now if now > 0 else 0.0
        left = f", {rate:,.0f}/s, about {(total - done) / rate:,.0f} s left" if rate > 0 and done < total else ""
        console.print(f"{title}: {done:,}/{total:,} trials{left}", highlight=False)

    return show
