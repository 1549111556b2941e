"""Numbers are equal to the bit on every processor, where nothing of a library enters them; else within a rounding."""

import shutil

import numpy as np
import processors
import pytest
import scipy.special

from montecarlo import InputError, Precision, SubsetSum, sweep
from montecarlo.sampling import portable
from montecarlo.sampling.laws import Frozen
from montecarlo.sweeps import run as sweeps

FUNCTIONS = {
    np: ("log", "log2", "log10", "log1p", "exp", "exp2", "expm1", "power", "float_power", "hypot", "sin", "cos", "tan"),
    np.linalg: ("norm", "svd", "qr", "cholesky", "solve", "eigh", "inv"),
    scipy.special: ("gammainccinv", "ndtri", "xlogy"),
}
"""What libraries compute one way or another."""


@pytest.fixture(scope="module")
def here():
    """The numbers of this process, each computed once."""
    held = {}

    def numbers(wanted):
        held.update(processors.numbers(name for name in wanted if name not in held))
        return {name: held[name] for name in wanted}

    return numbers


def off_by_one(function):
    """The same function, with another last bit in all it returns."""

    def changed(found):
        if isinstance(found, tuple):
            return tuple(map(changed, found))
        return found * (1.0 + 2.0**-52) if isinstance(found, float | np.ndarray) else found

    return lambda *arguments, **options: changed(function(*arguments, **options))


@pytest.mark.parametrize("name", [name for name in processors.names() if processors.ours(name)])
def test_no_function_of_a_library_enters(name, here, monkeypatch):
    """With every logarithm, exponential, norm and decomposition off by an ulp, all is as before."""
    wanted = here([name])[name]
    for module, functions in FUNCTIONS.items():
        for function in functions:
            monkeypatch.setattr(module, function, off_by_one(getattr(module, function)))
    np.testing.assert_array_equal(processors.numbers([name])[name], wanted)


def test_a_library_that_enters_is_noticed(here, monkeypatch):
    """Negative control: the Laplace law takes logarithms by NumPy."""
    name = repr(Frozen("laplace"))
    wanted = here([name])[name]
    monkeypatch.setattr(np, "log", off_by_one(np.log))
    assert np.any(processors.numbers([name])[name] != wanted)


def test_another_processor_changes_no_bit(here, tmp_path):
    """NumPy, OpenBLAS and the C library as on an old processor: what once came from them is the same; runs go on.

    The run made there is extended here: Theorem 1 to the bit, the Laplace law within a rounding.
    """
    found = processors.elsewhere(tmp_path, processors.LEAST, "NumPy", "OpenBLAS", "the C library")
    for name, wanted in here(processors.LEAST).items():
        np.testing.assert_array_equal(found[name], wanted, err_msg=name)
    for dataset in processors.sweep_runs(tmp_path, 6).values():
        assert dataset.sizes["n"] == 6


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["NumPy", "OpenBLAS", "the C library"])
def test_another_processor_changes_no_claim(setting, here, tmp_path):
    """Every claim and law under each setting alone: to the bit where that is promised, within 1e-9 elsewhere."""
    found = processors.elsewhere(tmp_path, processors.names(), setting)
    for name, wanted in here(processors.names()).items():
        np.testing.assert_allclose(found[name], wanted, rtol=1e-9, atol=1e-9, err_msg=name)
        if processors.portable(name):
            np.testing.assert_array_equal(found[name], wanted, err_msg=name)


@pytest.mark.slow
def test_kernels_compiled_for_another_processor_change_no_bit(here, tmp_path):
    """No fused products, no wide vectors: radii and brackets, nearest subsets, norms, attacks. Compiles them again."""
    wanted = ["theorem3 d = 1", "theorem1 d = 2", "pruned_network equal d = 2", "orthogonal"]
    found = processors.elsewhere(tmp_path, wanted, "Numba")
    for name, values in here(wanted).items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


PRECISIONS = [Precision(), Precision(0.0, 0.1), Precision(0.05, 0.1)]


@pytest.mark.parametrize("precision", PRECISIONS, ids=["exact", "floored", "bracketed"])
def test_runs_of_library_laws_go_on_within_a_rounding(precision, monkeypatch, tmp_path):
    """A run of normal draws, extended where they have other last bits, goes on; draws 1e-6 apart are another run."""
    options = {"trials": 512, "out": tmp_path / "run"}
    options |= {"relative_tolerance": precision.relative_tolerance, "resolution": precision.resolution}
    law, sample = SubsetSum(Frozen("norm", (0.0, 1.0))), Frozen.sample
    before = sweep(law, n=5, **options)
    monkeypatch.setattr(Frozen, "sample", lambda *arguments: sample(*arguments) * (1.0 + 2.0**-52))
    after = sweep(law, n=6, **options)
    np.testing.assert_allclose(after.critical_epsilon[..., :5, :], before.critical_epsilon, rtol=0.06)
    if not precision.resolution:
        assert np.any(after.critical_epsilon[..., :5, :] != before.critical_epsilon)  # the draws do differ
    monkeypatch.setattr(Frozen, "sample", lambda *arguments: sample(*arguments) * (1.0 + 1e-6))
    with pytest.raises(InputError, match="must agree in the trials they share"):
        sweep(law, n=7, **options)


