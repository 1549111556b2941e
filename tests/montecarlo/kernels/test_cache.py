"""Kernels are compiled once: their machine code is found again on disk, and many processes may write it at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

import montecarlo
from montecarlo.kernels import _jit

WORK = {
    "light": "nearest.sum_of_mask(np.array([0.5, 0.25]), np.uint64(3)), nearest.sum_of_mask",
    "heavy": "montecarlo.covering_radius(np.linspace(-1.0, 0.9, 14)).tolist(), exact.exact_errors_of_trials",
}
"""An answer, and the kernel that it comes from."""
PROGRAM = """
import json, sys, time
from pathlib import Path
import numpy as np
import montecarlo
from montecarlo.kernels.covering import exact
from montecarlo.kernels.nearest import pairs as nearest
Path(sys.argv[1]).touch()
while not Path(sys.argv[2]).exists():
    time.sleep(0.001)
answer, kernel = {work}
print(json.dumps([answer, sum(kernel.stats.cache_misses.values())]))
"""
"""A process that gets ready, waits for the others, and then calls its first kernel."""


def ask_together(folder, work, processes):
    """[answer, cache misses] of so many processes that start to work at the same moment."""
    go = folder / "go"
    go.unlink(missing_ok=True)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    ready = [folder / f"ready{k}" for k in range(processes)]
    running = []
    for file in ready:
        file.unlink(missing_ok=True)
        command = [sys.executable, "-W", "error", "-c", PROGRAM.format(work=work), str(file), str(go)]
        running.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    while not all(file.exists() for file in ready) and all(process.poll() is None for process in running):
        pass
    go.touch()
    answers = []
    for process in running:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert err == ""
        answers.append(json.loads(out))
    return answers


@pytest.mark.parametrize(("kind", "processes"), [("light", 2), pytest.param("heavy", 3, marks=pytest.mark.slow)])
def test_many_processes_share_an_empty_cache(tmp_path, kind, processes):
    """Processes that compile at once all answer; one more finds machine code on disk and answers the same."""
    answers = ask_together(tmp_path, WORK[kind], processes)
    assert max(misses for _, misses in answers) == 1  # the cache was empty
    ((later, misses),) = ask_together(tmp_path, WORK[kind], 1)
    assert misses == 0
    assert all(answer == later for answer, _ in answers)
    here = 0.75 if kind == "light" else montecarlo.covering_radius(np.linspace(-1.0, 0.9, 14)).tolist()
    assert later == here


LIGHT = """
import os
import numpy as np
{first}
from montecarlo.kernels import _jit
from montecarlo.kernels.nearest import pairs as nearest
print(nearest.sum_of_mask(np.array([0.5, 0.25]), np.uint64(3)), sum(nearest.sum_of_mask.stats.cache_misses.values()))
print(_jit.cache_folder(), os.environ.get("TICKETSUM_TEMPORARY_KERNELS"))
"""


def answered(first="", **variables):
    """The lines that a fresh process prints whose first kernel meets such circumstances; it says nothing on stderr."""
    unset = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "TICKETSUM_TEMPORARY_KERNELS")
    environment = {name: value for name, value in os.environ.items() if name not in unset} | variables
    command = [sys.executable, "-W", "error", "-c", LIGHT.format(first=first)]
    ended = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=300)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


@pytest.fixture
def no_choice(monkeypatch, tmp_path):
    """A function that chooses the cache folder anew, without variables; temporary files go to tmp_path/tmp."""
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "TICKETSUM_TEMPORARY_KERNELS"):
        monkeypatch.setenv(name, "")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return _jit.cache_folder.__wrapped__


@pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows have other variables")
def test_the_users_own_choice_comes_first(no_choice, monkeypatch, tmp_path):
    """NUMBA_CACHE_DIR, then XDG_CACHE_HOME, then ~/.cache; what cannot be written to is passed over."""
    name = f"ticketsum-kernels-{_jit.source_fingerprint()}"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert no_choice() == tmp_path / "home" / ".cache" / name
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert no_choice() == tmp_path / "xdg" / name
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    assert no_choice() == tmp_path / "numba" / name
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert no_choice() == tmp_path / "xdg" / name


def no_home(*_):
    raise RuntimeError("Could not determine home directory.")


def test_without_a_home_a_temporary_folder_is_handed_down(no_choice, monkeypatch, tmp_path):
    """The second choice, as in a worker, is the folder of the first; another package's folder is not taken."""
    monkeypatch.setattr(Path, "expanduser", no_home)
    folder = no_choice()
    assert folder.parent == tmp_path / "tmp"
    assert os.environ["TICKETSUM_TEMPORARY_KERNELS"] == str(folder)
    assert no_choice() == folder
    other = tmp_path / "tmp" / "ticketsum-kernels-0123456789abcdef-x"
    other.mkdir()
    monkeypatch.setenv("TICKETSUM_TEMPORARY_KERNELS", str(other))
    assert no_choice() not in {folder, other}


