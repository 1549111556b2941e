"""Files that somebody changed and sealed again: refused in one line, or as good as what was there before."""

import json
from contextlib import suppress

import mutations
import numpy as np
import pytest

from montecarlo import InputError, Theorem3, load, save, sweep
from montecarlo.networks.files import header_checksum
from montecarlo.storage.records import _checksum as record_checksum

CHECKED = ("format", "widths", "n", "seed", "missed", "kept", "files")
FEW, MANY = 8, 500
READERS = (("estimate",), ("show",), ("export",), ("compare", "--epsilon", "0.3"))
ESTIMATED = ["success", "surely", "n_star", "log_term", "slope"]
"""Of the variables of estimates.nc, one of every type and over every dims: each takes as long to write."""
ROUNDS = [FEW, pytest.param(MANY, marks=pytest.mark.slow)]


@pytest.fixture
def reads(ticketsum, tmp_path, monkeypatch):
    """Run a command: it succeeds, or says one line and exits with 2."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, what=""):
        answer = ticketsum(*arguments)
        assert answer.code in (0, 1, 2), (what, answer.err)
        if answer.code == 2:
            answer.one_line_error()
        return answer

    return run


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("name", ["run.json", "request.json"])
def test_json_of_a_run(reads, finished, sweep_command, rounds, name):
    random = np.random.default_rng(rounds)
    whole = json.loads((finished / name).read_text())
    accepted = 0
    for _ in range(rounds):
        changed = mutations.mutated_json(whole, random)
        (finished / name).write_text(json.dumps(changed))
        accepted += reads(("status", "consolidate")[random.integers(2)], finished, what=changed).code == 0
    assert accepted < rounds


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_raw_dataset(reads, finished, rounds):
    """Sealed again: it is refused, or a reader, one by chance, can make something of it."""
    random = np.random.default_rng(rounds)
    whole = load(finished).isel(trial=slice(0, 500))
    refused = 0
    for _ in range(rounds):
        changed = mutations.mutated_dataset(whole, random)
        try:
            save(changed, finished / "raw.nc")
        except InputError:  # netCDF cannot hold it
            continue
        command, *options = READERS[random.integers(4)]
        refused += reads(command, finished, *options, what=changed).code == 2
    assert refused > rounds // 3


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_estimate(reads, ticketsum, finished, rounds):
    """`show` takes estimates.nc whatever it holds, or refuses it."""
    random = np.random.default_rng(rounds)
    assert ticketsum("estimate", finished).code == 0
    whole = load(finished / "estimates.nc", None)
    kinds = [{(v.dtype.kind, v.dims) for v in dataset.data_vars.values()} for dataset in (whole, whole[ESTIMATED])]
    assert kinds[0] == kinds[1]
    whole = whole[ESTIMATED]
    for _ in range(rounds):
        changed = mutations.mutated_dataset(whole, random)
        try:
            save(changed, finished / "estimates.nc")
        except InputError:
            continue
        reads("show", finished / "estimates.nc", *["--json"][: random.integers(2)], what=changed)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_header_of_a_network(reads, ticketsum, tmp_path, rounds):
    random = np.random.default_rng(rounds)
    assert ticketsum("target", "--widths", "2,2", "--out", tmp_path / "T.npz").code == 0
    assert ticketsum("prune", tmp_path / "T.npz", "--n", "4", "--epsilon", "0.5", "--out", tmp_path / "P").code in (
        0,
        1,
    )
    file = tmp_path / "P" / "network.json"
    whole = json.loads(file.read_text())
    for _ in range(rounds):
        changed = mutations.mutated_json(whole, random)
        changed["checksum"] = header_checksum(changed)
        file.write_text(json.dumps(changed))
        if reads("check", tmp_path / "P", what=changed).code == 0:
            assert all(changed[name] == whole[name] for name in CHECKED), changed


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_record_of_figures(reads, finished, rounds):
    """A cache: whatever is wrong with it, figures are drawn again, inside of the folder."""
    from montecarlo.cli.study import FigureCache

    random = np.random.default_rng(rounds)
    dataset = sweep(Theorem3(), n=2, trials=10)
    drawn = []

    def draw():
        import analysis

        drawn.append(1)
        paths = [finished / "figures" / f"a.{kind}" for kind in ("png", "svg")]
        for path in paths:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"a picture")
        return [analysis.Picture("a", "A", "A picture.", *paths)]

    FigureCache(finished).pictures("a", [dataset], draw)
    whole = json.loads((finished / "made.json").read_text())
    assert FigureCache(finished).pictures("a", [dataset], draw)
    assert len(drawn) == 1
    for _ in range(rounds):
        changed = mutations.mutated_json(whole, random)
        (finished / "made.json").write_text(json.dumps(changed))
        (picture,) = FigureCache(finished).pictures("a", [dataset], draw)
        assert picture.png.resolve().is_relative_to(finished.resolve()), changed


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_figure_whose_file_was_changed_is_drawn_again(tmp_path, kind):
    """Either of its two files."""
    import analysis
    from montecarlo.cli.study import FigureCache

    paths = {each: tmp_path / f"a.{each}" for each in ("png", "svg")}

    def draw():
        for path in paths.values():
            path.write_bytes(b"a picture")
        return [analysis.Picture("a", "A", "A picture.", *paths.values())]

    FigureCache(tmp_path).pictures("a", [], draw)
    paths[kind].write_bytes(b"damaged")
    FigureCache(tmp_path).pictures("a", [], draw)
    assert paths[kind].read_bytes() == b"a picture"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_record_of_an_experiment(tmp_path, rounds):
    """One validator for all records: what was measured comes back as a mapping, or is an InputError."""
    from montecarlo.experiments.edge_popup.runs import TrainingRun
    from montecarlo.storage.records import Records

    random = np.random.default_rng(rounds)
    records = Records.create_or_open(tmp_path, {"sources": "a"}, TrainingRun)
    run = TrainingRun("fc2", "ours", 0.5, 1, 0)
    records.write(run, {"accuracy": 0.5, "images": [1, 2, 3]})
    file = records._path(run)
    whole = json.loads(file.read_text())
    for _ in range(rounds):
        changed = mutations.mutated_json({k: v for k, v in whole.items() if k != "checksum"}, random)
        file.write_text(json.dumps({**changed, "checksum": record_checksum(changed)}))
        with suppress(InputError):
            assert isinstance(records.read(run), dict)
