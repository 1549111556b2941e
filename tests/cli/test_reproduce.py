"""`ticketsum reproduce`: the whole folder from one command, and nothing computed twice."""

import pytest
import xarray as xr

import analysis
import montecarlo.sweeps.run
from montecarlo import CLAIMS, InputError, packing
from montecarlo.cli import main_sweeps, study
from montecarlo.cli import reproduce as whole
from montecarlo.cli import scales as recipe
from montecarlo.experiments.subset_sums import experiment

RUNS = [folder for folder, _ in recipe.sweeps(recipe.Scale.QUICK, 0) if not folder.startswith("subset_sum")]
LAYERS = (recipe._Layers((1, 2), 12, 40, 0.5), recipe._Layers((3,), 12, 20, 0.8))
TINY = {
    "exact_n": 6,
    "exact_trials": 300,
    "n": 12,
    "trials": 300,
    "resolution": 0.2,
    "timed_n": 9,
    "lemma2": LAYERS,
    "lemma3": LAYERS,
    "theorem1": LAYERS[:1],
    "one_f": LAYERS[:1],
}


@pytest.fixture
def tiny(monkeypatch):
    """Every scale shrunk to a few hundred trials."""
    for scale in recipe.Scale:
        monkeypatch.setitem(recipe._EXTENTS, scale, recipe._Extent(**TINY))
    monkeypatch.setattr(recipe, "_LAWS", dict(list(recipe._LAWS.items())[:2]))
    monkeypatch.setattr(main_sweeps, "_DRAWN_TOGETHER", {*CLAIMS} - {"theorem3"})  # figures of one sweep stand for all
    few = experiment.Grid(("row",), ("fitted",), ("within",))
    monkeypatch.setattr(experiment, "Grid", lambda: few)
    for d, grid in packing.GRIDS.copy().items():
        small = packing.Grid(grid.sizes[:1], grid.epsilon[:1], grid.s[:2])
        monkeypatch.setitem(packing.GRIDS, d, small) if d < 3 else monkeypatch.delitem(packing.GRIDS, d)


def refuse_to_simulate(plan, block):
    raise AssertionError(f"block {block.name} of {plan.claim.name} is computed again")


@pytest.mark.slow
def test_reproduce_writes_everything_once(tiny, ticketsum, tmp_path, files, monkeypatch):
    """Runs, estimates, figures and page are there; a second run computes no block and changes no number."""
    monkeypatch.setenv("COLUMNS", "200")
    out = tmp_path / "new" / "reproduction"
    answer = ticketsum("reproduce", "--out", out, "--jobs", "1")
    assert answer.code == 0, answer.err
    before = files(out)
    for run in (*RUNS, "lemma2-d3", "lemma3-d3", "subset_sum-uniform"):
        assert {f"{run}/run.json", f"{run}/raw.nc", f"{run}/estimates.nc"} <= before.keys()
    for name in (
        "growth",
        "scaling",
        "heatmap",
        "success",
        "law-comparison",
        "slack-lemma1",
        "masks",
        "structure-layer",
        "laws",
        "timings",
        "experiment1",
        "experiment2",
        "packing-sizes",
        "theorem2-d1",
        "portrait-d2",
    ):
        assert {f"figures/{name}.png", f"figures/{name}.svg"} <= before.keys()
    for title in ("Theorem 3", "Corollary 2", "Lemma 1", "Lemma 2", "Lemma 3", "Theorem 1, depth 3"):
        row = f"{title.partition(',')[0]} "  # one for all depths; lines of progress have a colon there
        assert any(line.startswith(row) for line in answer.err.splitlines()), row
        assert title in (out / "index.html").read_text(encoding="utf-8")
    for title in ("Experiment 1", "Experiment 2", "Theorem 2: packings", "Slips in the paper"):
        assert title in (out / "index.html").read_text(encoding="utf-8")
    assert f"The page: {out / 'index.html'}" in answer.err
    numbers = {run: xr.load_dataset(out / run / "raw.nc") for run in RUNS}

    monkeypatch.setattr(montecarlo.sweeps.run, "simulate", refuse_to_simulate)
    again = ticketsum("reproduce", "--out", out, "--jobs", "1")
    assert again.code == 0, again.err
    after = files(out)
    assert after.keys() == before.keys()
    for name, (digest, inode, changed) in before.items():
        if "/blocks/" in name or "/cells/" in name or name.endswith("run.json"):
            assert after[name] == (digest, inode, changed), name
        if name.startswith(("packing/", "structures/")):
            assert after[name] == (digest, inode, changed), name
        if "figures/" in name or name.endswith(("estimates.nc", "constants.nc", "made.json")):
            assert after[name] == (digest, inode, changed), name
    for run in RUNS:
        xr.testing.assert_equal(xr.load_dataset(out / run / "raw.nc"), numbers[run])


