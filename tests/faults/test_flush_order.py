"""In the log of a command's calls: content is flushed before its name is, and the name before anybody goes on."""

import re
from pathlib import Path

import pytest

BESIDE = re.compile(r"(.*/)\.(.+)\.[0-9a-f]{16}\.ticketsum\.tmp")


def logged(server, tmp_path, *command):
    """(call, path) of everything that a command did below `tmp_path`, in order."""
    log = server.folder / "log"
    log.unlink(missing_ok=True)
    ended = server(*command, folder=str(tmp_path), trace=str(log))
    assert ended.code == 0, ended.err
    return [tuple(line.split("\t")) for line in log.read_text().splitlines()]


def unflushed(calls):
    """What is wrong with the order of calls, and how many files and folders came to their place."""
    wrong, renamed = [], 0
    for at, (call, target) in enumerate(calls):
        tried = ("mkdir", target) in calls[:at]  # whether a folder can be written to, by a file without a name
        if call == "open" and not (tried or BESIDE.match(target) or target.endswith(".ticketsum.lock")):
            wrong.append(f"{target} is written to in its place")
        if call != "rename":
            continue
        renamed += 1
        folder = str(Path(target).parent)
        beside = next(path for _, path in calls[at::-1] if (m := BESIDE.fullmatch(path)) and m[1] + m[2] == target)
        inside = sorted({path for _, path in calls[:at] if path.startswith(f"{beside}/")})
        for path in inside or [beside]:
            touched = [call for call, named in calls[:at] if named == path]
            if touched[-1] != "sync" or not {"write", "rename"} & {*touched}:
                wrong.append(f"{path} is renamed before it is flushed")
        if inside and calls[at - 1] != ("sync", beside):
            wrong.append(f"{beside} is renamed before its names are flushed")
        if calls[at + 1 : at + 2] != [("sync", folder)]:
            wrong.append(f"{folder} is not flushed after {target} has come to it")
    return wrong, renamed


COMMANDS = {
    ("sweep", "theorem3", "--n", "1:6", "--trials", "300", "--jobs", "1", "--out", "RUN"): 8,
    ("sweep", "theorem3", "--n", "1:6", "--trials", "400", "--jobs", "1", "--out", "RUN"): 4,
    ("estimate", "RUN"): 1,
    ("export", "RUN"): 1,
    ("target", "--widths", "3,2", "--out", "T.npz"): 1,
    ("prune", "T.npz", "--n", "5", "--jobs", "1", "--out", "P"): 2,
}
"""How many files and folders come to their place; the second sweep adds two blocks to the first."""


def test_everything_is_flushed_before_it_is_named(server, tmp_path):
    """Blocks, run.json, raw.nc, estimates, exports, targets, pruned networks: each of them, each time."""
    place = tmp_path.resolve()
    for command, files in COMMANDS.items():
        given = [str(place / word) if re.fullmatch("RUN|T.npz|P", word) else word for word in command]
        wrong, renamed = unflushed(logged(server, place, *given))
        drawn = [line for line in wrong if ".png" not in line and ".svg" not in line]
        assert drawn == [], command
        assert renamed == files, command


SAFE = [("open", "/d/.f.0123456789abcdef.ticketsum.tmp"), ("write", "/d/.f.0123456789abcdef.ticketsum.tmp"),
        ("sync", "/d/.f.0123456789abcdef.ticketsum.tmp"), ("rename", "/d/f"), ("sync", "/d")]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1, 3, 4), (0, 1, 2, 3), (0, 2, 1, 3, 4), (0, 1, 3, 2, 4), (0, 1, 4, 2, 3)])
def test_a_flush_that_is_missing_or_late_is_seen(order):
    """Negative control: without the file's, without the folder's, and each at the wrong time."""
    assert unflushed(SAFE) == ([], 1)
    assert unflushed([SAFE[k] for k in order])[0] != []
