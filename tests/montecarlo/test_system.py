"""What this machine lets a process have: memory and cores of its control groups, wherever they stand, and of ulimit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from montecarlo.system import _left_by_ulimit, cores, memory_limit, size_text

GIB = 2**30
V2 = "0::/user.slice/job.scope\n"
V1 = "5:cpu,cpuacct:/batch/job\n4:memory:/batch/job\n1:name=systemd:/init\n0::/init\n"
MEMORY = {
    "v2": (V2, {"user.slice/job.scope/memory.max": "1000000\n", "user.slice/memory.max": "max\n"}),
    "v2, above": (V2, {"user.slice/job.scope/memory.max": "max\n", "user.slice/memory.max": "1000000\n"}),
    "v2, two": (V2, {"user.slice/job.scope/memory.max": "2000000\n", "user.slice/memory.max": "1000000\n"}),
    "v2, top": ("0::/\n", {"memory.max": "1000000\n"}),
    "v2, high": (V2, {"user.slice/job.scope/memory.high": "1000000\n", "user.slice/memory.max": "2000000\n"}),
    "v2, host's path": ("0::/docker/0123\n", {"memory.max": "1000000\n"}),
    "v2, outside": ("0::/../other\n", {"memory.max": "1000000\n", "other/memory.max": "5\n"}),
    "v1": (V1, {"memory/batch/job/memory.limit_in_bytes": "1000000\n"}),
    "v1, above": (V1, {"memory/batch/memory.limit_in_bytes": "1000000\n", "memory/init/memory.limit_in_bytes": "5\n"}),
    "v1, none at the top": (
        V1,
        {"memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/batch/memory.limit_in_bytes": "1000000\n"},
    ),
}
CORES = {
    "v2": (V2, {"user.slice/job.scope/cpu.max": "100000 100000\n"}),
    "v2, above": (V2, {"user.slice/cpu.max": "50000 100000\n", "user.slice/job.scope/cpu.max": "max 100000\n"}),
    "v1": (V1, {"cpu/batch/job/cpu.cfs_quota_us": "20000\n", "cpu/batch/job/cpu.cfs_period_us": "20000\n"}),
}


def system(root, groups, files):
    """A root folder with these control groups of this process."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize("case", MEMORY)
def test_memory_is_the_least_limit_of_all_groups(tmp_path, case):
    """Of the process's own group and of those around it, by either version; 80% of it is planned with."""
    assert memory_limit(system(tmp_path, *MEMORY[case])) == 800_000.0


@pytest.mark.parametrize("files", [{}, {"memory.max": "max\n", "user.slice/memory.max": "nonsense\n"}])
def test_without_limits_memory_is_that_of_the_machine(tmp_path, files):
    """80% of the physical memory; no control groups at all is the same."""
    physical = 0.8 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory_limit(system(tmp_path / "some", V2, files)) == physical
    assert memory_limit(tmp_path / "none") == physical


@pytest.mark.parametrize("case", CORES)
def test_a_quota_of_one_core_is_one(tmp_path, monkeypatch, case):
    """Of any group; half a core counts as one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert cores(system(tmp_path, *CORES[case])) == 1


def test_only_groups_of_the_controller_count(tmp_path, monkeypatch):
    """The process's cpuset group has a name that is another process's cpu group."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    tight = {"cpu/other/cpu.cfs_quota_us": "100000\n", "cpu/other/cpu.cfs_period_us": "100000\n"}
    assert cores(system(tmp_path, "4:cpuset:/other\n3:cpu,cpuacct:/own\n", tight)) == 8


@pytest.mark.parametrize(("quota", "most"), [("150000 100000", 2), ("400000 100000", 4), ("1600000 100000", 8)])
def test_a_quota_is_rounded_up_and_raises_nothing(tmp_path, monkeypatch, quota, most):
    """Eight cores by the machine and its affinity."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert cores(system(tmp_path, V2, {"user.slice/cpu.max": f"{quota}\n"})) == most


def test_no_quota_leaves_all_cores(tmp_path, monkeypatch):
    """Version 1 says -1, version 2 max."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    none = {
        "cpu/batch/job/cpu.cfs_quota_us": "-1\n",
        "cpu/batch/job/cpu.cfs_period_us": "100000\n",
        "cpu.max": "max 1\n",
    }
    assert cores(system(tmp_path, V1, none)) == 8


ASKED = """
import resource, sys
from montecarlo.system import memory_limit
kind = getattr(resource, sys.argv[1])
resource.setrlimit(kind, (2**31, resource.getrlimit(kind)[1]))
print(memory_limit())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("kind", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_ulimit_counts_what_is_taken_already(kind):
    """Of 2 GiB of address space, Python itself has some: less than half of it, and more than nothing."""
    done = subprocess.run([sys.executable, "-c", ASKED, kind], capture_output=True, text=True, check=True)
    assert 0.8 * GIB < float(done.stdout) < 0.8 * 2 * GIB - 2**20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_each_ulimit_counts_what_it_limits(monkeypatch):
    """`ulimit -v` the whole address space, files and libraries too; `ulimit -d` the data alone."""
    import resource

    limits = {resource.RLIMIT_AS: 2**40, resource.RLIMIT_DATA: 2**39}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], limits[kind]))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    size, data = (1024 * int(status[name].split()[0]) for name in ("VmSize", "VmData"))
    assert size > data + 2**25
    assert list(_left_by_ulimit()) == pytest.approx([2**40 - size, 2**39 - data], abs=2**24)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no affinity elsewhere")
def test_affinity_is_one_core_for_one():
    """A process that may run on one core alone starts one worker."""
    one = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
    code = f"{one}; import montecarlo.system; print(montecarlo.system.cores())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.parametrize(("count", "text"), [(1000, "1e+03 bytes"), (1536, "1.5 KiB"), (3 * 2**30, "3 GiB")])
def test_sizes_for_people(count, text):
    """Three digits and a binary unit."""
    assert size_text(count) == f"about {text}"
