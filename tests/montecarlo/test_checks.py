"""Public functions refuse what breaks a rule in one line, whatever it is, and take every number NumPy has."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import montecarlo as mc
from montecarlo import InputError, checks, packing
from montecarlo.experiments.edge_popup import experiment as experiment2
from montecarlo.experiments.subset_sums import experiment as experiment1
from montecarlo.experiments.subset_sums.target import load_target as load_experiment_target

ONE = [([[1.0]], [[0.5]], [[0.5]])]
"""A network of one pair."""


class Hostile:
    """Neither a number nor printable."""

    def __repr__(self):
        raise RuntimeError

    def __array__(self, *arguments, **options):
        raise RuntimeError


MASKED = np.ma.masked_array([0.5, 0.25], [False, True])
ARRAYS = {
    "None": None,
    "text": "abc",
    "texts": ["0.5"],
    "bools": [True, False],
    "complex": [0.5j],
    "real complex": np.array([0.5 + 0.0j]),
    "objects": np.array([0.5, None], dtype=object),
    "ragged": [[0.5], [0.5, 0.25]],
    "masked": MASKED,
    "masked rows": [MASKED, MASKED],
    "masked constant": [0.5, np.ma.masked],
    "nan": [0.5, np.nan],
    "inf": [np.inf],
    "long": np.array([np.longdouble("1e4000")]),
    "dictionary": {"x": 0.5},
    "hostile": Hostile(),
}
WHOLE = {
    "10.0": 10.0,
    "10.5": 10.5,
    "nan": np.nan,
    "True": True,
    "numpy's True": np.True_,
    "text": "3",
    "None": None,
    "list": [3],
    "array": np.array([3]),
    "float array": np.array(3.0),
    "masked": np.ma.masked,
    "complex": 3j,
    "negative": -1,
    "hostile": Hostile(),
    "huge": 10**5000,
}
REAL = {
    "nan": np.nan,
    "inf": np.inf,
    "True": True,
    "text": "0.1",
    "array": np.array([0.1, 0.2]),
    "complex": 0.1j,
    "list": [0.1],
    "masked": np.ma.masked,
    "hostile": Hostile(),
    "huge": 10**5000,
}
INTERVALS = {
    "None": None,
    "one": (0.0,),
    "three": (0.0, 0.5, 1.0),
    "number": 0.5,
    "nan": (np.nan, 1.0),
    "inf": (0.0, np.inf),
    "reversed": (1.0, 0.0),
    "text": "ab",
    "complex": (0.0, 1.0j),
    "columns": [[0.0], [1.0]],
    "masked": np.ma.masked_array([0.0, 1.0], [False, True]),
    "set": {0.0, 1.0},
}
PATHS = {"None": None, "number": 3, "bytes": b"x.nc", "nul": "a\0b", "list": ["x.nc"]}
LISTS = {"None": None, "number": 3, "text": "0.5", "bad": [None], "hostile": Hostile()}
CLAIMS = {
    "None": None,
    "number": 3,
    "no claim": int,
    "the interface": mc.Claim,
    "unknown": "theorem9",
    "no module": "no_such_module_here:Name",
    "bytes": b"theorem3",
    "hostile": Hostile(),
}
LAW = {"None": 0.5, "text": "norm", "number": 3}


def sweep(**changes):
    return mc.sweep(**{"claim": mc.Theorem3(), "n": 3, "trials": 4} | changes)


def small(function, **options):
    """A call of a function of packings, which cost little however they end."""
    return lambda **changes: function(**{**options, **changes})


theorem2 = small(packing.measure_theorem2, d=1, epsilon=["0.5"], s=[1], trials=2)
depth = small(packing.measure_depth, epsilon=["0.5"], width=[1], trials=2)
portrait = small(packing.portray, d=1, epsilon="0.5", s=2)
sizes = small(packing.measure_packings, epsilon={1: ["0.5"]})
everything = small(packing.measure_all, grids={1: packing.Grid(("1/2",), (), ())}, trials=2)
pruned = small(mc.prune, target=[[[0.5]]], n=3)
matrices = small(packing.uniform_matrices, generator=np.random.default_rng(0), count=1, d=2)
half = packing.interval_packing("1/2")
grids = small(packing.check_all, grids={}, trials=1, candidates=1, samples=1, seed=0)
seconds = small(packing.expected_seconds, grids={}, trials=1, candidates=1, samples=1)
wide = mc.prune([[[0.5]], [[0.5]]], n=1).wide

TABLE = {
    "covering_radius x": (mc.covering_radius, ARRAYS),
    "covering_radius interval": (lambda bad: mc.covering_radius([0.5], bad), INTERVALS),
    "covering_radius relative_tolerance": (
        lambda bad: mc.covering_radius([0.5], relative_tolerance=bad, resolution=0.1),
        REAL,
    ),
    "covering_radius resolution": (lambda bad: mc.covering_radius([0.5], resolution=bad), REAL),
    "Precision relative_tolerance": (lambda bad: mc.Precision(bad, 0.1), REAL),
    "Precision resolution": (lambda bad: mc.Precision(0.0, bad), REAL),
    "radius_brackets steps": (lambda bad: mc.radius_brackets(bad, (0, 1), mc.Precision()), ARRAYS),
    "radius_brackets interval": (lambda bad: mc.radius_brackets(np.ones((1, 1)), bad, mc.Precision()), INTERVALS),
    "radius_brackets precision": (lambda bad: mc.radius_brackets(np.ones((1, 1)), (0, 1), bad), LISTS),
    "nearest_subset coefficients": (lambda bad: mc.nearest_subset(bad, 0.5), ARRAYS),
    "nearest_subset targets": (lambda bad: mc.nearest_subset([0.5], bad), ARRAYS),
    "nearest_subset objective": (lambda bad: mc.nearest_subset([0.5], 0.5, bad), LISTS),
    "nearest_subset epsilon": (lambda bad: mc.nearest_subset([0.5], 0.5, "within", bad), REAL | {"None": None}),
    "sweep claim": (lambda bad: sweep(claim=bad), CLAIMS),
    "sweep n": (lambda bad: sweep(n=bad), {k: v for k, v in WHOLE.items() if k not in {"list", "array"}}),
    "sweep d": (lambda bad: sweep(d=bad), {k: v for k, v in WHOLE.items() if k not in {"None"}}),
    "sweep n in a list": (lambda bad: sweep(n=[bad]), WHOLE),
    "sweep empty grid": (lambda bad: sweep(n=bad), {"n": [], "array": np.empty(0, int), "range": range(0)}),
    "sweep trials": (lambda bad: sweep(trials=bad), WHOLE),
    "sweep seed": (lambda bad: sweep(seed=bad), WHOLE),
    "sweep jobs": (lambda bad: sweep(jobs=bad), {k: v for k, v in WHOLE.items() if k not in {"None", "huge"}}),
    "sweep out": (lambda bad: sweep(out=bad), {k: v for k, v in PATHS.items() if k != "None"}),
    "sweep backend": (lambda bad: sweep(backend=bad), {"text": "tcp://x", "number": 3}),
    "portray_sums claim": (lambda bad: mc.portray_sums(bad, 3), CLAIMS),
    "portray_sums n": (lambda bad: mc.portray_sums("theorem3", bad), WHOLE),
    "portray_sums interval": (lambda bad: mc.portray_sums("theorem3", 3, bad), INTERVALS),
    "portray_sums seed": (lambda bad: mc.portray_sums("theorem3", 3, seed=bad), WHOLE),
    "portray_sums trial": (lambda bad: mc.portray_sums("theorem3", 3, trial=bad), WHOLE),
    "claim_named": (mc.claim_named, CLAIMS | {"class": mc.Theorem3}),
    "SingleLink": (mc.SingleLink, REAL | {"None": None}),
    "SingleSample": (mc.SingleSample, REAL | {"None": None}),
    "TinyNeuron w1": (mc.TinyNeuron, REAL | {"None": None}),
    "TinyNeuron w2": (lambda bad: mc.TinyNeuron(0.5, bad), REAL | {"None": None}),
    "SubsetSum low": (lambda bad: mc.SubsetSum(low=bad), REAL | {"None": None}),
    "SubsetSum high": (lambda bad: mc.SubsetSum(high=bad), REAL | {"None": None}),
    "SubsetSum law": (mc.SubsetSum, LAW),
    "Theorem1": (mc.Theorem1, {k: v for k, v in WHOLE.items() if k != "huge"}),
    "PrunedNetwork depth": (mc.PrunedNetwork, {k: v for k, v in WHOLE.items() if k != "huge"}),
    "PrunedNetwork kind": (lambda bad: mc.PrunedNetwork(kind=bad), LISTS),
    "Lemma3": (mc.Lemma3, {k: v for k, v in WHOLE.items() if k != "huge"}),
    "fit_laws samples": (mc.fit_laws, WHOLE),
    "fit_laws seed": (lambda bad: mc.fit_laws(1, seed=bad), WHOLE),
    "fit_laws laws": (lambda bad: mc.fit_laws(1, laws=bad), LISTS | {"empty": []}),
    "Target": (mc.Target, LISTS | {"empty": [], "ragged": [[[0.5], [0.5, 0.2]]], "complex": [[[0.5j]]]}),
    "Target matrix": (lambda bad: mc.Target([bad]), ARRAYS | {"masked matrix": np.ma.masked_array([[0.5]], [[True]])}),
    "random_target kind": (lambda bad: mc.random_target(bad, (2, 1)), LISTS),
    "random_target widths": (lambda bad: mc.random_target("equal", bad), LISTS | {"empty": [], "one": [3]}),
    "random_target seed": (lambda bad: mc.random_target("equal", (2, 1), bad), WHOLE),
    "save_target target": (lambda bad: mc.save_target(bad, "never.npz"), LISTS),
    "save_target path": (lambda bad: mc.save_target(mc.Target([[[0.5]]]), bad), PATHS | {"folder": "."}),
    "load_target": (mc.load_target, PATHS | {"folder": ".", "missing": "never.npz"}),
    "prune target": (lambda bad: pruned(target=bad), LISTS),
    "prune n": (lambda bad: pruned(n=bad), WHOLE),
    "prune seed": (lambda bad: pruned(seed=bad), WHOLE),
    "prune epsilon": (lambda bad: pruned(epsilon=bad), REAL),
    "prune objective": (
        lambda bad: pruned(objective=bad, epsilon=0.1),
        {"text": "most", "list": ["error"], "empty": ""},
    ),
    "prune out": (lambda bad: pruned(out=bad), {k: v for k, v in PATHS.items() if k != "None"}),
    "prune jobs": (lambda bad: pruned(jobs=bad), {k: v for k, v in WHOLE.items() if k not in {"None", "huge"}}),
    "bounds pairs": (mc.bounds, LISTS | {"empty": [], "two": [([[1.0]], [[1.0]])], "masked": [(MASKED[None],) * 3]}),
    "bounds matrix": (lambda bad: mc.bounds([(bad, bad, bad)]), ARRAYS),
    "bounds seed": (lambda bad: mc.bounds(ONE, bad), WHOLE),
    "bounds restarts": (lambda bad: mc.bounds(ONE, restarts=bad), {k: v for k, v in WHOLE.items() if k != "huge"}),
    "bounds steps": (lambda bad: mc.bounds(ONE, steps=bad), {k: v for k, v in WHOLE.items() if k != "huge"}),
    "check": (mc.check, PATHS | {"missing": "never", "no network": "."}),
    "load_pruned": (mc.load_pruned, PATHS | {"missing": "never", "no network": "."}),
    "load": (mc.load, PATHS | {"missing": "never", "no netCDF": __file__}),
    "save path": (lambda bad: mc.save(sweep(), bad), PATHS | {"folder": "."}),
    "save dataset": (lambda bad: mc.save(bad, "never.nc"), LISTS),
    "layer": (wide.layer, {k: v for k, v in WHOLE.items() if k != "list"} | {"0": 0, "3": 3}),
    "blocks": (lambda bad: wide.blocks(1, 0, bad), {"beyond": 2, "negative": -1, "float": 1.0}),
    "unused": (lambda bad: wide.unused(1, bad), {"beyond": 1, "negative": -1, "float": 0.0}),
    "accuracy": (packing.accuracy, REAL | {"text": "few", "0": 0, "1": 1, "None": None, "tiny": "1e-99999999999"}),
    "accuracy of a text": (packing.accuracy, {"line": "\n2\n", "empty": "", "tiny": "1e-1_000_0", "1/0": "1/0"}),
    "ball_volume": (packing.ball_volume, WHOLE | {"0": 0, "21": 21}),
    "forms": (packing.forms, WHOLE | {"0": 0}),
    "prunings d": (lambda bad: packing.prunings(bad, 1), WHOLE | {"0": 0}),
    "prunings s": (lambda bad: packing.prunings(1, bad), WHOLE),
    "packing_bounds d": (lambda bad: packing.packing_bounds(bad, half.epsilon), WHOLE | {"0": 0}),
    "packing_bounds epsilon": (lambda bad: packing.packing_bounds(1, bad), {"2": 2, "None": None, "text": "few"}),
    "printed_width d": (lambda bad: packing.printed_width(bad, half.epsilon), WHOLE | {"0": 0}),
    "printed_width epsilon": (lambda bad: packing.printed_width(1, bad), {"2": 2, "None": None, "text": "few"}),
    "least_width size": (lambda bad: packing.least_width(1, bad, 4.0), REAL),
    "least_width base": (lambda bad: packing.least_width(1, 3.0, bad), REAL | {"1": 1.0, "0": 0, "-1": -1}),
    "two_sided_width": (packing.two_sided_width, {k: v for k, v in WHOLE.items() if k != "huge"} | {"0": 0}),
    "uniform_matrices generator": (lambda bad: matrices(generator=bad), LISTS),
    "uniform_matrices count": (lambda bad: matrices(count=bad), {k: v for k, v in WHOLE.items() if k != "huge"}),
    "uniform_matrices d": (lambda bad: matrices(d=bad), {k: v for k, v in WHOLE.items() if k != "huge"} | {"0": 0}),
    "operator_norms": (packing.operator_norms, ARRAYS | {"one": np.eye(2), "nan": np.full((1, 2, 2), np.nan)}),
    "operator_norms shape": (packing.operator_norms, {"not square": np.ones((1, 2, 3)), "d = 0": np.ones((1, 0, 0))}),
    "error_bounds inner": (lambda bad: packing.error_bounds(bad, [[1.0]], [[1.0]]), ARRAYS),
    "error_bounds outer": (lambda bad: packing.error_bounds([[1.0]], bad, [[1.0]]), ARRAYS),
    "error_bounds target": (lambda bad: packing.error_bounds([[1.0]], [[1.0]], bad), ARRAYS),
    "error_bounds d = 0": (lambda bad: packing.error_bounds(bad, bad, bad), {"empty": np.zeros((0, 0))}),
    "errors_at points": (
        lambda bad: packing.errors_at([[1.0]], [[1.0]], [[1.0]], bad),
        ARRAYS | {"wide": [[1.0, 2.0]]},
    ),
    "count_functions inner": (lambda bad: packing.count_functions(bad, [[1]]), ARRAYS | {"floats": [[1.5]]}),
    "count_functions outer": (lambda bad: packing.count_functions([[1]], bad), ARRAYS | {"least": [[-(2**63)]]}),
    "count_deep_functions": (
        lambda bad: packing.count_deep_functions([1], bad, [1]),
        ARRAYS | {"flat": [1], "wide": [[1, 1]], "large": [[2**16]]},
    ),
    "interval_packing": (packing.interval_packing, {"None": None, "text": "few", "1": 1}),
    "construct_packing d": (lambda bad: packing.construct_packing(bad, "0.9", candidates=0), WHOLE),
    "construct_packing candidates": (lambda bad: packing.construct_packing(1, "0.9", candidates=bad), WHOLE),
    "construct_packing seed": (lambda bad: packing.construct_packing(1, "0.9", seed=bad), WHOLE),
    "count_fitting packing": (lambda bad: packing.count_fitting(bad, 1), LISTS),
    "count_fitting samples": (lambda bad: packing.count_fitting(half, bad), WHOLE | {"0": 0}),
    "count_fitting seed": (lambda bad: packing.count_fitting(half, 1, seed=bad), WHOLE),
    "Packing d = 1": (lambda bad: packing.Packing("1/2", [[[bad]]]), {k: v for k, v in REAL.items() if k != "list"}),
    "Packing d = 2": (lambda bad: packing.Packing("0.9", [[[bad, 0.0], [0.0, 0.0]]]), {"nan": np.nan, "complex": 0.1j}),
    "Packing points": (lambda bad: packing.Packing("0.9", bad), ARRAYS | {"none": np.empty((0, 1, 1))}),
    "measure_packings epsilon": (
        lambda bad: sizes(epsilon=bad),
        LISTS | {"empty": {}, "text": {2: "0.5"}, "0": {0: []}},
    ),
    "measure_packings seed": (lambda bad: sizes(seed=bad), WHOLE),
    "measure_packings held": (lambda bad: sizes(held=bad), {"number": 3, "path": "x"}),
    "measure_counts": (
        packing.measure_counts,
        {"number": 3, "list": [2], "value": {2: 3}, "text": {2: "ab"}, "{}": {}},
    ),
    "measure_depth epsilon": (lambda bad: depth(epsilon=bad), LISTS | {"empty": []}),
    "measure_depth width": (lambda bad: depth(width=bad), LISTS | {"empty": [], "4": [4]}),
    "measure_depth law": (lambda bad: depth(law=bad), LAW),
    "measure_depth trials": (lambda bad: depth(trials=bad), WHOLE),
    "measure_theorem2 d": (lambda bad: theorem2(d=bad), WHOLE),
    "measure_theorem2 epsilon": (lambda bad: theorem2(epsilon=bad), LISTS | {"empty": []}),
    "measure_theorem2 s": (lambda bad: theorem2(s=bad), LISTS | {"empty": []}),
    "measure_theorem2 samples": (lambda bad: theorem2(samples=bad), WHOLE),
    "measure_theorem2 candidates": (lambda bad: theorem2(candidates=bad), WHOLE),
    "measure_theorem2 held": (lambda bad: theorem2(held=bad), {"number": 3}),
    "measure_all grids": (
        lambda bad: everything(grids=bad),
        {"3": 3, "None in it": {1: None}, "tuple": {1: ((), (), ())}},
    ),
    "check_all grids": (lambda bad: grids(grids=bad), {"None": None, "3": 3, "0": {0: packing.Grid((), (), ())}}),
    "check_all trials": (lambda bad: grids(trials=bad), WHOLE),
    "expected_seconds grids": (
        lambda bad: seconds(grids=bad),
        {"None": None, "text": {1: packing.Grid(("few",), (), ())}},
    ),
    "expected_seconds trials": (lambda bad: seconds(trials=bad), WHOLE),
    "open_pieces": (packing.open_pieces, PATHS),
    "portray d": (lambda bad: portrait(d=bad), WHOLE),
    "portray s": (lambda bad: portrait(s=bad), WHOLE),
    "portray seed": (lambda bad: portrait(seed=bad), WHOLE),
    "portray law": (lambda bad: portrait(law=bad), LAW),
    "experiment1 n": (lambda bad: experiment1.Grid(n=(bad,)), WHOLE),
    "experiment1 lists": (lambda bad: experiment1.Grid(n=bad), {"None": None, "number": 3, "empty": []}),
    "experiment1 epsilon": (lambda bad: experiment1.Grid(epsilon=(bad,)), REAL),
    "experiment1 seeds": (lambda bad: experiment1.Grid(seeds=(bad,)), WHOLE),
    "experiment1 objective": (lambda bad: experiment1.Grid(objective=bad), LISTS),
    "experiment2 sparsity": (lambda bad: experiment2.Grid(sparsity=(bad,)), REAL),
    "experiment2 epochs": (lambda bad: experiment2.Grid(epochs=(bad,)), WHOLE),
    "experiment2 seeds": (lambda bad: experiment2.Grid(seeds=bad), {"None": None, "number": 3, "empty": []}),
    "experiment1 target": (load_experiment_target, {k: v for k, v in PATHS.items() if k != "None"}),
}
"""Function and argument -> a call with a bad value there, and the bad values by name."""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("where", TABLE)
def test_a_bad_argument_is_refused_in_one_line(where, tmp_path, monkeypatch):
    """An InputError and nothing else, of one line that is not too long; nothing is written."""
    monkeypatch.chdir(tmp_path)
    call, values = TABLE[where]
    for name, bad in values.items():
        with pytest.raises(InputError) as caught:
            call(bad)
        message = str(caught.value)
        assert "\n" not in message, (name, message)
        assert 10 < len(message) < 600, (name, message)
    assert list(tmp_path.iterdir()) == []


X = np.array([[0.5, 0.25, -0.5], [0.5, -0.25, 0.125]])
"""Radii over [-1/2, 1/2]: 1/8, and 1/4 since the second row's least sum is -1/4."""


