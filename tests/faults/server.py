"""A process that has imported and compiled everything, and forks a child for every command it is asked to run.

    python server.py FOLDER

Requests and answers are lines of JSON on stdin and stdout. A request has `arguments` of the command line, `err` (a file
for its stderr), and may have `folder`, `fault`, `at` and `trace` for the shim, or `after`: seconds from the start of
the command until `signal` (9 unless given) is sent to `whom`: "all" its processes, the "writer" alone, or one "worker".
With `limit` no file may grow beyond so many bytes; with `to_the_end` the interpreter of the child ends as it does after
any command, which takes a while; `broken`, one of `BREAKS`, makes the program wrong on purpose, for the negative
controls. The answer has the exit code (-9: killed by signal 9), the number of calls counted, the seconds it took, and
the session that its processes share.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
import traceback
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from montecarlo.cli import main
from montecarlo.sweeps import plan as plans

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


def copy_slowly():
    """The same, with a moment between the two halves: a kill falls into it."""

    def copy(source, target, **_):
        content = Path(source).read_bytes()
        with Path(target).open("wb", buffering=0) as file:
            file.write(content[: len(content) // 2])
            time.sleep(0.01)
            file.write(content[len(content) // 2 :])
        Path(source).unlink()

    os.replace = os.rename = copy
    Path.replace = Path.rename = copy


def believe_everything():
    """Every checksum of a block is the same, those of zip files are not looked at."""
    import zipfile

    from montecarlo.storage import blocks as store

    store.checksum = lambda _: "0" * 64
    zipfile.ZipExtFile._update_crc = lambda *_: None


def starve():
    """There is no memory for the third block and those after it."""
    from montecarlo.sweeps import run as sweeps

    simulate = sweeps.simulate

    def starved(plan, block):
        if block.first >= 2 * SMALL_BLOCK:
            raise MemoryError
        return simulate(plan, block)

    sweeps.simulate = starved


def turn_the_clock_back():
    """Every look at the clock shows an hour less than the one before."""
    from montecarlo.storage import dataset as datasets
    from montecarlo.storage import lock

    seconds = time.time

    def earlier():
        earlier.looks += 1
        return seconds() - 3600.0 * earlier.looks

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(seconds=seconds() - earlier())

    earlier.looks = 0
    time.time = earlier
    lock.datetime = datasets.datetime = Earlier


def trust_hdf5():
    """HDF5 writes to the disk itself, to a file that its writer has locked already."""
    import h5netcdf

    os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"

    from montecarlo.storage import dataset

    @contextmanager
    def created(path):
        with h5netcdf.File(path, "w", locking=False) as file:
            yield file

    dataset.created = created


BREAKS = {
    "copy": copy_instead_of_renaming,
    "slow copy": copy_slowly,
    "believe": believe_everything,
    "starve": starve,
    "clock": turn_the_clock_back,
    "hdf5": trust_hdf5,
}
"""`starve` and `clock` are no mistakes of the program: it has to get on with them."""


def shim():
    """The shim, where it is loaded."""
    return ctypes.CDLL(None) if "LD_PRELOAD" in os.environ else None


def prepare_child(request, library):
    """In the child: output to files, signals as in a fresh process, the fault armed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream, target in ((0, os.devnull), (1, os.devnull), (2, request["err"])):
        opened = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    os.environ.pop("LD_PRELOAD", None)  # the workers need none
    if "broken" in request:
        BREAKS[request["broken"]]()
    if "limit" in request:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["limit"],) * 2)
    if library:
        fault = FAULTS.index(request.get("fault", "count"))
        folder, trace = request.get("folder", "").encode(), request.get("trace", "").encode()
        library.faults_arm(folder, fault, ctypes.c_long(request.get("at", 0)), trace)


def begin_a_session():
    """Have the command itself begin it: then whoever waits for that knows that signals are answered."""
    from montecarlo.cli import app as module

    command = module.app

    def begun(*arguments, **options):
        os.setsid()
        return command(*arguments, **options)

    module.app = begun


def processes(session):
    """Number -> command line of the running processes of a session."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, owner = path.read_text().rpartition(")")[2].split()[:4]
            if int(owner) == session and state != "Z":
                found[int(path.parent.name)] = (path.parent / "cmdline").read_text()
        except OSError:  # it has ended
            continue
    return found


def send(request, child):
    """The signal, to whom it is to go; where it is a worker, as soon as there is one."""
    number, whom = request.get("signal", signal.SIGKILL), request.get("whom", "all")
    if whom == "all":  # the child is not waited for yet, so the number is still its own
        os.killpg(child, number)
    elif whom == "writer":
        os.kill(child, number)
    elif workers := [one for one, command in processes(child).items() if "popen_loky" in command]:
        os.kill(workers[0], number)


def over(child):
    """Whether the child has ended; it stays to be waited for."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def ended(child, request, library):
    """Wait for the child, and send it a signal on its way."""
    while os.getsid(child) != child and not over(child):  # it has not come to that yet
        time.sleep(0.0005)
    started = time.monotonic()
    if "after" in request:
        while time.monotonic() < started + request["after"] and not over(child):
            time.sleep(0.0005)
        send(request, child)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    calls = library.faults_count() if library else 0
    return {"code": code, "calls": calls, "seconds": time.monotonic() - started, "session": child}


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
    except KeyboardInterrupt:  # it was over
        code = 130
    except BaseException:  # as the interpreter does
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    assert hasattr(plans, "_LARGEST_BLOCK")
    plans._LARGEST_BLOCK = SMALL_BLOCK
    main(["sweep", "theorem3", "--n", "1:15", "--trials", "64", "--jobs", "1", "--out", sys.argv[1]])
    begin_a_session()
    print(json.dumps("ready"), flush=True)
    wanted = serve(shim())
    if wanted is not None:
        if "to_the_end" in wanted:
            main(wanted["arguments"])  # at the top level, so that the interpreter ends as it does after any command
        else:
            end_at_once(wanted["arguments"])
    else:
        os._exit(0)  # the end of the server itself takes seconds, too