def test_brackets_that_contradict_each_other_are_refused(monkeypatch, tmp_path):
    """Draws 20% larger: brackets of 5% do not overlap, and merging says so as well as extending."""
    options = {"trials": 512, "relative_tolerance": 0.05, "resolution": 0.1}
    law = SubsetSum(Frozen("norm", (0.0, 1.0)))
    sweep(law, n=5, out=tmp_path / "run", **options)
    sample = Frozen.sample
    monkeypatch.setattr(Frozen, "sample", lambda *arguments: sample(*arguments) * 1.2)
    with pytest.raises(InputError, match="must agree in the trials they share"):
        sweep(law, n=6, out=tmp_path / "run", **options)
    sweep(law, n=6, out=tmp_path / "other", **options)
    for path in (tmp_path / "other" / "blocks").iterdir():
        shutil.copy(path, tmp_path / "run" / "blocks")
    from montecarlo.sweeps.status import merge

    with pytest.raises(InputError, match="must agree in the trials they share"):
        merge(tmp_path / "run")


def bounds(low, high):
    """A block's arrays: of brackets, or of exact values where both are the same."""
    exact = {"critical_epsilon": np.array([[[high]]])}
    return exact if low == high else exact | {"critical_epsilon_low": np.array([[[low]]])}


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ((0.1, 0.3), (0.2, 0.4), True),
        ((0.1, 0.4), (0.2, 0.3), True),
        ((0.1, 0.2), (0.2 + 1e-10, 0.4), True),
        ((0.1, 0.2), (0.2 + 1e-8, 0.4), False),
        ((0.2, 0.2), (0.2 + 1e-10, 0.2 + 1e-10), True),
        ((0.2, 0.2), (0.2 + 1e-8, 0.2 + 1e-8), False),
    ],
)
def test_bounds_agree_that_leave_room_for_one_truth(one, other, agree):
    """Whichever comes first: the lower bound of neither is above the upper one of the other, up to 1e-9."""
    assert sweeps._compatible(bounds(*one), bounds(*other)) is agree
    assert sweeps._compatible(bounds(*other), bounds(*one)) is agree


def test_portable_logarithm_is_within_4_units_of_the_last_place():
    """Against long double, near 1, at powers of 2 and at both ends of the range."""
    rng = np.random.default_rng(1)
    near = np.concatenate([1.0 + rng.uniform(-1e-3, 1e-3, 4000), 2.0 ** rng.uniform(-1074.0, 1023.0, 4000)])
    x = np.concatenate([near, rng.random(4000), [5e-324, 2.0**-1022, 0.5, 1.0, 2.0, np.finfo(float).max]])
    found, wanted = portable.log(x), np.log(x.astype(np.longdouble))
    assert np.all(np.abs(found - wanted) <= 4.0 * np.spacing(np.abs(wanted.astype(float))))
    assert portable.log(np.array([1.0])).tolist() == [0.0]


def test_remainder_is_inverted():
    """s - s ln s = mass within a few roundings, from masses of 2^-60 up to 1, s in [0, 1] and rising with the mass."""
    mass = np.sort(np.concatenate([2.0 ** -np.linspace(0.0, 60.0, 999), 1.0 - 2.0 ** -np.linspace(1.0, 53.0, 999)]))
    s = portable.inverse_of_product_tail(mass)
    long = s.astype(np.longdouble)
    np.testing.assert_allclose((long - long * np.log(long)).astype(float), mass, rtol=1e-15)
    assert np.all((s >= 0.0) & (s <= 1.0))
    assert np.all(np.diff(s) >= -1e-15)
    assert portable.inverse_of_product_tail(np.array([0.0, 1.0]))[1] == 1.0


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (40, 7), (60, 60)])
def test_orthonormal_columns_span_the_given_ones(shape):
    """Q^T Q = I and Q^T A upper triangular with a positive diagonal, also for columns that are nearly dependent."""
    for spoilt in (0.0, 1e-9):
        a = np.random.default_rng(2).standard_normal(shape)
        if spoilt and shape[1] > 1:
            a[:, 1] = a[:, 0] + spoilt * a[:, 1]
        q = portable.orthonormal(a)
        np.testing.assert_allclose(q.T @ q, np.eye(shape[1]), atol=1e-14)
        r = q.T @ a
        assert np.all(np.abs(np.tril(r, -1)) <= 1e-13)
        assert np.all(np.diag(r) > 0.0)
