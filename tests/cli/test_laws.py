"""`ticketsum laws`: a table, a file and a picture; refused before the draws if it cannot be done."""

import pytest

import analysis
import montecarlo.law_checks
from montecarlo import fit_laws, load, save
from montecarlo.cli import laws
from montecarlo.cli.laws import remarks
from montecarlo.law_checks import CHECKS, SCHEMA

QUICK = ("--samples", "20000")


def test_laws_are_shown_stored_and_drawn(ticketsum, tmp_path, monkeypatch):
    """The table quotes distance, bound and verdict of every law; laws.nc holds what the library returns."""
    monkeypatch.setenv("COLUMNS", "200")
    answer = ticketsum("laws", *QUICK, "--seed", "3", "--level", "0.99", "--out", tmp_path / "new")
    assert answer.code == 0, answer.err
    found = load(tmp_path / "new" / "laws.nc", SCHEMA)
    assert found.equals(fit_laws(20_000, seed=3))
    bounds, verdicts = analysis.fit_bounds(found, 0.99), analysis.judge_fits(found, 0.99)
    for check in CHECKS:
        line = next(line for line in answer.out.splitlines() if line.startswith(f"│ {check.name} "))
        cell = bounds.sel(law=check.name)
        for said in (check.statement, cell["distance"].item(), cell["bound"].item(), verdicts[check.name].outcome):
            assert (f"{said:.4f}" if isinstance(said, float) else said) in line
    assert "together at 99%" in answer.out
    assert f"slip: REFUTED, {verdicts['slip'].reason}" in answer.out
    assert f"A law {bounds['visible'].to_numpy()[0]:.4f} away" in answer.out
    assert "negative part 0.314723, least value -1.1294: no density" in answer.out
    for ending in ("nc", "png", "svg"):
        assert (tmp_path / "new" / f"laws.{ending}").stat().st_size > 5000
        assert str(tmp_path / "new" / f"laws.{ending}") in answer.out


def test_a_wrong_law_is_refuted(monkeypatch):
    """Negative control: with the sampler of Q gone wrong, the laws that use it are REFUTED, and only those."""
    monkeypatch.setattr(
        montecarlo.law_checks.Remainder, "sample", lambda law, generator, n, m: 0.9 * generator.random((n, m))
    )
    refuted = [line.split(":")[0] for line in remarks(fit_laws(20_000), 0.95) if ": REFUTED, " in line]
    assert refuted == ["corollary1", "remainder", "slip"]


def test_few_draws_are_undecided(ticketsum, tmp_path):
    """A single draw says nothing, and says so; what is stored is no sweep, and `estimate` refuses it in one line."""
    answer = ticketsum("laws", "--samples", "1", "--out", tmp_path)
    assert answer.code == 0, answer.err
    assert answer.out.count("N = 1 are too few to be sure of seeing any deviation, draw more") == len(CHECKS)
    assert "would be REFUTED" not in answer.out
    assert "must have schema 1, got fits 1" in ticketsum("estimate", tmp_path / "laws.nc").one_line_error()


@pytest.fixture
def drawing_is_an_error(monkeypatch):
    def drawn(*arguments, **options):
        raise AssertionError("drawn")

    monkeypatch.setattr(montecarlo.law_checks, "draw_trials", drawn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--samples", "0"), "samples must be at least 1, got 0"),
        (("--samples=-5",), "samples must be at least 1, got -5"),
        (("--samples", "many"), '--samples: unable to convert "many" into int'),
        (("--samples", "100000000000"), "samples must be at most 1000000000, got 100000000000; lower it"),
        (("--level", "0"), "level must be strictly between 0 and 1, got 0.0"),
        (("--level", "95"), "level must be strictly between 0 and 1, got 95.0; 0.95 is usual"),
        (("--level", "nan"), "level must be strictly between 0 and 1, got nan"),
        (("--seed=-1",), "seed must be a whole number of at least 0, got -1"),
    ],
)
def test_bad_input_is_one_line(ticketsum, tmp_path, drawing_is_an_error, arguments, message):
    assert message in ticketsum("laws", *arguments, "--out", tmp_path / "new").one_line_error()
    assert not (tmp_path / "new").exists()


def test_unwritable_folder_is_noticed_before_the_draws(ticketsum, tmp_path, drawing_is_an_error):
    """Below a regular file, where even root cannot write. Control: with a good folder, the draws are reached."""
    (tmp_path / "file").write_text("kept")
    line = ticketsum("laws", "--out", tmp_path / "file" / "new").one_line_error()
    assert f"the output folder must be writable, got {tmp_path / 'file' / 'new'} (Not a directory)" in line
    assert (tmp_path / "file").read_text() == "kept"
    with pytest.raises(AssertionError, match="drawn"):
        ticketsum("laws", "--out", tmp_path / "new")


def test_help(ticketsum):
    answer = ticketsum("laws", "--help")
    assert answer.code == 0
    for option in ("--samples", "--seed", "--level", "--out"):
        assert option in answer.out
    assert "laws" in ticketsum("--help").out


def test_damaged_laws_have_to_go(tmp_path):
    """laws.nc that is cut short, and one of another kind: `reproduce`, which keeps what it finds, says to delete it."""
    from montecarlo import InputError
    from montecarlo.cli.laws import fitted

    save(fit_laws(10), tmp_path / "laws.nc")
    content = (tmp_path / "laws.nc").read_bytes()
    (tmp_path / "laws.nc").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"laws\.nc is not a readable .*; delete it and run the command again"):
        fitted(tmp_path / "laws.nc", 0)
    save(fit_laws(10).assign_attrs(schema="fits 0"), tmp_path / "laws.nc")
    with pytest.raises(InputError, match=r"must have schema fits 1, got fits 0; delete it and run the command again"):
        fitted(tmp_path / "laws.nc", 0)


def test_laws_of_the_seed_are_not_drawn_again(tmp_path, monkeypatch):
    """`reproduce` takes them from the file, and draws only for another seed."""
    save(fit_laws(10, seed=3), tmp_path / "laws.nc")
    drawn = []
    monkeypatch.setattr(
        "montecarlo.law_checks.fit_laws", lambda *, seed, progress: (drawn.append(seed), fit_laws(10, seed=seed))[1]
    )
    for seed in (3, 4):
        assert laws.fitted(tmp_path / "laws.nc", seed).attrs["seed"] == str(seed)
    assert drawn == [4]
