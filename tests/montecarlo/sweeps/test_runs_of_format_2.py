"""Runs of format 2, which named their code by a hash of all sources: read as ever, and continued by nobody here."""

import json

import pytest

from montecarlo import InputError, Lemma1, Precision, load, sweep
from montecarlo.storage.blocks import Run
from montecarlo.storage.dataset import save
from montecarlo.sweeps.identity import identity
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run
from montecarlo.sweeps.status import merge, status

PLAN = Plan(Lemma1(), (1, 2), 64, precision=Precision(0.05, 0.05), block_trials=64)
OLD = identity(PLAN) | {"format": 2, "fingerprint": "12ab"}
del OLD["numbers"]
OPTIONS = {"n": (1, 2), "relative_tolerance": 0.05, "resolution": 0.05}


@pytest.fixture
def folder(tmp_path):
    """A finished run of format 2 with its raw.nc."""
    old = Run.create_or_open(tmp_path, OLD)
    old.remember(PLAN.request())
    for block, arrays in run(PLAN, None):
        old.write(block, arrays)
    found = sweep(Lemma1(), trials=64, **OPTIONS)
    provenance = json.loads(found.attrs["provenance"]) | {"fingerprint": "12ab"}
    del provenance["numbers"]
    save(found.assign_attrs(provenance=json.dumps(provenance)), tmp_path / "raw.nc")
    return tmp_path


def test_it_is_read(folder):
    """Its blocks, how far it is, and what they came to."""
    old = Run.open(folder)
    assert [old.read(block)["critical_epsilon"].shape for block in old.blocks()] == [(3, 2, 64)]
    assert status(folder).finished
    assert load(folder).equals(sweep(Lemma1(), trials=64, **OPTIONS))


@pytest.mark.parametrize("continued", [lambda out: sweep(Lemma1(), trials=128, **OPTIONS, out=out), merge])
def test_it_is_not_continued(folder, continued):
    """One line; what is there stays."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    message = r"was begun before numbers had versions \(source fingerprint 12ab\); continue it with the commit of"
    with pytest.raises(InputError, match=message):
        continued(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
