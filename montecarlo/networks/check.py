"""A stored pruned network, gone over again without the solver: every mask added up once more in exact arithmetic.

What is certain afterwards: the wide weights are those that the seed gives and in [-1, 1]; every mask has its shape,
keeps only neurons it may and adds up to just the stored P or N; the sums further than epsilon from their weight are as
many as was said; no sum that should be the nearest to its weight gets nearer by one entry more or less, and none that
should have the fewest entries stays within epsilon with one fewer; `summary.nc` and the header say the same. The rest
is the solver's word alone, or that of whoever wrote the files: see `Checked.unverified`.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import InputError
from ..solvers.nearest_subset import MOST_ENTRIES
from ..storage.dataset import load
from .exact_sums import Sums, exact_sum, sums_of_masks
from .files import SUMMARY, Stored, file_checksum, open_stored, portions
from .masks import Bytes, pack, padding, unpack
from .pairs import Floats, Pair
from .pruned import Layer, Pruned, serving
from .summaries import SCHEMA, summarized
from .targets import Target
from .wide import Blocks

_SAMPLED = 128
"""Every so many weights one is added up in rational numbers as well."""
_ROUNDING = 2.0**-40
"""More than the rounding of 40 additions: errors that differ by less are equal for the solver."""
_BEST = {
    "error": "that no subset of a weight's neurons comes nearer to it than the stored one",
    "within": "that no subset is within epsilon of a weight that is missed",
    "fewest": "that no subset within epsilon has fewer entries, and that none is within epsilon of a weight missed",
}
"""What only a solver can tell, by objective."""


class Checked(NamedTuple):
    """What the masks are by the check's own count (None where files are missing), and everything that is wrong.

    dataset: as `summary.nc` has it. faults: a sentence each, none if all is well. unverified: what `sound` does not
    cover, a sentence each.
    """

    dataset: xr.Dataset | None
    faults: tuple[str, ...]
    unverified: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class _Part(NamedTuple):
    """The blocks first..stop-1 of a layer as they are stored; P and N as (2, outputs, blocks)."""

    first: int
    blocks: Blocks
    neurons: Bytes
    masks: Bytes
    weights: Floats
    sums: Floats


class _Faults:
    """How often each thing is wrong in a layer, and where first."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.places: dict[str, str] = {}

    def note(self, what: str, wrong: NDArray[np.bool_] | np.bool_, place: Callable[[list[int]], str]) -> None:
        """Where `wrong` is true, `what` is; place: an index of `wrong` in words."""
        count = int(np.count_nonzero(wrong))
        if count:
            self.counts[what] += count
            self.places.setdefault(what, place(np.argwhere(wrong)[0].tolist()))

    def lines(self, layer: int) -> list[str]:
        """A line for each thing."""
        return [f"layer {layer}: {count:,} {what}, first {self.places[what]}" for what, count in self.counts.items()]


def check(folder: str | Path, *, progress: Callable[[int, int], object] | None = None) -> Checked:
    """Whether the network stored in `folder` is what it says: see this module.

    progress: called with (weights done, weights in all). A folder without a readable header is refused; everything else
    that is wrong is a fault.

    >>> import montecarlo, tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     pruned = montecarlo.prune([[[0.5, -0.25]]], n=16, epsilon=0.01, out=f"{parent}/PRUNED")
    ...     montecarlo.check(f"{parent}/PRUNED").sound
    True
    """
    stored = open_stored(folder)
    widths = stored.wide.widths
    total = stored.wide.size
    faults = _file_faults(stored)
    layers: list[Layer] = []
    done = 0
    for k in range(1, len(widths)):
        try:
            layer, found = _checked_layer(stored, k, partial(_report, progress, total, done))
            layers.append(layer)
            faults += found
        except ValueError as error:
            faults.append(f"layer {k}: cannot be read, {str(error).splitlines()[0]}")
        done += widths[k - 1] * widths[k]
    if len(layers) < len(widths) - 1:
        return Checked(None, tuple(faults), _unverified(stored))
    try:
        target = Target([layer.pair.weights for layer in layers])
    except InputError as error:
        return Checked(None, (*faults, str(error)), _unverified(stored))
    asked = stored.header["objective"], stored.header["epsilon"]
    dataset = summarized(Pruned(target, stored.wide, *asked, tuple(layers)))
    return Checked(dataset, (*faults, *_summary_faults(stored, dataset)), _unverified(stored))


