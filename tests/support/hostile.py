"""What an archive from elsewhere may hold: files that are none, that claim too much, or that reach outside.

`python tests/support/hostile.py FOLDER` leaves one of each kind in FOLDER, to try commands on by hand.
"""

import io
import json
import os
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np


def npy(shape, dtype="<f8", content=b""):
    """An npy file whose header claims `shape`."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + content


def npz(path, members, compression=zipfile.ZIP_STORED):
    """A zip file of (name, bytes)."""
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(f"{name}.npy", content)
    return path


def huge_header(path, name="W1"):
    """An array of 10^6 x 10^6 in 100 bytes."""
    return npz(path, {name: npy((10**6, 10**6))})


def bomb(path, megabytes=64, name="W1"):
    """Zeros that deflate packs a thousand times smaller."""
    size = megabytes * 2**17
    return npz(path, {name: npy((size,), content=bytes(8 * size))}, zipfile.ZIP_DEFLATED)


def objects(path, name="W1"):
    """An array of pickled objects."""
    file = io.BytesIO()
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    return npz(path, {name: file.getvalue()})


def deep(path, levels=100_000):
    """JSON nested so deeply that a parser by recursion gives up."""
    path.write_text("[" * levels + "]" * levels)
    return path


def fifo(path):
    """A FIFO that nobody writes to: whoever opens it as a file waits for ever."""
    os.mkfifo(path)
    return path


def claims_much(path, shape=(1, 1, 10, 2 * 10**9)):
    """A netCDF file of some KB that claims gigabytes, none of which is there."""
    with h5py.File(path, "w") as file:
        file.create_dataset("critical_epsilon", shape, "<f8", chunks=(1, 1, 10, 1024))
    return path


def linked(path, elsewhere):
    """A netCDF file with an external link to a file that exists."""
    with h5py.File(elsewhere, "w") as file:
        file["secret"] = np.arange(3.0)
    with h5py.File(path, "w") as file:
        file["critical_epsilon"] = h5py.ExternalLink(str(elsewhere), "/secret")
    return path


def virtual(path, elsewhere):
    """A netCDF file whose values lie in another."""
    with h5py.File(elsewhere, "w") as file:
        file["secret"] = np.arange(3.0)
    layout = h5py.VirtualLayout((3,), "<f8")
    layout[:] = h5py.VirtualSource(str(elsewhere), "secret", (3,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("critical_epsilon", layout)
    return path


def external(path, elsewhere):
    """A netCDF file whose values are the bytes of any other file."""
    Path(elsewhere).write_bytes(b"a secret, 24 bytes long.")
    with h5py.File(path, "w") as file:
        file.create_dataset("critical_epsilon", (3,), "<f8", external=[(str(elsewhere), 0, 24)])
    return path


def referring(path):
    """A netCDF file with values of a type that is neither number nor text."""
    with h5py.File(path, "w") as file:
        file.create_dataset("critical_epsilon", (1,), h5py.ref_dtype)
    return path


def grouped(path):
    """A netCDF file with a group in place of a variable."""
    with h5py.File(path, "w") as file:
        file.create_group("critical_epsilon")
    return path


def main(folder):
    """One of each."""
    folder.mkdir(parents=True)
    for make in (huge_header, bomb, objects):
        make(folder / f"{make.__name__}.npz")
    deep(folder / "run.json")
    fifo(folder / "fifo.npz")
    for make in (claims_much, referring, grouped):
        make(folder / f"{make.__name__}.nc")
    for make in (linked, virtual, external):
        make(folder / f"{make.__name__}.nc", folder / f"{make.__name__}-elsewhere")
    (folder / "long.json").write_text(json.dumps({"label": "x" * 10**5}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
