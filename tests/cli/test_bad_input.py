"""Bad input: exactly one line on stderr, exit code 2, no traceback, and nothing already computed is lost."""

import resource

import pytest

SWEEP = ("sweep", "theorem3")

REFUSED_SWEEPS = {
    ("--n", "0"): "n must be a whole number of at least 1, got 0",
    ("--n=-3",): "n must be a whole number of at least 1, got -3",
    ("--n", "5:1"): "n must rise, got '5:1'; write 1:5",
    ("--n", "1:1000000000"): "must be at most 100000, got 1000000000",
    ("--n", "100000"): "lower n, or take certified brackets",
    ("--n", "abc"): "n must look like 20, 1:20, 4:20:2 or 5,10,20, got 'abc'",
    ("--n", ""): "--n must not be empty, got ''",
    ("--n", "1:8:0"): "n must look like",
    ("--n", "1:2:3:4"): "n must look like",
    ("--n", "2.5"): "n must look like",
    ("--n", "1,,3"): "n must look like",
    ("--trials", "0"): "trials must be a whole number of at least 1, got 0",
    ("--trials", "abc"): '--trials: unable to convert "abc" into int',
    ("--trials=-5",): "trials must be a whole number of at least 1, got -5",
    ("--seed=-1",): "seed must be a whole number of at least 0, got -1",
    ("--jobs", "0"): "jobs must be a whole number of at least 1, got 0",
    ("--jobs", "two"): '--jobs: unable to convert "two" into int',
    ("--relative-tolerance", "0.01"): "needs a resolution above 0; set resolution=0.005",
    ("--relative-tolerance", "1.5"): "relative_tolerance must be in [0, 1), got 1.5",
    ("--relative-tolerance", "nan"): "relative_tolerance must be in [0, 1), got nan",
    ("--resolution", "inf"): "resolution must be 0 or more and finite, got inf",
    ("--resolution=-1",): "resolution must be 0 or more and finite, got -1.0",
    ("--foo", "3"): "Unknown option: --foo",
}


@pytest.mark.parametrize("options", REFUSED_SWEEPS)
def test_refused_sweep(ticketsum, tmp_path, options):
    """Each broken rule of a sweep is named with the value, and no run is left behind."""
    first = () if options[0].startswith("--n") else ("--n", "1:4")
    answer = ticketsum(*SWEEP, *first, *options, "--out", tmp_path / "run")
    assert REFUSED_SWEEPS[options] in answer.one_line_error()
    assert not (tmp_path / "run" / "raw.nc").exists()


def test_exact_sweep_that_does_not_fit_is_refused_before_it_starts(ticketsum, tmp_path):
    """n = 1:40 exact: the memory it would need, what there is, and the remedy, before anything is written."""
    line = ticketsum(*SWEEP, "--n", "1:40", "--out", tmp_path / "run").one_line_error()
    assert "n up to 40 needs about 1 TiB a worker" in line
    assert "lower n, or take certified brackets: relative_tolerance=0.01, resolution=0.005" in line
    assert not (tmp_path / "run").exists()


def test_sweep_that_would_take_forever_is_refused(ticketsum, tmp_path):
    """10^10 trials of n = 1:28: the years it would take, and the remedy."""
    line = ticketsum(*SWEEP, "--n", "1:28", "--trials", 10**10, "--out", tmp_path / "run").one_line_error()
    assert "years; lower n or trials" in line


def test_sweep_whose_result_does_not_fit_is_refused(ticketsum_process, tmp_path):
    """10^10 trials of n = 1:2, 150 GiB of numbers: refused at once, not begun until memory runs out."""

    def limited():
        resource.setrlimit(resource.RLIMIT_CPU, (12, 12))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))

    options = ("--n", "1:2", "--trials", 10**10, "--out", tmp_path / "run", "--jobs", "1")
    assert "trials" in ticketsum_process(*SWEEP, *options, before=limited).one_line_error()