def _unverified(stored: Stored) -> tuple[str, ...]:
    """What nobody can tell from the files alone."""
    asked = "that objective and epsilon are those that were asked for: masks and misses agree with them, no more"
    return _BEST[stored.header["objective"]], asked, "the provenance: when, where and with which versions it was made"


def _report(progress: Callable[[int, int], object] | None, total: int, before: int, count: int) -> None:
    if progress:
        progress(before + count, total)


def _file_faults(stored: Stored) -> list[str]:
    said = stored.header["files"]
    names = stored.names()
    faults = [f"{name}: not among the files of this network" for name in sorted(set(said) - set(names))]
    for name in names:
        path = stored.folder / name
        if not path.is_file():
            faults.append(f"{name}: missing")
        elif said.get(name) != file_checksum(path):
            faults.append(f"{name}: not as it was written (checksum differs)")
    return faults


def _checked_layer(stored: Stored, k: int, progress: Callable[[int], object]) -> tuple[Layer, list[str]]:
    """The layer with misses and entries counted again, and what is wrong."""
    names = "u", "v", "neurons", "masks", "target", "positive", "negative"
    arrays = {name: stored.array(name, k) for name in names}
    missed, kept = np.zeros(2, np.int64), np.zeros(2, np.int64)
    faults = _Faults()
    for first, stop in portions(stored.wide, k):
        part = _part(arrays, first, stop)
        found = sums_of_masks(part.blocks, part.neurons, part.masks, part.weights, stored.header["epsilon"])
        _check_wide(part, stored.wide.blocks(k, first, stop), faults)
        _check_masks(part, found, k == 1, faults)
        _check_objective(part, found, k == 1, stored, faults)
        missed += found.missed.sum(axis=(1, 2)) * serving(k)
        kept += found.kept.sum(axis=(1, 2))
        progress(stop * part.weights.shape[0])
    lines = faults.lines(k)
    for name, counted in (("missed", missed), ("kept", kept)):
        said = stored.header[name][k - 1]
        if said != counted.tolist():
            lines.append(f"layer {k}: {name} by side must be {said}, got {counted.tolist()}")
    pair = Pair(*(np.array(arrays[name]) for name in ("target", "positive", "negative")))
    return Layer(pair, np.array(arrays["neurons"]), np.array(arrays["masks"]), missed, kept), lines


def _part(arrays: dict[str, NDArray[Any]], first: int, stop: int) -> _Part:
    blocks = Blocks(*(np.array(arrays[name][first:stop]) for name in ("u", "v")))
    neurons, masks = (np.array(arrays[name][first:stop]) for name in ("neurons", "masks"))
    weights, positive, negative = (np.array(arrays[name][:, first:stop]) for name in ("target", "positive", "negative"))
    return _Part(first, blocks, neurons, masks, weights, np.stack([positive, negative]))


def _check_wide(part: _Part, drawn: Blocks, faults: _Faults) -> None:
    """u and v are those of the seed, bit for bit, and in the law's range."""
    for name, values, wanted in zip(("u", "v"), part.blocks, drawn, strict=True):
        if not (np.array_equal(values, wanted) and values.min() >= -1.0 and values.max() <= 1.0):
            where = f"of the wide network's {name}"
            outside = ~(np.abs(values) <= 1.0)
            faults.note(f"weights {where} outside [-1, 1]", outside, lambda at: _block(part, at[0]))
            faults.note(f"weights {where} not those of the seed", values != wanted, lambda at: _block(part, at[0]))


