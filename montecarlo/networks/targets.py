"""A target ReLU network f(x) = W_l relu(W_{l-1} ... relu(W_1 x)): its checks, its file, random members of F.

F of Theorem 1 has ||W_k|| <= 1 (spectral norm). What masks are asked for is |w| <= 1 for every weight, the interval of
Corollary 2; every member of F has that. Source: Section 2, Eq. 4.
"""

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..checks import file_path, has_masked, instance, listed
from ..errors import InputError
from ..storage.atomic import replacing
from ..storage.untrusted import read_arrays, require_regular
from ..system import memory_limit, size_text
from .pairs import Floats

_UNREADABLE = (ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What a file that is no npz, or a damaged one, makes NumPy and zipfile raise."""
_NAMES = re.compile(r"(\D*)(\d+)")
_RULE = "a target must be an npz file of float matrices W1, W2, ..., first layer first"
_REMEDY = "write it with numpy.savez(FILE, W1=..., W2=...)"


@dataclass(frozen=True, eq=False)
class Target:
    """The matrices W_1, ..., W_l of f, W_k of shape (d_k, d_{k-1}), all |w| <= 1; checked, read-only float64 copies.

    weights: matrices of any array-like kind, at least one, the columns of each as many as the rows of the one before.

    >>> import montecarlo
    >>> target = montecarlo.Target([[[0.5, -0.25], [0.0, 1.0]], [[0.75, 0.125]]])
    >>> target.widths, target.size
    ((2, 2, 1), 6)
    """

    weights: tuple[Floats, ...]

    def __init__(self, weights: Sequence[ArrayLike]) -> None:
        matrices = tuple(
            _matrix(k, given) for k, given in enumerate(listed("weights", weights, "give the matrices W1, W2, ..."), 1)
        )
        if not matrices:
            raise InputError("a target must have at least one layer, got none; give W1, W2, ...")
        for k in range(1, len(matrices)):
            if matrices[k].shape[1] != matrices[k - 1].shape[0]:
                raise InputError(
                    f"W{k + 1} of the target must have a column for each of the {matrices[k - 1].shape[0]} rows of "
                    f"W{k}, got shape {matrices[k].shape}; give W1, W2, ... in order, (outputs, inputs) each"
                )
        object.__setattr__(self, "weights", matrices)

    @property
    def widths(self) -> tuple[int, ...]:
        """d_0, ..., d_l."""
        return (self.weights[0].shape[1], *(matrix.shape[0] for matrix in self.weights))

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(matrix.size for matrix in self.weights)


def _matrix(k: int, given: ArrayLike) -> Floats:
    """W_k as a read-only float64 copy, checked."""
    try:
        masked, array = has_masked(given), np.asarray(given)
    except Exception as error:  # rows of several lengths; an object's own conversion may raise anything
        raise InputError(f"W{k} of the target must be a matrix, got rows of several lengths; fill them up") from error
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            f"W{k} of the target must be a matrix (outputs, inputs) with a weight at least, got shape {array.shape}; "
            "give every layer as one"
        )
    if masked:
        raise InputError(f"W{k} of the target must have no masked entries, got a masked array; fill them")
    if array.dtype.kind not in "fiu":
        raise InputError(f"W{k} of the target must hold real numbers, got {array.dtype}; convert them to float64")
    matrix = np.array(array, dtype=float, order="C")
    sizes = np.abs(matrix)
    if not np.isfinite(sizes).all():
        i, j = np.argwhere(~np.isfinite(sizes))[0].tolist()
        raise InputError(f"W{k} of the target must be finite, got {matrix[i, j]} at [{i}, {j}]; put a number there")
    if sizes.max() > 1.0:
        i, j = np.unravel_index(sizes.argmax(), sizes.shape)
        raise InputError(
            f"W{k} of the target must have |w| <= 1, which the subset sums are to reach, got {matrix[i, j]:.6g} at "
            f"[{i}, {j}]; scale it: f becomes f / {sizes.max():.6g} when W{k} is divided by {sizes.max():.6g}"
        )
    matrix.setflags(write=False)
    return matrix


def load_target(path: str | Path) -> Target:
    """The target in an npz file whose arrays are called W1, W2, ... (or any one word and a number); nothing pickled."""
    path = file_path("path", path)
    try:
        _require_memory(path)
        arrays = read_arrays(path, int(min(memory_limit(), 2.0**62)))
        return Target([arrays[name] for name in _in_order(list(arrays), path)])
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{_RULE}, got {path} ({error.strerror or error}); {_REMEDY}") from error
    except _UNREADABLE as error:
        pickled = "pickle" in str(error)
        reason = "pickled objects" if pickled else (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{_RULE}, got {path} ({reason}); {_REMEDY}") from error


def _require_memory(path: Path) -> None:
    """Refuse what would not fit, by what the file says of its size."""
    require_regular(path)
    with zipfile.ZipFile(path) as packed:
        size = sum(item.file_size for item in packed.infolist())
    if 2.0 * size > memory_limit():
        raise InputError(f"a target must fit into memory twice, got {size_text(size)} in {path}; take a smaller one")


def _in_order(names: Sequence[str], path: Path) -> list[str]:
    """The arrays' names, which must be one word and consecutive numbers, by number."""
    found = [_NAMES.fullmatch(name) for name in names]
    numbers = sorted(int(match[2]) for match in found if match)
    words = {match[1] for match in found if match}
    if (
        not all(found)
        or len(words) != 1
        or numbers[0] not in (0, 1)
        or numbers != list(range(numbers[0], numbers[0] + len(names)))
    ):
        raise InputError(f"{_RULE}, got arrays called {', '.join(map(repr, names)) or 'nothing'} in {path}; {_REMEDY}")
    return sorted(names, key=lambda name: int(_NAMES.fullmatch(name)[2]))  # pyright: ignore[reportOptionalSubscript]


def save_target(target: Target, path: str | Path) -> None:
    """Write a target as npz, arrays W1, W2, ..., atomically."""
    target, path = instance("target", target, Target, "give montecarlo.Target([...])"), file_path("path", path)
    if path.is_dir():
        raise InputError(f"path must be that of a file, got the folder {path}; give {path / 'target.npz'}")
    arrays: dict[str, Any] = {f"W{k}": matrix for k, matrix in enumerate(target.weights, 1)}
    with replacing(path, follow=True) as beside, beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
