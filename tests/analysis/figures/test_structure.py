"""Pictures of pruned networks draw every edge once: kept ones solid, pruned ones dashed; blocks are tinted."""

import numpy as np
import pytest
from drawings import axes_of, small_drawing, texts
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch

from analysis import draw_structure, figures


@pytest.fixture
def drawn():
    return small_drawing()


def edges_of(axes):
    return [lines for lines in axes.collections if isinstance(lines, LineCollection)]


def test_every_edge_is_drawn_once(drawn):
    """As many segments as edges, the kept ones solid and as wide as their weights are large."""
    before = drawn.copy(deep=True)
    axes = axes_of()
    assert figures.structure(drawn, axes) is axes
    assert drawn.identical(before)
    solid = [lines for lines in edges_of(axes) if lines.get_linestyle()[0][1] is None]
    dashed = [lines for lines in edges_of(axes) if lines.get_linestyle()[0][1] is not None]
    kept = int(drawn["kept"].sum())
    assert sum(len(lines.get_segments()) for lines in solid) == kept
    assert sum(len(lines.get_segments()) for lines in dashed) == drawn.sizes["edge"] - kept
    for stage, lines in zip((1, 2), solid, strict=True):
        weight = drawn["weight"].to_numpy()[(drawn["stage"] == stage) & (drawn["kept"] == 1)]
        widths = np.broadcast_to(lines.get_linewidth(), weight.shape)
        assert (np.argsort(widths, kind="stable") == np.argsort(np.abs(weight), kind="stable")).all()
        colors = [to_rgb(color) for color in lines.get_color()]
        assert all((color == figures.series_color(0)) == (w > 0.0) for color, w in zip(colors, weight, strict=True))


def test_edges_run_between_their_neurons(drawn):
    """Inputs at 0, hidden neurons at 1, outputs at 2; edges of one neuron meet in one point, those of others do not."""
    axes = figures.structure(drawn, axes_of())
    ends = {}
    segments = np.concatenate([lines.get_segments() for lines in edges_of(axes)])
    assert set(segments[:, 0, 0]) | set(segments[:, 1, 0]) == {0.0, 1.0, 2.0}
    for x, count in ((0.0, drawn.sizes["input"]), (1.0, drawn.sizes["hidden"]), (2.0, drawn.sizes["output"])):
        ends[x] = {y for segment in segments for a, y in segment if a == x}
        assert len(ends[x]) == count
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == drawn.sizes["input"]


def test_target_has_its_weights_on_its_edges(drawn):
    axes = figures.target_structure(drawn, axes_of())
    shown = [text.replace("\N{MINUS SIGN}", "-") for text in texts(axes)]
    assert {f"{w:.2g}" for w in drawn["target"].to_numpy().ravel()} <= set(shown)


def test_picture_counts_what_is_kept(drawn, tmp_path):
    """The sentence quotes neurons, kept edges and the largest error; equal data give equal bytes."""
    one, two = (draw_structure([drawn], tmp_path / name, "structure", "One layer") for name in ("one", "two"))
    out = (drawn["stage"] == 2) & (drawn["own"] == 1)
    error = max(np.abs(drawn[side] - drawn["target"]).max().item() for side in ("positive", "negative"))
    assert f"{int(drawn['kept'].where(out).sum())} of {int(out.sum())} edges to the outputs kept" in one.sentence
    assert f"within {error:.2g} of their weights" in one.sentence
    assert one.svg.read_bytes() == two.svg.read_bytes()
    assert one.png.read_bytes() == two.png.read_bytes()