def _check_masks(part: _Part, found: Sums, both_sides: bool, faults: _Faults) -> None:
    """The masks keep what they may, and add up to what is stored."""
    u, v = part.blocks
    m = u.shape[1]
    extra = padding(m)
    neurons = pack(_serving_neurons(u, both_sides))
    unused = part.masks & ~neurons[:, None]
    others = (part.neurons != neurons).any(axis=-1)
    faults.note("masks of neurons not as u says", others, lambda at: _block(part, at[0]))
    set_beyond = (part.masks & extra).any(axis=-1)
    faults.note("masks with a bit that stands for nothing", set_beyond, lambda at: _weight(part, at[1], at[0]))
    unused &= ~extra
    faults.note("masks that keep pruned neurons", unused.any(axis=-1), lambda at: _weight(part, at[1], at[0]))
    for name, sums, stored in zip("PN", found.sums, part.sums, strict=True):
        wrong = ~(sums == stored)
        faults.note(f"masks that do not add up to the stored {name}", wrong, lambda at: _weight(part, at[0], at[1]))
    sampled = np.zeros(found.sums.shape, bool)
    for place in np.arange(0, sampled.size, _SAMPLED):
        s, i, j = np.unravel_index(place, sampled.shape)
        total = exact_sum(u[j], v[j, i], part.masks[j, i] & part.neurons[j], int(s))
        sampled[s, i, j] = total is None or float(total) != found.sums[s, i, j]
    faults.note("sums that rational numbers contradict", sampled, lambda at: _weight(part, at[1], at[2]))


def _check_objective(part: _Part, found: Sums, both_sides: bool, stored: Stored, faults: _Faults) -> None:
    """One entry more or less must not improve on what the objective asks for: necessary, and told without a solver."""
    objective, epsilon = stored.header["objective"], stored.header["epsilon"]
    u, v = part.blocks
    kept = unpack(part.masks & part.neurons[:, None], u.shape[1])
    usable = unpack(part.neurons, u.shape[1])
    with np.errstate(all="ignore"):  # numbers of a damaged file; their own faults are noted elsewhere
        changes = np.where(kept, 1.0, -1.0) * (v * u[:, None])
        for side, fires in enumerate((u > 0.0, u < 0.0)[: 1 + both_sides]):
            gaps = (part.weights - found.sums[side]).T[..., None]  # (blocks, outputs, 1)
            missed = found.missed[side].T
            errors = np.where((usable & fires)[:, None], np.abs(gaps + changes), np.inf)
            nearer = (errors < np.abs(gaps) - _ROUNDING).any(axis=-1) & (missed | (objective == "error"))
            what = "sums that one entry more or less brings nearer"
            faults.note(what, nearer, lambda at: _weight(part, at[1], at[0]))
            if objective == "fewest":
                fewer = (kept & (errors <= epsilon - _ROUNDING)).any(axis=-1) & ~missed
                what = "sums within epsilon with one entry fewer"
                faults.note(what, fewer, lambda at: _weight(part, at[1], at[0]))


def _serving_neurons(u: Floats, both_sides: bool) -> NDArray[np.bool_]:
    """The first 40 neurons with u > 0 of every block, and of those with u < 0 where inputs may be negative."""
    serve = np.zeros(u.shape, bool)
    for fires in (u > 0.0, u < 0.0) if both_sides else (u > 0.0,):
        serve |= fires & (np.cumsum(fires, axis=1) <= MOST_ENTRIES)
    return serve


def _block(part: _Part, j: int) -> str:
    return f"in block {part.first + j}"


def _weight(part: _Part, i: int, j: int) -> str:
    return f"at w[{i}, {part.first + j}]"


def _summary_faults(stored: Stored, counted: xr.Dataset) -> list[str]:
    """summary.nc says what has been counted, means but for the order they are added in."""
    try:
        said = load(stored.folder / SUMMARY, SCHEMA)
    except InputError as error:
        return [str(error)]
    names = [name for name in counted.data_vars if not _alike(said, counted, str(name))]
    asked = ("n", "seed", "widths", "objective", "epsilon")
    differing = [name for name in asked if not _same(said.attrs.get(name), counted.attrs[name])]
    return [
        *(f"{SUMMARY}: {name} is not what has been counted" for name in names),
        *(
            f"{SUMMARY}: {name} is {said.attrs.get(name)}, not {counted.attrs[name]} as in the header"
            for name in differing
        ),
    ]


def _same(one: Any, other: Any) -> bool:
    return one == other or (one != one and other != other)  # noqa: PLR0124 - epsilon is NaN where none was given


def _alike(said: xr.Dataset, counted: xr.Dataset, name: str) -> bool:
    if name not in said or said[name].shape != counted[name].shape:
        return False
    tolerance = 1e-12 if name == "mean_error" else 0.0
    return np.allclose(said[name], counted[name], rtol=tolerance, atol=0.0, equal_nan=True)
