"""A sweep's numbers depend on claim, d, seed and precision; not on jobs, blocks, order, or what was done before."""

import json
import random
import shutil
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

from montecarlo import CLAIMS, InputError, Lemma1, Lemma2, Theorem3, sweep
from montecarlo.solvers.covering_radius import Precision
from montecarlo.storage.blocks import DamagedBlockError, Run
from montecarlo.sweeps import run as sweeps
from montecarlo.sweeps.assemble import assemble
from montecarlo.sweeps.identity import identity
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run, simulate

PRECISIONS = [Precision(), Precision(0.0, 0.3), Precision(0.05, 0.1)]
claims = pytest.mark.parametrize("claim", [claim() for claim in CLAIMS.values()], ids=list(CLAIMS))
precisions = pytest.mark.parametrize(
    "precision",
    [PRECISIONS[0], pytest.param(PRECISIONS[1], marks=pytest.mark.slow), PRECISIONS[2]],
    ids=["exact", "floored", "bracketed"],
)


def plan_of(claim, *, n=(1, 2, 4, 6), trials=200, block_trials=32, **options):
    return Plan(claim, n, trials, block_trials=block_trials, **options)


def values(plan, out=None, **options):
    """Every float variable of the assembled Dataset, as bytes."""
    found = assemble(plan, run(plan, out, **options))
    return {name: found[name].values.tobytes() for name in found.data_vars if found[name].dtype.kind == "f"}


@pytest.fixture
def simulated(monkeypatch):
    """The blocks that get simulated, in order."""
    blocks = []

    def counting(plan, block):
        blocks.append(block)
        return simulate(plan, block)

    monkeypatch.setattr(sweeps, "simulate", counting)
    return blocks


@claims
@precisions
def test_block_size_changes_no_bit(claim, precision):
    """Blocks of 1, 50 or 200 trials, smaller and larger than a strand and not dividing it, give one result."""
    sizes = {4: (1, 32), 80: (50, 200)}  # by trials
    for trials, (size, larger) in sizes.items():
        one, other = (plan_of(claim, precision=precision, trials=trials, block_trials=each) for each in (size, larger))
        assert values(one) == values(other)


