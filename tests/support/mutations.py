"""Structural mutations: what somebody may have changed in a file before sealing it again."""

import copy

import numpy as np

ODD = (
    None,
    True,
    -1,
    0,
    2**63,
    10**30,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x" * 20_000,
    "\x1b[2J\u202e\n",
    "[red]a[/b]",
    "../../elsewhere",
    [],
    [[]],
    {},
    {"class": "Uniform", "low": "a"},
    [1, 2, 3],
    "7",
)


def _places(value, path=()):
    """The paths of all nodes of a JSON value."""
    yield path
    for key, entry in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(entry, (*path, key))


def mutated_json(value, random):
    """A copy of a JSON object with one to three of its nodes removed, replaced, or put in twice."""
    value = copy.deepcopy(value)
    for _ in range(random.integers(1, 4)):
        places = [path for path in _places(value) if path]
        if not places:
            return value
        path = places[random.integers(len(places))]
        parent = value
        for key in path[:-1]:
            parent = parent[key]
        kind = random.integers(4)
        if kind == 0:
            del parent[path[-1]]
        elif kind == 1 and isinstance(parent, dict):
            parent[str(ODD[random.integers(len(ODD))])[:50]] = parent[path[-1]]
        else:
            parent[path[-1]] = copy.deepcopy(ODD[random.integers(len(ODD))])
    return value


def mutated_dataset(dataset, random):
    """A copy of a Dataset in which one to three things are not as they were: names, dims, types, values, attributes."""
    dataset = dataset.copy(deep=True)
    for _ in range(random.integers(1, 4)):
        dataset = _MUTATIONS[random.integers(len(_MUTATIONS))](dataset, random)
    return dataset


def _one(names, random):
    names = sorted(map(str, names))
    return names[random.integers(len(names))] if names else None


def _drop(dataset, random):
    return dataset.drop_vars(_one(dataset.variables, random) or [])


def _rename(dataset, random):
    name = _one(dataset.variables, random)
    return dataset.rename({name: f"{name}_"}) if name else dataset


def _squeeze(dataset, random):
    dim = _one((dim for dim, size in dataset.sizes.items() if size), random)
    return dataset.isel({dim: 0}, drop=bool(random.integers(2))) if dim else dataset


def _cut(dataset, random):
    dim = _one(dataset.dims, random)
    return dataset.isel({dim: slice(0, int(random.integers(3)))}) if dim else dataset


def _transpose(dataset, random):
    return dataset.transpose(*random.permutation(list(map(str, dataset.dims))))


def _shuffle(dataset, random):
    dim = _one(dataset.dims, random)
    return dataset.isel({dim: random.permutation(dataset.sizes[dim])}) if dim else dataset


def _retype(dataset, random):
    name = _one(dataset.data_vars, random)
    if name is None:
        return dataset
    kinds = (np.float32, np.int64, np.int8, str)
    with np.errstate(all="ignore"):
        try:
            return dataset.assign({name: dataset[name].astype(kinds[random.integers(len(kinds))])})
        except (ValueError, TypeError):
            return dataset


def _odd_value(dataset, random):
    name = _one([name for name, v in dataset.variables.items() if v.dtype.kind in "fi" and v.size], random)
    if name is None:
        return dataset
    values = dataset[name].to_numpy().copy()
    odd = (np.nan, np.inf, -np.inf, -1.0, 0.0, 1e308, 5e-324)[random.integers(7)]
    if values.dtype.kind == "i":
        odd = (-1, 0, 2**62)[random.integers(3)]
    values.flat[random.integers(values.size)] = odd
    return dataset.assign({name: (dataset[name].dims, values, dataset[name].attrs)})


def _odd_text(dataset, random):
    name = _one([name for name, v in dataset.variables.items() if v.dtype.kind in "OUT" and v.size], random)
    if name is None:
        return dataset
    values = dataset[name].to_numpy().astype(object).copy()
    texts = [odd for odd in ODD if isinstance(odd, str)]
    values.flat[random.integers(values.size)] = texts[random.integers(len(texts))]
    return dataset.assign({name: (dataset[name].dims, values)})


def _odd_attribute(dataset, random):
    name = _one(dataset.attrs, random)
    if name is None:
        return dataset
    if random.integers(4) == 0:
        return dataset.drop_attrs() if random.integers(8) == 0 else _without(dataset, name)
    odd = (0, -1, 2**40, 1e308, np.nan, "", "{", "{}", "[]", '{"versions": 1}', "x" * 20_000, "\x1b[2J\n", np.arange(3))
    return dataset.assign_attrs({name: odd[random.integers(len(odd))]})


def _without(dataset, name):
    return dataset.assign_attrs().pipe(
        lambda d: d.drop_attrs().assign_attrs({k: v for k, v in d.attrs.items() if k != name})
    )


def _decoding(dataset, random):
    """Attributes by which xarray and netCDF readers decode values."""
    name = _one(dataset.variables, random)
    if name is None:
        return dataset
    key = ("units", "scale_factor", "add_offset", "coordinates", "calendar", "valid_min")[random.integers(6)]
    odd = ("days since 2000-01-01", "s", 0.0, np.nan, "no such variable", "event")[random.integers(6)]
    changed = dataset[name].copy()
    changed.attrs[key] = odd
    return dataset.assign({name: changed}) if name in dataset.data_vars else dataset.assign_coords({name: changed})


def _extra(dataset, random):
    return dataset.assign({"more": ("x", np.arange(3.0))}) if random.integers(2) else dataset.assign_coords(scalar=1.0)


_MUTATIONS = (
    _drop,
    _rename,
    _squeeze,
    _cut,
    _transpose,
    _shuffle,
    _retype,
    _odd_value,
    _odd_text,
    _odd_attribute,
    _odd_attribute,
    _decoding,
    _extra,
)
