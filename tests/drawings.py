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