def readonly(x):
    x = x.copy()
    x.flags.writeable = False
    return x


KINDS = {
    "lists": X.tolist(),
    "tuples": tuple(map(tuple, X.tolist())),
    "Fortran": np.asfortranarray(X),
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "long double": X.astype(np.longdouble),
    "read-only": readonly(X),
    "every other": np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": X[:, ::-1][:, ::-1],
    "big-endian": X.astype(">f8"),
    "nothing masked": np.ma.masked_array(X),
    "matrix": X.view(np.matrix) if hasattr(np, "matrix") else X,
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_array_of_real_numbers_gives_the_same(kind):
    """Of the solvers: the right values, not merely no refusal."""
    np.testing.assert_array_equal(mc.covering_radius(KINDS[kind]), [0.125, 0.25])
    steps = np.asarray(KINDS[kind]).T
    upper = mc.radius_brackets(steps, (-0.5, 0.5), mc.Precision()).upper
    np.testing.assert_array_equal(upper, [[0.5, 0.5], [0.5, 0.25], [0.125, 0.25]])
    best = mc.nearest_subset(KINDS[kind], [0.3, 0.4])
    np.testing.assert_array_equal(best.sums, [0.25, 0.375])
    np.testing.assert_allclose(best.errors, [0.05, 0.025])
    assert best.masks[1] == 0b111


def test_no_rows_have_no_radii():
    """Shapes without entries, exact and not."""
    empty = np.empty((0, 5))
    assert mc.covering_radius(empty).shape == (0,)
    assert mc.covering_radius(empty, prefixes=True).shape == (5, 0)
    assert mc.covering_radius(empty, resolution=0.1).shape == (0,)
    assert mc.covering_radius(empty, relative_tolerance=0.1, resolution=0.1).shape == (0,)
    assert mc.radius_brackets(np.empty((3, 2, 0)), (0, 1), mc.Precision()).upper.shape == (3, 0)
    assert mc.radius_brackets(np.empty((0, 2)), (0, 1), mc.Precision()).lower.shape == (0, 2)
    for objective, epsilon in (("error", None), ("within", 0.1), ("fewest", 0.1)):
        assert mc.nearest_subset(empty, np.empty(0), objective, epsilon).masks.shape == (0,)
        assert mc.nearest_subset(np.ones(5), np.empty((0, 2)), objective, epsilon).sums.shape == (0, 2)


@pytest.mark.parametrize(
    "claim", ["theorem3", mc.Theorem3, mc.Theorem3(), "montecarlo.claims.theorem3:Theorem3"], ids=str
)
def test_a_claim_may_be_given_by_name_or_class(claim):
    """All of them are the same sweep, and the same trial of it."""
    wanted = mc.sweep(mc.Theorem3(), n=4, trials=3)["critical_epsilon"]
    assert mc.sweep(claim, n=4, trials=3)["critical_epsilon"].equals(wanted)
    assert mc.portray_sums(claim, 4, trial=2)["radius"].values[-1] == pytest.approx(wanted.values[0, 0, -1, 2])


def test_numbers_of_numpy_are_numbers():
    """Integers, floats, arrays of one number and Fractions give what Python's own give, and are stored as those."""
    wanted = mc.sweep(mc.Theorem1(depth=1), n=[2, 3], trials=5, seed=7, d=2)
    other = mc.sweep(mc.Theorem1(np.int8(1)), n=np.array([3, 2]), trials=np.uint16(5), seed=np.array(7), d=np.int64(2))
    assert other.drop_attrs().identical(wanted.drop_attrs())
    assert other.attrs["parameters"] == wanted.attrs["parameters"] == '{"depth": 1}'
    assert mc.SingleLink(np.float32(0.25)) == mc.SingleLink(np.array(0.25)) == mc.SingleLink(Fraction(1, 4))
    assert type(mc.SingleLink(np.float32(0.25)).weight) is float
    assert mc.SingleLink(0).weight == 0
    assert mc.Precision(np.float64(0.5), np.float32(0.25)) == mc.Precision(0.5, 0.25)
    assert mc.SubsetSum(low=np.int64(-1), high=np.float32(0.5)) == mc.SubsetSum(low=-1, high=0.5)
    assert mc.covering_radius([0.5, 0.25, -0.5], np.array([-0.5, 0.5])).item() == 0.125
    assert mc.covering_radius([1, 2, 4], (0, 7)).item() == 0.5
    assert mc.nearest_subset([0.5, 0.25], 0.3, "within", np.float32(0.125)).masks == 0b10
    assert packing.prunings(np.int64(2), np.int64(40)) == (2**160, 10**40)
    assert experiment1.Grid(n=np.array([3]), epsilon=(np.float32(0.5),)).cases()[0].n == 3
    assert type(experiment1.Grid(n=np.array([3])).n[0]) is int


@pytest.mark.parametrize("kind", [str, Path], ids=["str", "Path"])
def test_paths_may_be_texts(kind, tmp_path):
    """What was saved is what is loaded."""
    ds = mc.sweep("theorem3", n=3, trials=4, out=kind(tmp_path / "RUN"))
    mc.save(ds, kind(tmp_path / "x.nc"))
    assert mc.load(kind(tmp_path / "x.nc")).equals(ds)
    target = mc.Target([[[0.5]]])
    mc.save_target(target, kind(tmp_path / "t.npz"))
    assert mc.load_target(kind(tmp_path / "t.npz")).weights[0] == 0.5
    mc.prune(target, n=3, out=kind(tmp_path / "DIR"))
    assert mc.check(kind(tmp_path / "DIR")).sound
    assert mc.load_pruned(kind(tmp_path / "DIR")).wide.n == 3


@pytest.mark.parametrize("name", ["b2", "W3", "mask"])
def test_arrays_that_would_be_dropped_are_named(name, tmp_path):
    """A bias, a third layer, anything else: by Experiment 1 and by `load_target`."""
    first, second = np.full((3, 784), 0.5), np.full((10, 3), 0.5)
    np.savez(tmp_path / "t.npz", W1=first, W2=second)
    assert load_experiment_target(tmp_path / "t.npz").layers[0].shape == (3, 784)
    np.savez(tmp_path / "t.npz", W1=first, W2=second, **{name: np.ones((1, 10))})
    with pytest.raises(InputError, match=f"'{name}'"):
        load_experiment_target(tmp_path / "t.npz")
    if name != "W3":
        with pytest.raises(InputError, match=f"'{name}'"):
            mc.load_target(tmp_path / "t.npz")
    np.savez(tmp_path / "t.npz", W1=first * 1j, W2=second)
    with pytest.raises(InputError, match="W1 of the target must be real numbers"):
        load_experiment_target(tmp_path / "t.npz")


def test_limits_of_whole_numbers_are_the_last_ones_taken():
    """Both ends, and one beyond each."""
    assert [checks.whole("n", value, 2, 4) for value in (2, 3, 4)] == [2, 3, 4]
    with pytest.raises(InputError, match=r"^n must be a whole number of at least 2, got 1$"):
        checks.whole("n", 1, 2, 4)
    with pytest.raises(InputError, match=r"^n must be at most 4, got 5; lower it$"):
        checks.whole("n", 5, 2, 4)
    assert checks.seed_number(2**128 - 1) == 2**128 - 1
    with pytest.raises(InputError, match="seed must be at most"):
        checks.seed_number(2**128)


def test_a_masked_whole_number_is_none():
    """Its value would come from below the mask."""
    with pytest.raises(InputError, match="n must be a whole number of at least 1, got"):
        checks.whole("n", np.ma.array(3, mask=True), 1)


def test_what_is_shown_is_cut_to_one_line():
    """Arrays, texts with line ends, and what has no repr at all."""
    assert checks.shown(np.zeros((2, 2))) == "array([[0., 0.], [0., 0.]])"
    assert checks.shown(np.float64(0.5)) == "0.5"
    assert checks.shown(10**5000) == "an unprintable int"
    assert checks.shown(Hostile()) == "an unprintable Hostile"
    assert len(checks.shown("x" * 1000)) == 80


def test_values_that_are_an_array_already_are_not_copied():
    """And integers become floats."""
    assert checks.reals("x", X) is X
    assert checks.reals("x", [1, 2]).dtype == np.float64


def test_nothing_heavy_is_loaded_for_a_check():
    """`import montecarlo.checks` needs NumPy alone."""
    code = "import sys, montecarlo.checks; assert not {'numba', 'xarray', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
