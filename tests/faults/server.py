"""A process that has imported and compiled everything, and forks a child for every command it is asked to run.

    python server.py FOLDER [BREAK]

Requests and answers are lines of JSON on stdin and stdout. A request has `arguments` of the command line, `err` (a file
for its stderr), and may have `folder`, `fault`, `at` and `trace` for the shim, or `kill_after`: seconds until the
child's whole session is killed; with `to_the_end` the interpreter of the child ends as it does after any command,
which takes a while. The answer has the exit code (-9: killed by signal 9) and the number of calls counted.
BREAK makes the program wrong on purpose, for the negative controls.
"""

import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path

from montecarlo import plans
from montecarlo.cli import main

SMALL_BLOCK = 64
FAULTS = ("count", "kill", "torn", "full", "broken", "broken once", "read-only", "short")
"""As in shim.c."""


def copy_instead_of_renaming():
    """Files come to their place in parts: a kill leaves half of one under its final name."""

    def copy(source, target, **_):
        Path(target).write_bytes(Path(source).read_bytes())
        Path(source).unlink()

    os.replace = os.rename = copy
    Path.replace = Path.rename = copy


def believe_everything():
    """Every checksum is the same, those of zip files are not looked at."""
    import hashlib
    import zipfile

    class Same:
        def __init__(self, *_, **__): ...
        def update(self, _): ...
        def hexdigest(self):
            return "0" * 64

    hashlib.sha256 = Same
    zipfile.ZipExtFile._update_crc = lambda *_: None


def never_flush():
    """Nothing is flushed to disk before it is renamed."""
    os.fsync = lambda _: None


def hide_nothing():
    """Errors of the system come out as they are."""
    from montecarlo.cli import app

    def escape(message):
        raise RuntimeError(message)

    app._fail = escape


BREAKS = {
    "copy": copy_instead_of_renaming,
    "believe": believe_everything,
    "flush": never_flush,
    "escape": hide_nothing,
}


def shim():
    """The shim, where it is loaded."""
    return ctypes.CDLL(None) if "LD_PRELOAD" in os.environ else None


def prepare_child(request, library):
    """In the child: output to files, signals as in a fresh process, the fault armed."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream, target in ((0, os.devnull), (1, os.devnull), (2, request["err"])):
        opened = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    os.environ.pop("LD_PRELOAD", None)  # the workers need none
    if library:
        fault = FAULTS.index(request.get("fault", "count"))
        folder, trace = request.get("folder", "").encode(), request.get("trace", "").encode()
        library.faults_arm(folder, fault, ctypes.c_long(request.get("at", 0)), trace)


def ended(child, request, library):
    """Wait for the child, or kill its session."""
    if "kill_after" in request:
        while os.getsid(child) != child:  # it has not come to that yet
            time.sleep(0.001)
        deadline = time.monotonic() + request["kill_after"]
        while time.monotonic() < deadline and not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            time.sleep(0.001)
        os.killpg(child, signal.SIGKILL)  # it is not waited for yet, so the number is still its own
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": code, "calls": library.faults_count() if library else 0}


def serve(library):
    """Answer requests; a child comes back with its request."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            prepare_child(request, library)
            return request
        print(json.dumps(ended(child, request, library)), flush=True)
    return None


def end_at_once(arguments):
    """Run a command and leave: the end of an interpreter as large as this one takes longer than the command."""
    code = 1
    try:
        main(arguments)
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    assert hasattr(plans, "_LARGEST_BLOCK")
    plans._LARGEST_BLOCK = SMALL_BLOCK
    if len(sys.argv) > 2:
        BREAKS[sys.argv[2]]()
    main(["sweep", "theorem3", "--n", "1:15", "--trials", "64", "--jobs", "1", "--out", sys.argv[1]])
    print(json.dumps("ready"), flush=True)
    wanted = serve(shim())
    if wanted is not None:
        if "to_the_end" in wanted:
            main(wanted["arguments"])  # at the top level, so that the interpreter ends as it does after any command
        else:
            end_at_once(wanted["arguments"])
