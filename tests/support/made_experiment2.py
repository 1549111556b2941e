"""Made-up results of Experiment 2 for the tests of what is read from them."""

import numpy as np
import xarray as xr

DIMS = ("network", "structure", "sparsity", "epochs", "seed")
SPARSITY = [0.0, 0.1, 0.5, 0.9, 0.99]
ACCURACY = {
    "ours": [0.1, 0.90, 0.95, 0.91, 0.3],
    "ours+relu": [0.1, 0.88, 0.93, 0.60, 0.2],
    "wide": [0.1, 0.85, 0.92, 0.89, 0.6],
    "baseline": [0.98, *[np.nan] * 4],
}


def made(accuracy=ACCURACY):
    """Two epochs, the second 0.02 worse; seeds 0.01 apart, but for some 1e-10; another network that has no ReLU."""
    one = np.array(list(accuracy.values()))[:, :, None, None] - [[0.0], [0.02]] - [0.0, 0.01]
    apart = np.array([0.0, 1.0, 2.0, 7.0])[:, None] * np.arange(1.0, 1.0 + len(SPARSITY))
    one += 1e-10 * apart[:, :, None, None] * [1.0, -1.0]  # no difference is the same for both seeds
    other = one.copy()
    other[list(accuracy).index("ours+relu")] = np.nan
    size = np.array([5e5, 5e5, 5e5, 1e5])
    kept = size[:, None] * (1.0 - np.array(SPARSITY))
    values = np.stack([one, other])
    data = {
        "accuracy": (DIMS, values),
        "speed": (DIMS, np.full(values.shape, 3.0)),
        "dense_speed": (DIMS, np.full(values.shape, 4.0)),
        "speed_share": (DIMS, np.full(values.shape, 0.75)),
        "kept": (DIMS[:3], np.stack([kept, kept])),
        "weights": (DIMS[:2], np.stack([size, size])),
    }
    names = {"network": ["fc2", "fc4"], "structure": list(accuracy), "sparsity": SPARSITY, "epochs": [1, 3]}
    attrs = {"training_images": 60_000, "pairs": 5}
    return xr.Dataset(data, {**names, "seed": [0, 1]}, attrs)
