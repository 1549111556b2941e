"""What stands around a command: other packages of our names, links, read-only folders, readers that go away."""

import errno
import os
import shlex
import subprocess
import sys
import time

import pytest

from montecarlo import cli

CONSOLE = "import sys; from montecarlo.cli import main; sys.exit(main())"


@pytest.mark.parametrize("name", ["analysis.py", pytest.param("analysis/__init__.py", marks=pytest.mark.slow)])
def test_a_users_own_analysis_is_not_ours(ticketsum_process, tmp_path, name):
    """Python looks into the working directory first, and we beside our own package."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("raise SystemError('not this one')")
    answer = ticketsum_process("estimate", "RUN")
    assert answer.one_line_error().startswith("ticketsum: a run must ") or "RUN" in answer.err


def test_another_analysis_in_the_process_is_named(tmp_path):
    """It is left as it is, and one line says where it comes from."""
    (tmp_path / "analysis.py").write_text("")
    code = "import analysis\ntry: import montecarlo.cli\nexcept ImportError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"ticketsum needs its own package analysis, which {tmp_path / 'analysis.py'} shadows; rename that\n"
    )


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("sweep", "theorem3", "--out", ""), "--out"),
        (("prune", "target.npz", "--out="), "--out"),
        (("reproduce", "--out", ""), "--out"),
        (("plot", "RUN", "--out", ""), "--out"),
        (("export", "RUN", "--csv", ""), "--csv"),
        (("plot", ""), "an argument"),
    ],
    ids=" ".join,
)
def test_an_empty_word_is_refused(ticketsum, words, name):
    """It would be the working directory; a variable of a script that is not set."""
    line = ticketsum(*words).one_line_error()
    assert line == f"ticketsum: {name} must not be empty, got ''; give a value or leave it out"


def test_words_that_end_in_an_equals_sign_are_values_otherwise(ticketsum, tmp_path):
    """--set weight= is answered by what reads it."""
    line = ticketsum("sweep", "single_sample", "--set", "weight=", "--out", tmp_path / "RUN").one_line_error()
    assert "must not be empty" not in line


def test_a_link_to_a_folder_stays_a_link(ticketsum, tmp_path, made):
    """Tables and figures go to where --out leads; runs and estimates are in test_planted_files.py."""
    (tmp_path / "real-comparison").mkdir()
    (tmp_path / "comparison").symlink_to(tmp_path / "real-comparison", target_is_directory=True)
    assert ticketsum("compare", made, "--epsilon", "0.3", "--out", tmp_path / "comparison").code == 0
    assert (tmp_path / "comparison").is_symlink()
    assert (tmp_path / "real-comparison" / "scaling.png").is_file()
    assert (tmp_path / "real-comparison" / "constants.csv").is_file()


def refusing(number):
    """A `save` that the system refuses, as `durable.replacing` tells it."""
    from montecarlo.errors import InputError

    def save(_, path):
        raise InputError(f"{path} must be writable") from OSError(number, os.strerror(number), str(path))

    return save


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_the_estimate_of_a_read_only_run_is_printed(ticketsum, finished, monkeypatch, number):
    """And stderr says that it was not stored; what was asked for is there, so that it is no failure."""
    stored = ticketsum("estimate", finished)
    monkeypatch.setattr("montecarlo.storage.dataset.save", refusing(number))
    answer = ticketsum("estimate", finished)
    assert answer.code == 0
    assert answer.out == stored.out[: stored.out.index("Stored in")]
    assert answer.err == f"Not stored: [Errno {number}] {os.strerror(number)}: '{finished / 'estimates.nc'}'\n"


def test_the_estimate_on_a_full_disk_is_printed_and_fails(ticketsum, finished, monkeypatch):
    """Somebody meant it to be stored."""
    monkeypatch.setattr("montecarlo.storage.dataset.save", refusing(errno.ENOSPC))
    answer = ticketsum("estimate", finished)
    assert "n*" in answer.out
    assert "must be writable" in answer.one_line_error()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="setpriv, /dev/full")
@pytest.mark.parametrize(("ending", "code"), [(">&-", 0), ("| true; exit ${PIPESTATUS[0]}", 1), (">/dev/full", 2)])
def test_nobody_reads_our_output(ending, code):
    """Closed, a reader that has gone, a full disk: no traceback."""
    command = shlex.join([sys.executable, "-c", CONSOLE, "claims", "theorem3"])
    done = subprocess.run(
        ["bash", "-c", f"{command} {ending}"], check=False, capture_output=True, text=True, timeout=300
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == code, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sessions of /proc")
def test_progress_that_nobody_reads_leaves_no_process(tmp_path, sweep_command):
    """Two workers, and stdout and stderr that are closed by their reader: all processes end, and blocks are kept."""
    words = [word if word != "1" else "2" for word in sweep_command]
    command = shlex.join([sys.executable, "-c", CONSOLE, *words, "--out", str(tmp_path / "RUN")])
    shell = subprocess.Popen(
        ["bash", "-c", f"{command} 2>&1 | head -c 1"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert shell.communicate(timeout=300)[0] == "T"
    command = ["ps", "-o", "pid=", "-s", str(shell.pid)]
    deadline = time.monotonic() + 60.0
    while subprocess.run(command, check=False, capture_output=True, text=True).stdout:
        assert time.monotonic() < deadline, "processes are left"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_notebooks_backend_is_no_matter(finished):
    """MPLBACKEND of a kernel, not installed here, and a matplotlibrc that wants TeX: a figure is drawn."""
    (finished / "matplotlibrc").write_text("text.usetex: True\nsavefig.bbox: tight\n")
    odd = os.environ | {"MPLBACKEND": "nonsense", "MATPLOTLIBRC": str(finished)}
    command = [
        sys.executable,
        "-c",
        CONSOLE,
        "compare",
        str(finished),
        "--epsilon",
        "0.3",
        "--out",
        str(finished / "C"),
    ]
    done = subprocess.run(command, check=False, env=odd, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert (finished / "C" / "scaling.png").is_file()


def test_the_package_has_its_own_analysis():
    """The one beside it."""
    import analysis

    assert cli.analysis is analysis


CLOSED = ["<&- >&- 2>&-", ">&-", ">&- 2>&-"]
OPENED = """
import os, sys
from montecarlo.cli import app
app._open_closed_streams()
assert all(os.get_inheritable(number) and os.fstat(number) for number in range(3))
assert sys.stdin.readable() and sys.stdout.writable() and sys.stderr.writable()
"""


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_standard_streams_are_opened(closed):
    """Closed by whoever starts us: there is a stream for each, and no other file gets their descriptors."""
    answer = subprocess.run(["sh", "-c", f'"$0" -c "$1" {closed}', sys.executable, OPENED], check=False)
    assert answer.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("closed", CLOSED)
def test_two_jobs_without_standard_streams(tmp_path, closed):
    """Closed by whoever starts us: workers start, and the run is stored."""
    command = f'"$0" -m montecarlo sweep theorem3 --n 1:2 --trials 5000 --jobs 2 --out run {closed}'
    answer = subprocess.run(
        ["sh", "-c", command, sys.executable], cwd=tmp_path, check=False, stderr=subprocess.PIPE, text=True
    )
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "run" / "raw.nc").exists()
