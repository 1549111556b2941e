"""MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0): images and labels from the four original files, checked by MD5.

IDX format, big-endian: two zero bytes, the type (8: unsigned bytes), the number of dimensions, each size in 32 bits,
the values.
"""

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .package_data import shipped

PIXELS, CLASSES = 784, 10
Part = Literal["train", "test"]

_FILES: dict[Part, tuple[str, str]] = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class Digits(NamedTuple):
    """images: (count, 784), grey values / 255, 0 to 1, float64; labels: (count,), 0 to 9."""

    images: NDArray[np.float64]
    labels: NDArray[np.int64]


def digits(part: Part, folder: Path | None = None) -> Digits:
    """60,000 images to train with, or 10,000 to test with. folder: where the gzip files are; ours unless given.

    A file that is absent, or whose content has another MD5 than the original's, is an InputError.
    """
    images, labels = (_idx(_unpacked(name, folder)) for name in _FILES[part])
    return Digits(images.reshape(len(images), PIXELS) / 255.0, labels.astype(np.int64))


def _unpacked(name: str, folder: Path | None) -> bytes:
    path = shipped(f"mnist/{name}.gz") if folder is None else folder / f"{name}.gz"
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path} must be a file of MNIST, and is not there; copy it there") from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} must be a file of MNIST, and cannot be read ({error}); copy it again") from error
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != _MD5[name]:
        raise InputError(f"{path} must have the MD5 {_MD5[name]} when unpacked, got {found}; copy it again")
    return content


def _idx(content: bytes) -> NDArray[np.uint8]:
    """The array of an IDX file whose values are unsigned bytes."""
    sizes = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * sizes.size).reshape(sizes)