def test_a_temporary_folder_belongs_to_the_process_that_made_it(tmp_path):
    """It is removed when that process ends, not when a fork of it does."""
    _jit._remove(str(tmp_path), os.getpid() + 1)
    assert tmp_path.is_dir()
    _jit._remove(str(tmp_path), os.getpid())
    assert not tmp_path.exists()


WORKERS = """
from montecarlo.workers import unordered
def cached(item): from montecarlo.kernels import _jit; return str(_jit.cache_folder())
if __name__ == "__main__":
    from montecarlo.kernels import _jit; here = str(_jit.cache_folder())
    print(*{*unordered(cached, range(4), 2), here})
"""


def test_workers_share_a_temporary_cache_that_goes_with_the_command(tmp_path):
    """One folder for a process and its workers; nothing is left of it."""
    out = answered(WORKERS, HOME="/dev/null", TMPDIR=str(tmp_path))
    assert out[0].startswith(f"{tmp_path}/ticketsum-kernels-")
    assert out == [out[0], "0.75 1", f"{out[0]} {out[0]}"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="/dev/null is no folder")
def test_kernels_without_any_folder_are_compiled():
    """Neither a cache nor a temporary folder: answers all the same, nothing written."""
    nowhere = "import tempfile; tempfile.tempdir = '/dev/null'"
    assert answered(nowhere, HOME="/dev/null") == ["0.75 1", "None None"]


def doubled(value):
    return 2.0 * value


@pytest.fixture
def misses(monkeypatch, tmp_path):
    """A function that compiles `doubled` as a fresh process does, cached in tmp_path, and counts cache misses."""

    def compiled_anew():
        fresh = _jit.kernel(doubled)
        assert fresh(0.375) == 0.75
        return sum(fresh.stats.cache_misses.values())

    monkeypatch.setattr(_jit, "cache_folder", lambda: tmp_path)
    return compiled_anew


def test_machine_code_lies_in_the_folder_that_was_chosen(misses, tmp_path):
    """The second process finds it there; Numba's own setting is as it was."""
    before = numba.config.CACHE_DIR
    assert [misses(), misses()] == [1, 0]
    assert sorted(path.suffix for path in tmp_path.rglob("*.nb?")) == [".nbc", ".nbi"]
    assert before == numba.config.CACHE_DIR


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes")
def test_a_full_disk_costs_the_cache_alone(misses, tmp_path):
    """Where machine code cannot be written (here: files of 1000 bytes at most), kernels answer; no rests are left."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        assert [misses(), misses()] == [1, 1]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.rglob("*.nbc*")) == []


def test_a_folder_that_goes_away_costs_the_cache_alone(misses, tmp_path):
    """Between its choice and the first kernel; nothing is cached beside the sources, where edits go unseen."""
    tmp_path.rmdir()
    tmp_path.touch()
    before = set(Path(__file__).parent.rglob("*.nb?"))
    assert misses() == 1
    assert set(Path(__file__).parent.rglob("*.nb?")) == before


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("rest", [0, 20, 300])
def test_damaged_machine_code_is_replaced(misses, tmp_path, kind, rest):
    """A file cut short by a crash is compiled anew, once."""
    assert misses() == 1
    for path in tmp_path.rglob(f"*.{kind}"):
        path.write_bytes(path.read_bytes()[:rest])
    assert [misses(), misses()] == [1, 0]
