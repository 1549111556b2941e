"""What the variables of the Datasets of Theorem 2 are, in words; all without unit."""

import xarray as xr

_TEXTS = {
    "d": "dimension",
    "epsilon": "accuracy epsilon",
    "s": "s, hidden neurons",
    "trial": "independent trial",
    "reached": "points of the packing within epsilon of a pruned network",
    "fewest": "trials that reached the point of the packing reached least often",
    "size": "points of the packing",
    "volume_low": "(1 / (2 epsilon))^(d^2), which a largest packing has at least",
    "volume_high": "(1 + 1 / epsilon)^(d^2), which no packing exceeds",
    "fitting": "uniform matrices that would fit into the packing",
    "samples": "uniform matrices tried; 0 where the packing is a largest one",
    "least_distance": "least distance of two points of the packing",
    "masks": "log2 of the number of masks",
    "functions": "log2 of the number of functions they make of almost every network",
    "width_printed": "(d^2 log2(1 / (2 epsilon)) - 1) / (2 d)",
    "width_masks": "least s with 2 * 2^(2sd) >= |P|",
    "width_functions": "least s with 2 (1 + (2^d - 1)^2)^s >= |P|",
    "width_volume": "least s with 2 (1 + (2^d - 1)^2)^s >= (1 / epsilon)^(d^2), without a packing",
    "width_sides": "least s with 2 * 2^floor(s/2) >= |P|, for d = 1",
    "width": "width of both hidden layers",
    "parameters": "m, parameters",
    "counted": "distinct functions, counted for one network with integer weights; 0 where not counted",
    "point": "points of the packing",
    "function": "functions a network can be pruned to",
    "rotation": "norm of the part a rotation's multiple: |(a + e, b - c)| / 2",
    "reflection": "norm of the part a reflection's multiple: |(a - e, b + c)| / 2",
    "positive": "slope for x > 0",
    "negative": "slope for x < 0",
    "number": "points of the packing",
}


def described(dataset: xr.Dataset) -> xr.Dataset:
    """`dataset` with a long name and the unit 1 for every variable."""
    for name in dataset.variables:
        dataset[name].attrs = {"long_name": _TEXTS[str(name)], "units": "1"}
    return dataset
