"""The one way in: whatever takes a Dataset checks and orders it here, once.

A raw Dataset holds `critical_epsilon` over event, d, n and trial. It may come transposed, shuffled, squeezed, or put
together of several runs; `raw_dataset` gives each of them the same form. What cannot be meant is an InputError.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from .errors import InputError

DIMS = ("event", "d", "n", "trial")
_UPPER, _LOWER = "critical_epsilon", "critical_epsilon_low"
_MOST_COUNT = 1_000_000
STATEMENT, IMPLIES, IMPLIED_BY = "statement", "implies", "implied_by"
"""What an event says of the statement of its claim."""
PROOF_AMPLITUDE = "amplitude_of_proof"
"""A that a proof needs; there only where it is not the printed one."""
_FALLING = ("epsilon",)
"""Coordinates that run from large to small in estimates; all other numbers rise."""


def raw_dataset(dataset: Any) -> xr.Dataset:
    """The same raw Dataset with all four dims in their order: d, n and trials rising, events from weak to strong.

    Events are nested, each implied by the next, and so their values tell their order; where values are not nested, the
    order stays as given. A dim that was squeezed away comes back from its coordinate. A missing trial is NaN in both
    bounds; a value without a lower bound is exact.
    """
    require_dataset(dataset)
    if _UPPER not in dataset.data_vars:
        raise InputError(
            f"dataset must be the raw Dataset of a sweep, with {_UPPER}, got {_names(dataset)}; give raw.nc"
        )
    dataset = _unsqueezed(dataset)
    for name in ("d", "n"):
        values = dataset[name].to_numpy()
        if values.dtype.kind not in "fiu" or not np.all((values >= 1) & (values == np.floor(values))):
            raise InputError(f"{name} must be whole numbers of at least 1, got {values!r:.60}")
        if values.dtype.kind == "f":  # as xarray's outer joins leave them
            dataset = dataset.assign_coords({name: dataset[name].astype(int)})
    for name, dim in (("amplitude", "d"), (PROOF_AMPLITUDE, "d"), *((name, "event") for name in _OF_EVENTS)):
        if name in dataset and dataset[name].dims != (dim,):
            dataset = dataset.assign({name: _along(dataset[name], dim)})
    if dataset[_UPPER].dtype.kind not in "fiu":
        raise InputError(f"{_UPPER} must be numbers, got {dataset[_UPPER].dtype}; give montecarlo.load(RUN)")
    dataset = _in_order(dataset, ("d", "n", "trial"))
    for name in (_UPPER, _LOWER):
        if name in dataset and dataset[name].dims != DIMS:
            dataset = dataset.assign({name: dataset[name].transpose(*DIMS)})
    return _nested(_completed(dataset))


def raw_datasets(datasets: Any) -> list[xr.Dataset]:
    """`raw_dataset` of each; a single Dataset is taken for a list of one."""
    if isinstance(datasets, xr.Dataset):
        return [raw_dataset(datasets)]
    if isinstance(datasets, str) or not isinstance(datasets, Iterable):
        raise InputError(f"datasets must be a list of Datasets, got {_kind(datasets)}; give [montecarlo.load(RUN)]")
    return [raw_dataset(dataset) for dataset in datasets]


def estimated(dataset: Any, names: Sequence[str], maker: str, *, dims: Sequence[str] = ()) -> xr.Dataset:
    """`dataset` if it holds the variables `names`, as `maker` makes them; its numbers along every dim in order.

    dims: those that must be there, as dims or squeezed to a coordinate, from which they come back.
    """
    require_dataset(dataset, f"give what {maker} returns")
    missing = [name for name in names if name not in dataset.variables]
    if missing:
        raise InputError(f"the Dataset must be of {maker}, with {', '.join(missing)}, got {_names(dataset)}")
    for dim in dims:
        if dim not in dataset.dims:
            if dim not in dataset.coords:
                raise InputError(f"the Dataset must have the dim {dim}, got {', '.join(map(str, dataset.dims))}")
            dataset = dataset.expand_dims(dim)
        if dataset.sizes[dim] == 0:
            raise InputError(f"{dim} must have at least one value, got none; select at least one")
    return _in_order(dataset, [str(dim) for dim in dataset.dims])


def one_of(dataset: xr.Dataset, dim: str, value: Any = None) -> xr.Dataset:
    """The part of `dataset` at one value of `dim`, a number up to rounding; the only one there is unless given."""
    there = dataset[dim].to_numpy().tolist()
    if value is None:
        if len(there) == 1:
            return dataset
        raise InputError(f"this shows one {dim}, got {', '.join(map(str, there))}; choose one of them as {dim}=...")
    for each in there:
        if each == value or (isinstance(each, float) and np.isclose(each, check_number(dim, value), rtol=1e-9)):
            return dataset.sel({dim: [each]})
    raise InputError(f"{dim} must be one of {', '.join(map(str, there))}, got {value!r}")


def the_one(dataset: xr.Dataset, dim: str, value: Any = None) -> xr.Dataset:
    """`one_of` without the dim, of which a coordinate is left."""
    return one_of(dataset, dim, value).isel({dim: 0}) if dim in dataset.dims else dataset


def check_number(name: str, value: Any) -> float:
    """`value` as a float; InputError for what is not one number."""
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        array = np.empty(0)
    if array.dtype.kind not in "fiu" or array.size != 1:
        raise InputError(f"{name} must be a number, got {value!r:.60}")
    return float(array.item())


def attribute(dataset: xr.Dataset, name: str) -> Any:
    """An attribute that the Dataset must have: xarray drops them in some operations."""
    require_dataset(dataset)
    if name not in dataset.attrs:
        raise InputError(f"the Dataset must have the attribute {name}, got none; keep those of montecarlo.load(RUN)")
    return dataset.attrs[name]


def variable(dataset: xr.Dataset, name: str) -> xr.DataArray:
    """A variable that the Dataset must have besides critical epsilons."""
    if name not in dataset:
        raise InputError(f"the Dataset must have the variable {name}, got {_names(dataset)}; give montecarlo.load(RUN)")
    return dataset[name]


class About(NamedTuple):
    """What a Dataset tells of a claim besides its name, title and statement, with what holds where it tells nothing."""

    words: str = ""
    """The claim in a few words."""
    group: str = ""
    """What it is about, as other claims are."""
    color_slot: int | None = None
    """Its colour and marker; None: chosen by its name."""
    logarithmic: bool = True
    """Whether n >= C ln(A / min(epsilon, delta)) is claimed to be enough."""
    neurons: int = 0
    """Hidden neurons of a random layer per input and step of n; 0 without such a layer."""
    paper_factor: int = 1
    """The paper's C over ours, where it counts n otherwise."""
    every_matrix: bool = False
    """Whether one random layer prunes to all d x d matrices of norm at most 1."""