@pytest.mark.parametrize("precision", [PRECISIONS[0], PRECISIONS[2]], ids=["exact", "bracketed"])
def test_two_workers_change_no_bit(precision, tmp_path):
    """jobs=2 gives the numbers of jobs=1, in memory and on disk, block file by block file."""
    plan = plan_of(Lemma1(), precision=precision)
    assert values(plan, tmp_path / "one", jobs=1) == values(plan, tmp_path / "two", jobs=2)
    for block in plan.blocks:
        one, two = (tmp_path / jobs / "blocks" / f"{block.name}.npz" for jobs in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


@claims
def test_order_of_blocks_changes_no_bit(claim):
    """assemble takes its blocks in any order."""
    plan = plan_of(claim)
    blocks = list(run(plan, None))
    wanted = assemble(plan, blocks)
    for seed in range(2):
        random.Random(seed).shuffle(blocks)
        np.testing.assert_array_equal(assemble(plan, blocks).critical_epsilon, wanted.critical_epsilon)


@claims
def test_more_trials_leave_old_ones_unchanged(claim):
    """The first trials of a longer sweep are those of the shorter one."""
    short, long = (sweep(claim, n=5, trials=trials).critical_epsilon for trials in (70, 300))
    np.testing.assert_array_equal(long[..., :70], short)


@claims
@precisions
def test_larger_n_leaves_smaller_ones_unchanged(claim, precision):
    """n = 1..4 of a sweep to 7 are the n = 1..4 of a sweep to 4, whatever else is in the grid."""
    options = {"relative_tolerance": precision.relative_tolerance, "resolution": precision.resolution, "trials": 40}
    short, long = (sweep(claim, n=n, **options) for n in (4, [2, 4, 7]))
    xr.testing.assert_equal(
        short.critical_epsilon.sel(n=[2, 4]).drop_attrs(), long.critical_epsilon.sel(n=[2, 4]).drop_attrs()
    )


def test_seeds_and_claims_are_different_numbers():
    """Another seed is another sample; no trial coincides."""
    one, other = (sweep(Theorem3(), n=[6], trials=200, seed=seed).critical_epsilon.values for seed in (0, 1))
    open_ones = (one != 0.5) & (other != 0.5)
    assert open_ones.sum() > 100
    assert not np.any((one == other) & open_ones)


def test_resume_computes_only_what_is_missing(tmp_path, simulated):
    """A finished run computes nothing; with two blocks lost, those two; with more trials, the new ones."""
    plan = plan_of(Theorem3())
    wanted = values(plan, tmp_path)
    assert simulated == list(plan.blocks)
    simulated.clear()
    assert values(plan, tmp_path) == wanted
    assert simulated == []
    lost = [plan.blocks[1], plan.blocks[4]]
    for block in lost:
        Run.open(tmp_path).path(block).unlink()
    assert values(plan, tmp_path) == wanted
    assert simulated == lost
    simulated.clear()
    longer = plan_of(Theorem3(), trials=300)
    assert values(longer, tmp_path) == values(longer)
    assert simulated[: len(longer.blocks) - len(plan.blocks)] == list(longer.blocks[len(plan.blocks) :])


def test_smaller_grid_reads_the_same_run(tmp_path, simulated):
    """Other n up to the same largest one come from the same blocks."""
    values(plan_of(Theorem3()), tmp_path)
    simulated.clear()
    assert values(plan_of(Theorem3(), n=(3, 6)), tmp_path) == values(plan_of(Theorem3(), n=(3, 6)))
    assert len(simulated) == len(plan_of(Theorem3()).blocks)  # all by the second, in memory


SMALL = {"trials": 100, "relative_tolerance": 0.05, "resolution": 0.1}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"n": 4}, {"n": 7}),
        ({"d": [1, 2]}, {"d": [1, 2, 3]}),
        ({"trials": 100}, {"trials": 333}),
        ({"n": 6, "d": 2}, {"n": 3, "d": [1, 2], "trials": 150}),
    ],
    ids=["n", "d", "trials", "all three, n smaller"],
)
def test_a_run_grows_in_n_in_d_and_in_trials(tmp_path, first, second):
    """Any second sweep into the folder of a first gives the Dataset it would give alone; no block file is touched."""
    options = {"n": 5, **SMALL}
    sweep(Lemma2(), **options | first, out=tmp_path)
    before = {path: (path.stat().st_ino, path.read_bytes()) for path in (tmp_path / "blocks").iterdir()}
    grown, alone = sweep(Lemma2(), **options | second, out=tmp_path), sweep(Lemma2(), **options | second)
    xr.testing.assert_identical(grown.drop_attrs(), alone.drop_attrs())
    assert {path: (path.stat().st_ino, path.read_bytes()) for path in before} == before
    again = sweep(Lemma2(), **options | first, out=tmp_path)
    xr.testing.assert_identical(again.drop_attrs(), sweep(Lemma2(), **options | first).drop_attrs())


def test_only_what_is_missing_is_computed_when_a_run_grows(tmp_path, simulated):
    """Another d and more trials cost their own blocks; a larger n costs all trials again, a smaller one none."""
    values(plan_of(Lemma2(), d=(1, 2)), tmp_path)
    for options, count in [({"d": (1, 2, 3)}, 7), ({"trials": 230}, 1), ({"n": (3,)}, 0), ({"n": (8,)}, 7)]:
        simulated.clear()
        list(run(plan_of(Lemma2(), **{"d": (1,), **options}), tmp_path))
        assert len(simulated) == count


def test_blocks_from_another_machine_are_a_copy_of_files(tmp_path, simulated):
    """Two machines sweep different d of one seed; one's files copied to the other's are the run of both."""
    plans = [plan_of(Lemma2(), d=(d,)) for d in (1, 3)]
    for name, plan in zip("ab", plans, strict=True):
        list(run(plan, tmp_path / name))
    for path in (tmp_path / "b" / "blocks").iterdir():
        shutil.copy(path, tmp_path / "a" / "blocks")
    simulated.clear()
    both = plan_of(Lemma2(), d=(1, 3))
    assert values(both, tmp_path / "a") == values(both)
    assert simulated == list(both.blocks)  # by the second, in memory


def test_numbers_that_do_not_agree_are_refused(tmp_path):
    """A stored block with one altered number: extending the run in n finds it, and names blocks and seed."""
    plan = plan_of(Theorem3(), n=(4,))
    list(run(plan, tmp_path))
    folder, block = Run.open(tmp_path), plan.blocks[2]
    arrays = folder.read(block)
    arrays["critical_epsilon"][0, 3, 5] *= 1.0 + 1e-15
    folder.write(block, arrays)
    with pytest.raises(InputError, match=rf"and {block.name} in .* must agree .* \(seed 0\).*new folder"):
        list(run(plan_of(Theorem3(), n=(6,)), tmp_path))


