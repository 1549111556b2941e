"""The target of Experiment 1: f(x) = W2 relu(W1 x), 784 pixels, 500 hidden neurons, 10 classes, no bias."""

import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...checks import file_path, reals, shown
from ...errors import InputError
from ...storage.untrusted import read_arrays
from ..mnist import CLASSES, PIXELS, Digits
from ..package_data import shipped

SHIPPED = "target-784-500-10"
"""Its weights (.npz) and what was measured when they were made (.json), in `data/`."""
_UNREADABLE = (ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What a damaged npz file makes NumPy and zipfile raise."""

_NAMES = "W1", "W2"
_MOST_BYTES = 2**30

Floats = NDArray[np.float64]
Layers = tuple[Floats, Floats]


class Target(NamedTuple):
    """W1 (hidden, 784) and W2 (10, hidden) as float64, and the name of their file."""

    layers: Layers
    name: str

    @property
    def digest(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 hash of the weights."""
        digest = hashlib.sha256()
        for layer in self.layers:
            digest.update(repr(layer.shape).encode() + np.ascontiguousarray(layer).tobytes())
        return digest.hexdigest()[:16]

    @property
    def largest(self) -> float:
        """max |w| over all weights."""
        return max(float(np.abs(layer).max()) for layer in self.layers)


def load_target(path: str | Path | None = None) -> Target:
    """The target in an .npz file with arrays W1 (hidden, 784) and W2 (10, hidden); ours unless given."""
    path = shipped(f"{SHIPPED}.npz") if path is None else file_path("target", path)
    try:
        packed = read_arrays(path, _MOST_BYTES)
        _require_known(list(packed), path)
        first, second = (reals(f"{name} of the target", packed[name]) for name in _NAMES)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"target must be a file that can be read, got {path} ({error.strerror})") from error
    except _UNREADABLE as error:
        raise InputError(f"target must be an .npz file with arrays W1 and W2, got {path} ({error})") from error
    hidden = first.shape[0] if first.ndim == 2 else 0
    if hidden == 0 or first.shape != (hidden, PIXELS) or second.shape != (CLASSES, hidden):
        raise InputError(
            f"target must have W1 (hidden, {PIXELS}) and W2 ({CLASSES}, hidden), got {first.shape} and {second.shape}"
        )
    return Target((first, second), path.name)


def _require_known(names: Sequence[str], path: Path) -> None:
    """Refuse arrays that would be left out: a bias, a third layer."""
    if more := [name for name in names if name not in _NAMES]:
        raise InputError(
            f"target must have the arrays W1 and W2 alone, got {', '.join(map(shown, more))} as well in {path}; f has "
            "no bias and two layers: leave them out if they do not matter"
        )


def outputs(layers: Layers, images: Floats) -> Floats:
    """f(x) for every image, (images, 10)."""
    return np.maximum(images @ layers[0].T, 0.0) @ layers[1].T


def correct(scores: Floats, digits: Digits) -> int:
    """How many images get their label: that of the largest output, the first of equal ones."""
    return int(np.count_nonzero(scores.argmax(axis=1) == digits.labels))
