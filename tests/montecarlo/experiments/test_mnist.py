"""MNIST as it is read: the original files, and one line for anything else."""

import gzip
import shutil

import numpy as np
import pytest

from montecarlo.errors import InputError
from montecarlo.experiments import package_data as shipped
from montecarlo.experiments.mnist import digits

NAMES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@pytest.fixture
def copied(tmp_path):
    """The test part, copied."""
    for name in NAMES:
        shutil.copy(shipped.shipped(f"mnist/{name}.gz"), tmp_path)
    return tmp_path


def test_parts_have_their_sizes_and_values():
    for part, count in (("train", 60_000), ("test", 10_000)):
        found = digits(part)
        assert found.images.shape == (count, 784)
        assert found.labels.shape == (count,)
        assert (found.images.min(), found.images.max()) == (0.0, 1.0)
        assert np.array_equal(np.unique(found.labels), np.arange(10))
    assert digits("test").labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_bytes_are_read_row_by_row(copied):
    content = gzip.decompress((copied / f"{NAMES[0]}.gz").read_bytes())
    image, row, column = 123, 14, 15
    value = content[16 + image * 784 + row * 28 + column]
    assert value > 0
    assert digits("test", copied).images[image, row * 28 + column] == value / 255.0


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_byte_is_refused(copied, name):
    path = copied / f"{name}.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(gzip.compress(bytes(content), 1))
    with pytest.raises(InputError, match=rf"{name}\.gz must have the MD5 [0-9a-f]{{32}} when unpacked, got .*; copy"):
        digits("test", copied)


@pytest.mark.parametrize("content", [b"", b"no gzip", None])
def test_damaged_files_are_refused(copied, content):
    path = copied / f"{NAMES[0]}.gz"
    path.write_bytes(path.read_bytes()[:1000] if content is None else content)
    with pytest.raises(InputError, match=r"must (be a file of MNIST, and cannot be read|have the MD5)") as refused:
        digits("test", copied)
    assert "\n" not in str(refused.value)


def test_absent_files_are_named(copied, monkeypatch):
    (copied / f"{NAMES[1]}.gz").unlink()
    with pytest.raises(InputError, match=f"{NAMES[1]}.gz must be a file of MNIST, and is not there"):
        digits("test", copied)
    monkeypatch.setattr(shipped, "_CHECKOUT", copied)
    monkeypatch.setattr(shipped, "files", lambda name: None)
    with pytest.raises(InputError, match=r"mnist/t10k-images-idx3-ubyte\.gz must come with ticketsum, and is not"):
        digits("test")


def test_installed_files_are_found_by_pips_record(copied, monkeypatch):
    """Wherever pip put them: its record has their paths."""

    class Recorded:
        def __init__(self, path):
            self.path = path

        def as_posix(self):
            return f"../../../share/ticketsum/mnist/{self.path.name}"

        def locate(self):
            return self.path

    monkeypatch.setattr(shipped, "_CHECKOUT", copied)
    monkeypatch.setattr(shipped, "files", lambda name: [Recorded(path) for path in copied.iterdir()])
    assert shipped.shipped(f"mnist/{NAMES[0]}.gz") == copied / f"{NAMES[0]}.gz"
