"""Reading files that anybody may have sent: their kind, size and layout are known before their content is.

Run folders, targets and pruned networks are passed around. A file is read only if it is a regular one (a FIFO would
wait for ever) and no larger than it can be; an array only if its header agrees with the bytes that follow (one that
claims 10^6 x 10^6 entries would ask for terabytes); a netCDF file only if everything it claims to hold lies inside of
it. Everything here raises OSError or ValueError with a reason; callers add the rule and the remedy.
"""

import io
import json
import math
import os
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import h5py

MOST_JSON = 2**26
"""Bytes of a JSON file, unless its reader allows fewer."""
_INFLATES = 1032
"""Deflate makes at most so many bytes of one."""
_SMALL = 2**26
"""Bytes that a netCDF file may claim whatever its own size."""
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
        require_regular(path, os.fstat(descriptor))
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return content


def require_regular(path: Path, status: os.stat_result | None = None) -> int:
    """The size of a regular file in bytes; anything else, such as a FIFO, a device or a folder, is a ValueError."""
    status = status or path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a regular file")
    return status.st_size


def read_json(path: Path, most: int = MOST_JSON) -> dict[str, Any]:
    """The object in a JSON file."""
    try:
        found = json.loads(read_bytes(path, most))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it holds no JSON object")  # noqa: TRY004 - of a file's content
    return found


def read_arrays(path: Path, most: int, *, stored: bool = False) -> dict[str, NDArray[Any]]:
    """The arrays of an npz file that together take at most `most` bytes; nothing is unpickled.

    stored: refuse compressed ones, which ticketsum does not write.
    """
    with zipfile.ZipFile(io.BytesIO(read_bytes(path, most))) as packed:
        members = packed.infolist()
        if sum(member.file_size for member in members) > most:
            raise ValueError(f"its arrays take more than {most:,} bytes")
        if stored and any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its arrays are compressed")
        names = [member.filename.removesuffix(".npy") for member in members]
        if len(set(names)) < len(names):
            raise ValueError("two of its arrays have one name")
        return {name: _array(packed.read(member)) for name, member in zip(names, members, strict=True)}


def _array(content: bytes) -> NDArray[Any]:
    """The array of an npy file; its header is compared with the bytes that follow before anything is allocated."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"it has an array of npy version {version}")
    shape, _, dtype = _HEADERS[version](file)
    if dtype.hasobject:
        raise ValueError("it has an array of objects, which would be unpickled")
    if math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ValueError(f"it has an array of shape {shape} that does not fit its bytes")
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def require_plain_netcdf(path: Path, most: float) -> None:
    """Refuse a netCDF file that reaches outside of itself, or claims more than it can hold or than `most` bytes.

    External links, external storage and virtual datasets would read other files; types other than numbers and texts
    are none of ours; what is claimed and not there reads as zeros, gigabytes of them.
    """
    import h5py

    size = require_regular(path)
    with h5py.File(path, "r") as file:
        claimed = sum(map(_claimed, _datasets(file)))
    if claimed > most:
        raise ValueError(f"it claims to hold {claimed:,} bytes, more than fit into memory")
    if claimed > max(_SMALL, _INFLATES * size):
        raise ValueError(f"it claims to hold {claimed:,} bytes, more than {size:,} can be unpacked to")


def _datasets(file: "h5py.File") -> "list[h5py.Dataset]":
    """What lies at the top of a file, all of it datasets and their dimensions; links to elsewhere are refused."""
    import h5py

    found = []
    for name in file:
        if not isinstance(file.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"its {name!r} is a link")  # noqa: TRY004 - of a file's content
        value = file[name]
        if not isinstance(value, h5py.Dataset):
            raise ValueError(f"its {name!r} is no variable")  # noqa: TRY004 - of a file's content
        if value.is_virtual or value.external:
            raise ValueError(f"the values of its {name!r} lie in another file")
        found.append(value)
    return found


def _claimed(values: "h5py.Dataset") -> int:
    """Bytes of the values in memory; a text counts as its pointer."""
    import h5py

    plain = values.dtype.kind in "fiu" or h5py.check_string_dtype(values.dtype) is not None
    if not plain:
        raise ValueError(f"its {values.name!r} has values of type {values.dtype}")
    return math.prod(values.shape or ()) * values.dtype.itemsize
