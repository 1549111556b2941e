"""Files of Datasets that hold what they should already are left alone."""

from dataclasses import replace

from montecarlo import Theorem3, load
from montecarlo.storage.blocks import Run
from montecarlo.storage.dataset import update
from montecarlo.sweeps.consolidation import consolidate
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run


def looks(*paths):
    """What changes when a file is written again."""
    return [(path.stat().st_ino, path.stat().st_mtime_ns) for path in paths]


def test_consolidation_and_update_leave_what_is_there(tmp_path):
    """The same numbers again: not one file is touched; other trials, or a damaged byte, and it is written anew."""
    plan = Plan(Theorem3(), (2, 5), 100, block_trials=32)
    list(run(plan, tmp_path))
    held, raw, copy = Run.open(tmp_path), tmp_path / "raw.nc", tmp_path / "copy.nc"
    for _ in range(2):
        consolidate(plan, held, raw)
        update(load(raw), copy)
        before = looks(raw, copy)
    consolidate(plan, held, raw)
    update(load(raw).assign_attrs(provenance="of another command"), copy)
    assert looks(raw, copy) == before
    consolidate(replace(plan, trials=90), held, raw)
    assert load(raw).sizes["trial"] == 90
    update(load(raw), copy)
    assert load(copy).sizes["trial"] == 90
    for path in (raw, copy):
        content = bytearray(path.read_bytes())
        content[-9] ^= 1
        path.write_bytes(content)
    consolidate(plan, held, raw)
    update(load(raw), copy)
    assert load(copy).equals(load(raw))