REFUSED_ESTIMATES = {
    ("--epsilon", "0"): "epsilon must be finite and above 0, got 0.0",
    ("--epsilon=-1",): "epsilon must be finite and above 0, got -1.0",
    ("--epsilon", "-1"): "epsilon must be finite and above 0, got -1.0",
    ("--epsilon", "nan"): "epsilon must be finite and above 0, got nan",
    ("--epsilon", "0.1,inf"): "epsilon must be finite and above 0, got inf",
    ("--epsilon", "small"): "epsilon must be numbers separated by commas, like 0.1,0.01, got 'small'",
    ("--epsilon", ""): "--epsilon must not be empty, got ''",
    ("--epsilon", "0.1,,0.2"): "epsilon must be numbers separated by commas",
    ("--delta", "2"): "delta must be strictly between 0 and 1, got 2.0",
    ("--delta", "0"): "delta must be strictly between 0 and 1, got 0.0",
    ("--delta", "nan"): "delta must be strictly between 0 and 1, got nan",
    ("--level", "95"): "level must be strictly between 0 and 1, got 95.0; 0.95 is usual",
    ("--level", "high"): '--level: unable to convert "high" into float',
}


@pytest.mark.parametrize("options", REFUSED_ESTIMATES)
def test_refused_estimate(ticketsum, made, files, options):
    """Each broken rule of an estimate is named with the value, and the run is as it was."""
    before = files(made)
    assert REFUSED_ESTIMATES[options] in ticketsum("estimate", made, *options).one_line_error()
    assert files(made) == before


@pytest.mark.parametrize("command", ["estimate", "plot"])
def test_missing_run(ticketsum, tmp_path, command):
    """A folder or file that is not there, or holds no finished run: what must be there and how to get it."""
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "nowhere", tmp_path / "empty", tmp_path / "nothing.nc"):
        line = ticketsum(command, path).one_line_error()
        assert f"a finished run must hold raw.nc, got {path}; run or finish `ticketsum sweep" in line


def test_unknown_names_suggest_the_nearest(ticketsum):
    """Claim, option, command, scale: named, with a suggestion or the choices."""
    assert "got 'teorem3'; did you mean theorem3?" in ticketsum("sweep", "teorem3").one_line_error()
    assert (
        "choose one of single_sample, single_link, theorem3, corollary2, lemma1, lemma2, lemma3, theorem1, "
        "pruned_network, tiny_neuron, subset_sum" in ticketsum("sweep", "zzz").one_line_error()
    )
    assert "Unknown option: --trails. Did you mean --trials?" in ticketsum(*SWEEP, "--trails", "3").one_line_error()
    assert 'Unknown command "frob". Available commands: reproduce, sweep' in ticketsum("frob").one_line_error()
    assert 'Invalid value "huge" for --scale' in ticketsum("reproduce", "--scale", "huge").one_line_error()
    assert "--claim requires an argument" in ticketsum("sweep").one_line_error()


@pytest.mark.parametrize(
    "command", [("sweep", "theorem3", "--n", "1:3", "--trials", "5"), ("reproduce", "--jobs", "1")]
)
def test_unwritable_folder(ticketsum, tmp_path, command):
    """A folder below a regular file, where even root cannot write: named, with the remedy."""
    (tmp_path / "file").write_text("kept")
    line = ticketsum(*command, "--out", tmp_path / "file" / "run").one_line_error()
    assert f"the output folder must be writable, got {tmp_path / 'file' / 'run'}" in line
    assert "choose another with --out" in line
    assert (tmp_path / "file").read_text() == "kept"


def test_unwritable_folder_of_pictures(ticketsum, made, tmp_path):
    """`plot` into a folder that cannot be made is bad input as well."""
    (tmp_path / "file").write_text("kept")
    line = ticketsum("plot", made, "--out", tmp_path / "file" / "figures").one_line_error()
    assert str(tmp_path / "file") in line


def changed(command, option, value):
    """`command` with `option` set to `value`."""
    values = dict(zip(command[2::2], command[3::2], strict=True)) | {option: value}
    return (*command[:2], *(word for pair in values.items() for word in pair))


@pytest.mark.parametrize(
    "change",
    [
        ("--seed", "1", "its seed is 0, not 1"),
        ("--resolution", "0.1", "its resolution is 0.0, not 0.1"),
    ],
)
def test_folder_that_holds_another_sweep(ticketsum, finished, files, sweep_command, change):
    """Refused with what differs and the remedy; every file stays as it is."""
    option, value, difference = change
    before = files(finished)
    line = ticketsum(*changed(sweep_command, option, value), "--out", finished).one_line_error()
    assert f"{finished} holds another sweep: {difference}; choose another folder with --out" in line
    assert files(finished) == before
