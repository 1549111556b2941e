"""Help is there, for every command, and costs nothing to import."""

import json
import subprocess
import sys

import pytest

COMMANDS = (
    *("reproduce", "sweep", "verify", "timings", "laws", "claims", "packing"),
    *("target", "prune", "check", "experiment1", "train-target", "experiment2"),
    *("estimate", "compare", "status", "consolidate", "plot", "show", "export"),
)
HEAVY = ("numba", "xarray", "matplotlib", "scipy", "pandas", "seaborn", "joblib", "h5py", "jinja2", "torch")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(ticketsum, command):
    """`ticketsum COMMAND --help` names the command and its options on stdout, exit code 0."""
    answer = ticketsum(command, "--help")
    assert answer.code == 0
    assert f"ticketsum {command}" in answer.out
    assert not answer.err


def test_help_lists_every_command(ticketsum):
    """`ticketsum --help` and bare `ticketsum` list all commands."""
    for arguments in (("--help",), ()):
        answer = ticketsum(*arguments)
        assert answer.code == 0
        assert all(command in answer.out for command in COMMANDS)


def test_a_command_is_in_the_file_of_its_name():
    """And in one group of the list; a control: there are other files, which are no commands."""
    from montecarlo.cli.app import _COMMANDS, app

    names = [name for members in _COMMANDS.values() for name in members]
    assert sorted(names) == sorted(COMMANDS)
    for name in names:
        assert app[name].default_command.__module__ == f"montecarlo.cli.{name.replace('-', '_')}"
        assert app[name].default_command.__name__ == name.replace("-", "_")


def test_defaults_are_shown(ticketsum):
    """Of options that are worked out from others, too; flags have none."""
    said = " ".join(ticketsum("sweep", "--help").out.replace("│", " ").split())
    assert "[default: 1:16]" in said
    assert "[default: 10,000]" in said
    assert "False" not in said


def test_version(ticketsum):
    """`ticketsum --version` is the version of the distribution."""
    from importlib.metadata import version

    answer = ticketsum("--version")
    assert answer.code == 0
    assert answer.out.strip() == version("ticketsum")


def loaded_after(code):
    """Which heavy libraries a fresh interpreter has loaded after running `code`."""
    script = f"{code}\nimport json, sys\nprint(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "code",
    [
        "import montecarlo, analysis, montecarlo.cli",
        *(
            f"from montecarlo.cli import main; main(['{command}', '--help'])"
            for command in ("reproduce", "sweep", "packing", "experiment2")
        ),
    ],
)
def test_help_loads_no_heavy_library(code):
    """Importing the packages and printing help load neither numba nor xarray nor anything else that takes a second."""
    assert loaded_after(code) == []


def test_the_check_of_libraries_can_fail():
    """Control: what does load scipy is noticed."""
    assert "scipy" in loaded_after("import scipy.special")


def test_module_and_script_are_one(ticketsum, ticketsum_process):
    """`python -m montecarlo claims` prints what the command prints, and exits with 0."""
    answer = ticketsum_process("claims")
    assert answer.code == 0
    assert not answer.err
    assert "".join(answer.out.split()) == "".join(ticketsum("claims").out.split())
