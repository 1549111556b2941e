"""torch, which the experiments that train need and nothing else: imported when it is used, on one thread a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ...errors import InputError


def required_torch(of: str = "experiment2") -> Any:
    """torch, or an InputError that says how to install it. of: what needs it."""
    try:
        return import_module("torch")
    except ImportError as error:
        raise InputError(f"{of} needs torch; pip install 'ticketsum[experiments]'") from error


def device() -> str:
    """Where training runs: "cuda" if there is a GPU, else "cpu"."""
    return "cuda" if required_torch().cuda.is_available() else "cpu"


@contextmanager
def one_thread() -> Iterator[None]:
    """torch on one thread, and as it was afterwards."""
    torch = required_torch()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