def test_simulation_is_noticed(tiny, ticketsum, tmp_path, monkeypatch):
    """Control: in an empty folder the guard against simulation does raise."""
    monkeypatch.setattr(montecarlo.sweeps.run, "simulate", refuse_to_simulate)
    answer = ticketsum("reproduce", "--out", tmp_path, "--jobs", "1")
    assert answer.code == 2
    assert "computed again" in answer.err


class Uncached:
    """A cache that keeps nothing."""

    def pictures(self, name, inputs, draw, options=None):
        return draw()


class One:
    """A study of one Dataset and one picture."""

    name = "sweeps"

    def folders(self, job):
        return (self.name,)

    def run(self, job):
        return {"a": "the Dataset"}

    def figures(self, job, found):
        assert found == job.datasets[self.name] == {"a": "the Dataset"}
        return {"a": ["a picture"]}

    def part(self, job, found, drawn):
        return study.Part(["a section"], [drawn["a"]], {"lemma1": drawn["a"]}, drawn["a"])


@pytest.mark.parametrize("scale", list(recipe.Scale))
def test_the_page_has_the_parts_of_every_study_and_the_accuracies_of_the_scale(scale, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(analysis, "write_report", lambda *given, **options: asked.append((given, options)) or [])
    whole.run([One(), One()], study.Job(scale, tmp_path))
    (((datasets, pictures, path), options),) = asked
    assert (datasets, path) == (["the Dataset"], tmp_path / "index.html")
    assert options["attached"] == {"lemma1": pictures}
    assert pictures == ["a picture"] * 2
    assert options["sections"] == ["a section"] * 2
    assert options["own"] == [["a picture"]] * 2
    assert options["epsilon"] == recipe.epsilons(scale)


def test_a_study_writes_nowhere_else(tmp_path):
    """A link in OUT where a study has its folder is refused before anything runs."""
    (tmp_path / "sweeps").symlink_to(tmp_path.parent)
    with pytest.raises(InputError, match="sweeps"):
        whole.run([One()], study.Job(recipe.Scale.QUICK, tmp_path))


@pytest.mark.parametrize("scale", list(recipe.Scale))
def test_pictures_of_all_sweeps_have_the_accuracies_of_the_scale(scale, tmp_path, monkeypatch):
    asked = {}
    for name in ("draw_pictures", "draw_widths"):
        monkeypatch.setattr(analysis, name, lambda *_, epsilon, n=name: asked.update({n: epsilon}) or [])
    monkeypatch.setattr(study, "FigureCache", lambda _: Uncached())
    main_sweeps.Sweeps().figures(study.Job(scale, tmp_path), {})
    assert asked == dict.fromkeys(("draw_pictures", "draw_widths"), recipe.epsilons(scale))


def test_studies_have_names_and_folders_of_their_own(tmp_path):
    job = study.Job(recipe.Scale.QUICK, tmp_path)
    found = whole.studies()
    assert len({each.name for each in found}) == len(found)
    folders = [folder for each in found for folder in each.folders(job)]
    assert len(set(folders)) == len(folders)


@pytest.mark.parametrize("scale", list(recipe.Scale))
def test_the_finest_accuracy_is_the_resolution_of_the_scale(scale):
    assert min(recipe.epsilons(scale)) == recipe._EXTENTS[scale].resolution


@pytest.mark.parametrize("scale", list(recipe.Scale))
def test_scales_cover_every_claim_in_folders_of_their_own(scale):
    """Each scale's plans pass their checks and sweep every claim of the upper bound; no two share a folder."""
    found = list(recipe.sweeps(scale, 0))
    assert {plan.claim.name for _, plan in found} == set(CLAIMS)
    assert len({folder for folder, _ in found}) == len(found)
    assert {plan.claim.parameters()["depth"] for _, plan in found if plan.claim.name == "theorem1"} == {1, 2, 3}
    finest = min(plan.precision.resolution for _, plan in found if plan.precision.resolution)
    epsilons = recipe.epsilons(scale)
    assert min(epsilons) >= finest
    assert list(epsilons) == sorted(epsilons, reverse=True)
