"""What a figure shows, read back from its Axes."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure


def axes_of(width=6.4, height=4.2):
    figure = Figure(figsize=(width, height))
    return figure.subplots()


def texts(axes):
    return [text.get_text() for text in axes.texts]


def line_through(axes, x, y):
    """The line of `axes` that runs through exactly these points."""
    found = [
        line
        for line in axes.lines
        if len(line.get_xdata()) == len(x) and np.allclose(line.get_xdata(), x) and np.allclose(line.get_ydata(), y)
    ]
    assert len(found) == 1
    return found[0]


def band_limits(band, n):
    """Lowest and highest point of a filled band at every n."""
    points = band.get_paths()[0].vertices
    heights = [points[points[:, 0] == x, 1] for x in n]
    return [h.min() for h in heights], [h.max() for h in heights]


def small_drawing(inputs=2, outputs=2, m=6):
    """A layout of `montecarlo.networks.drawing` with fixed weights: m hidden neurons for each input."""
    generator = np.random.default_rng(12)
    block = np.repeat(np.arange(inputs), m)
    into = np.indices((block.size, inputs)).reshape(2, -1)
    out_of = np.indices((outputs, block.size)).reshape(2, -1)
    own = np.concatenate([into[1] == block[into[0]], np.ones(out_of.shape[1], bool)])
    stage = np.repeat([1, 2], [into.shape[1], out_of.shape[1]])
    kept = own & ((stage == 1) | (generator.uniform(size=stage.size) < 0.5))
    edge = {
        "stage": stage,
        "start": np.concatenate([into[1], out_of[1]]),
        "end": np.concatenate([into[0], out_of[0]]),
        "weight": generator.uniform(-1.0, 1.0, stage.size),
        "kept": kept.astype(np.int8),
        "own": own.astype(np.int8),
    }
    data = {name: ("edge", values) for name, values in edge.items()} | {"block": ("hidden", block)}
    target = generator.uniform(-0.7, 0.7, (outputs, inputs))
    for name, shift in (("target", 0.0), ("positive", 0.03), ("negative", -0.02)):
        data[name] = ("output", "input"), target + shift
    return xr.Dataset(data, attrs={"relu": 1})


def small_theorem2(trials=50):
    """Two epsilons of d = 1: shares rise with s to 10 of 10 points, and to 60 of 100."""
    s = np.arange(1, 13)
    counts = np.stack([np.round(10.0 * (s / 12.0) ** 2), np.round(60.0 * (s / 12.0) ** 3)]).astype(int)
    reached = np.repeat(counts[None, :, :, None], trials, axis=-1)
    fewest = np.stack([trials * (s > 10), np.zeros(12)]).astype(int)[None]
    data = {
        "reached": (("d", "epsilon", "s", "trial"), reached),
        "fewest": (("d", "epsilon", "s"), fewest),
        "size": (("d", "epsilon"), [[10, 100]]),
        "masks": (("d", "s"), [2.0 * s]),
        "functions": (("d", "s"), [1.0 * s]),
        "width_printed": (("d", "epsilon"), [[0.7, 2.3]]),
        "width_masks": (("d", "epsilon"), [[2.0, 3.0]]),
        "width_functions": (("d", "epsilon"), [[3.0, 6.0]]),
        "width_sides": (("d", "epsilon"), [[5.0, 12.0]]),
    }
    coordinates = {"d": [1], "epsilon": [0.1, 0.01], "s": s, "trial": np.arange(trials)}
    return xr.Dataset(data, coordinates, {"law": "uniform:low=-1,high=1", "seed": "0"})


def small_portrait(d):
    """A packing and 200 functions, as `montecarlo.packing.portray` lays them out."""
    generator = np.random.default_rng(3)
    places = np.linspace(0.0, 1.0, 5)
    points = {1: {"number": 2.0 * places - 1.0}, 2: {"rotation": places, "reflection": 1.0 - places}}
    data = {name: ("point", values) for name, values in points[d].items()}
    for name in ("positive", "negative"):
        data[name] = ("function", generator.uniform(-1.0 if d == 1 else 0.0, 1.0, 200))
    return xr.Dataset(data, attrs={"d": d, "epsilon": 0.2, "s": 4})
