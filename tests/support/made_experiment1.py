"""Made-up results of Experiment 1 for the tests of what is read from them."""

import json

import numpy as np
import xarray as xr

DIMS = ("coefficients", "scale", "objective", "n", "epsilon", "seed")
SIZES = (2, 1, 3, 3, 2, 4)
WEIGHTS, IMAGES = 1000, 100


def made():
    """Made-up numbers; "fresh" with n = 8 was not computed."""
    generator = np.random.default_rng(0)
    names = ("missed", "sets_missed", "largest_error", "mean_error", "kept", "drawn", "output_bound", "output_error")
    data = {name: (DIMS, generator.integers(0, 50, SIZES).astype(float)) for name in (*names, "correct", "seconds")}
    data["sets"] = (DIMS, np.full(SIZES, 500.0))
    data["kept"] = (DIMS, 150.0 * data["kept"][1])
    coordinates = {
        "coefficients": ["row", "fresh"],
        "scale": ["fitted"],
        "objective": ["error", "within", "fewest"],
        "n": [8, 12, 21],
        "epsilon": [0.01, 0.1],
        "seed": [0, 1, 2, 3],
    }
    paper = {
        "n": 21,
        "epsilon": 0.01,
        "accuracy_before": 0.98,
        "accuracy": 0.97,
        "weights": 10,
        "kept": 94,
        "seconds": 1.0,
        "cores": 2,
        "solver": "a solver",
    }
    attributes = {"weights": WEIGHTS, "images": IMAGES, "correct_before": 40, "paper": json.dumps(paper)}
    found = xr.Dataset(data, coordinates, attributes)
    return found.where(~((found["coefficients"] == "fresh") & (found["n"] == 8)))