@dataclass(frozen=True)
class FailsAtTwo(Lemma2):
    """Lemma 2, but d = 2 always fails."""

    error: str = "ValueError"

    def critical_epsilons(self, draws, precision):
        if draws.shape[3] == 2:
            raise {"ValueError": ValueError("no luck"), "InputError": InputError("d must not be 2")}[self.error]
        return super().critical_epsilons(draws, precision)


@pytest.mark.parametrize(("error", "text"), [("ValueError", "ValueError: no luck"), ("InputError", "d must not be 2")])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_cell_does_not_end_the_others(tmp_path, error, text, jobs):
    """d = 2 fails: d = 1 and 3 are computed and stored all the same, and the error names what failed and why."""
    plan = plan_of(FailsAtTwo(error), d=(1, 2, 3), n=(3,))
    with pytest.raises(InputError, match=rf"7 of 21 blocks failed, d0002-\S+ first: {text}; the others are stored in "):
        list(run(plan, tmp_path, jobs=jobs))
    assert {block.d for block in Run.open(tmp_path).blocks()} == {1, 3}
    assert len(Run.open(tmp_path).blocks()) == 14


def flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 16]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: content[:-30], flip],
    ids=["empty", "truncated", "bit flipped"],
)
def test_damaged_block_is_named_and_repaired(tmp_path, simulated, damage):
    """A damaged block stops the sweep and names its file; repair recomputes that block alone, to the same bytes."""
    plan = plan_of(Theorem3())
    wanted = values(plan, tmp_path)
    path = Run.open(tmp_path).path(plan.blocks[2])
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    simulated.clear()
    with pytest.raises(DamagedBlockError, match=rf"block {path} is damaged .*; recompute it with --repair"):
        values(plan, tmp_path)
    assert simulated == []
    assert values(plan, tmp_path, repair=True) == wanted
    assert simulated == [plan.blocks[2]]
    assert path.read_bytes() == sound


def test_foreign_block_is_named_and_repaired(tmp_path, simulated):
    """A block of another seed put in place is refused, and repaired like a damaged one."""
    plan, other = plan_of(Theorem3()), plan_of(Theorem3(), seed=1)
    wanted = values(plan, tmp_path / "ours")
    values(other, tmp_path / "theirs")
    path = Run.open(tmp_path / "ours").path(plan.blocks[0])
    path.write_bytes(Run.open(tmp_path / "theirs").path(plan.blocks[0]).read_bytes())
    with pytest.raises(DamagedBlockError, match=f"block {path} belongs to another sweep"):
        values(plan, tmp_path / "ours")
    simulated.clear()
    assert values(plan, tmp_path / "ours", repair=True) == wanted
    assert simulated == [plan.blocks[0]]


def test_folder_of_another_sweep_is_refused(tmp_path):
    """Another claim, seed or precision in the same folder is refused before anything is computed."""
    sweep(Theorem3(), n=3, trials=10, out=tmp_path)
    for options in ({"seed": 1}, {"resolution": 0.1}):
        with pytest.raises(InputError, match=r"holds another sweep: its .*; choose another folder with --out"):
            sweep(Theorem3(), **{"n": 3, "trials": 10, "out": tmp_path, **options})


def test_unwritable_folder_is_refused_before_work(tmp_path, simulated):
    """An output folder below a regular file is refused, and nothing is simulated."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"the output folder must be writable, got .*file/sub \(Not a directory\)"):
        sweep(Theorem3(), n=3, trials=10, out=tmp_path / "file" / "sub")
    assert simulated == []


def test_progress_counts_trials(tmp_path):
    """Progress starts with what is found, rises block by block, and ends at the total."""
    plan, seen = plan_of(Theorem3()), []
    values(plan, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(32 * k, 224) for k in range(8)]
    seen.clear()
    values(plan, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(200, 200)]  # those the plan asks for


def test_dataset_carries_names_units_and_provenance(tmp_path):
    """Dimensions, coordinates, texts and one JSON provenance with everything the numbers depend on."""
    found = sweep(Lemma1(), n=[2, 5], trials=10, seed=2**70)
    assert found.critical_epsilon.dims == ("event", "d", "n", "trial")
    assert found.event.values.tolist() == list(Lemma1.events)
    assert found.n.values.tolist() == [2, 5]
    assert found.amplitude.values.tolist() == [2.0]
    assert "critical_epsilon_low" not in found
    assert found.attrs["seed"] == str(2**70)
    provenance = json.loads(found.attrs["provenance"])
    for name, wanted in identity(Plan(Lemma1(), (2, 5), 10, seed=2**70)).items():
        assert provenance[name] == wanted
    assert provenance["numbers"] == {"sampling": 1, "covering": 1, "claim": 1}
