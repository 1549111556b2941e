"""What a figure shows, read back from its Axes."""

import numpy as np
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