def claim_about(dataset: Any, claim: str | None = None) -> About:
    """What a Dataset tells of its claim, or a table of several claims of the one called `claim`.

    Older files, and those of others, may lack any of it or have it in another type: then the default of `About` holds.
    """
    require_dataset(dataset)
    told = dataset.attrs if claim is None else _told_of(dataset, claim)
    return About(*(_of_kind(told.get(name), default) for name, default in About()._asdict().items()))


def _told_of(table: xr.Dataset, claim: str) -> Mapping[str, Any]:
    try:
        told = json.loads(table.attrs["claims"])[claim]
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _of_kind(value: Any, default: str | int | None) -> Any:
    if isinstance(default, str):
        return value if isinstance(value, str) else default
    if not isinstance(value, int | np.integer) or not 0 <= value <= _MOST_COUNT:
        return default
    return bool(value) if isinstance(default, bool) else int(value)


def has_law(dataset: xr.Dataset) -> bool:
    """Whether a law of the summands is among the claim's parameters."""
    try:
        parameters = json.loads(dataset.attrs.get("parameters", "{}"))
        return any(isinstance(value, dict) and "class" in value for value in parameters.values())
    except (AttributeError, TypeError, ValueError, RecursionError):
        return False


def event_text(dataset: xr.Dataset, name: str, event: str) -> str:
    """The "formula", "words" or "role" of an event; empty where a file does not tell, as older ones."""
    return str(dataset[name].sel(event=event).item()) if name in dataset else ""


def roles(dataset: xr.Dataset) -> dict[str, str]:
    """What every event of a Dataset says of the statement: `statement`, `implies` it or is `implied_by` it.

    Older files have no roles: there the first event is the statement, later ones imply it.
    """
    names = [str(name) for name in np.atleast_1d(dataset["event"].to_numpy())]
    if "role" in dataset.variables:
        return dict(zip(names, map(str, np.atleast_1d(dataset["role"].to_numpy())), strict=True))
    return {name: IMPLIES if place else STATEMENT for place, name in enumerate(names)}


def main_event(dataset: xr.Dataset) -> str:
    """The event that stands for the claim: the statement, else the weakest that implies it, else the first."""
    known = roles(dataset)
    for wanted in (STATEMENT, IMPLIES):
        if names := [name for name, role in known.items() if role == wanted]:
            return names[0]
    return next(iter(known))


def require_dataset(dataset: Any, remedy: str = "give montecarlo.load(RUN)") -> None:
    """InputError for what is no Dataset."""
    if not isinstance(dataset, xr.Dataset):
        raise InputError(f"dataset must be an xarray.Dataset, got {_kind(dataset)}; {remedy}")


def _kind(value: Any) -> str:
    return repr(value)[:60] if isinstance(value, str) or value is None else f"a {type(value).__name__}"


def _names(dataset: xr.Dataset) -> str:
    return ", ".join(map(str, dataset.data_vars)) or "no variable"


def _unsqueezed(dataset: xr.Dataset) -> xr.Dataset:
    dims = dataset[_UPPER].dims
    others = [str(dim) for dim in dims if dim not in DIMS]
    lost = [dim for dim in DIMS if dim not in dims and not (dim in dataset.coords and dataset[dim].ndim == 0)]
    if others or lost:
        raise InputError(f"{_UPPER} must have the dims {', '.join(DIMS)}, got {', '.join(map(str, dims)) or 'none'}")
    for dim in DIMS:
        if dim not in dims:
            names = [name for name, of in _DIMS_OF.items() if name in dataset and dim in of]
            dataset = dataset.assign({name: dataset[name].expand_dims(dim) for name in names})
        if dataset.sizes[dim] == 0:
            raise InputError(f"{dim} must have at least one value, got none; select at least one")
        if dim != "trial" and (dim not in dataset.indexes or not dataset.indexes[dim].is_unique):
            raise InputError(f"{dim} must have a coordinate of different values, got {dataset[dim].to_numpy()!r:.60}")
    if _LOWER in dataset and set(dataset[_LOWER].dims) != set(DIMS):
        raise InputError(f"{_LOWER} must have the dims of {_UPPER}, got {', '.join(map(str, dataset[_LOWER].dims))}")
    return dataset


_OF_EVENTS = "formula", "role", "words"
_DIMS_OF = {
    _UPPER: DIMS,
    _LOWER: DIMS,
    "amplitude": ("d",),
    PROOF_AMPLITUDE: ("d",),
    "trials": ("d",),
    **dict.fromkeys(_OF_EVENTS, ("event",)),
}


def _along(values: xr.DataArray, dim: str) -> xr.DataArray:
    """`values` along `dim` alone: what xarray.concat has repeated along other dims is taken once."""
    rows = values.transpose(dim, ...).to_numpy().reshape(values.sizes[dim], -1)
    kept = [list(dict.fromkeys(value for value in row.tolist() if value == value)) for row in rows]  # noqa: PLR0124 NaN
    if any(len(row) != 1 for row in kept):
        raise InputError(f"{values.name} must be one for every {dim}, got several; put runs of one claim together")
    return xr.DataArray(np.array([row[0] for row in kept], dtype=values.dtype), {dim: values[dim]}, dim, values.name)


def _in_order(dataset: xr.Dataset, dims: Iterable[str]) -> xr.Dataset:
    """Numbers along `dims` sorted, equal ones in the order that they have."""
    for dim in dims:
        values = dataset[dim].to_numpy() if dim in dataset.indexes else np.empty(0)
        if values.dtype.kind in "fiu":
            order = np.argsort(-values if dim in _FALLING else values, kind="stable")
            if np.any(order[1:] < order[:-1]):
                dataset = dataset.isel({dim: order})
    return dataset


def _completed(dataset: xr.Dataset) -> xr.Dataset:
    if _LOWER not in dataset:
        return dataset
    upper, lower = dataset[_UPPER], dataset[_LOWER]
    if np.array_equal(np.isnan(upper.to_numpy()), np.isnan(lower.to_numpy())):
        return dataset
    return dataset.assign({_LOWER: lower.fillna(upper).where(upper.notnull())})


def _nested(dataset: xr.Dataset) -> xr.Dataset:
    """Events in the order in which their values rise, where that is the same in all trials."""
    values = dataset[_UPPER].to_numpy()
    if _rise(values, range(len(values))):
        return dataset
    sums = [np.where(np.isfinite(each), each, 0.0).sum() for each in values]
    order = np.lexsort((sums, [np.isinf(each).sum() for each in values]))
    return dataset.isel(event=order) if _rise(values, order) else dataset


def _rise(values: np.ndarray, order: Iterable[int]) -> bool:
    rows = [values[k] for k in order]
    return not any(np.any(one > other) for one, other in pairwise(rows))
