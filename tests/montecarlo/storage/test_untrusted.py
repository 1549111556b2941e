"""Files that anybody may have sent: what is wrong with them is found before it is read."""

import json
import threading
import zipfile
from contextlib import nullcontext

import h5py
import hostile
import numpy as np
import pytest

from montecarlo import Theorem3, save, sweep
from montecarlo.storage.untrusted import read_arrays, read_bytes, read_json, require_plain_netcdf

MOST = 2**20


def test_a_plain_file_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert read_bytes(tmp_path / "a", 3) == b"abc"


def test_one_byte_too_many(tmp_path):
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(ValueError, match="larger than 3 bytes"):
        read_bytes(tmp_path / "a", 3)


def test_a_fifo_does_not_keep_us_waiting(tmp_path):
    """Nobody writes to it: a thread that opened it would still be there."""
    hostile.fifo(tmp_path / "a")
    failures = []

    def read():
        try:
            read_bytes(tmp_path / "a", MOST)
        except ValueError as error:
            failures.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(10.0)
    assert failures == ["it is not a regular file"]


@pytest.mark.parametrize("place", ["/dev/zero", "."])
def test_devices_and_folders_are_no_files(tmp_path, place):
    with pytest.raises((ValueError, IsADirectoryError), match=r"not a regular file|directory"):
        read_bytes(tmp_path / place, MOST)


def test_json_is_read(tmp_path):
    (tmp_path / "a").write_text('{"a": [1, 2.5, "b"]}')
    assert read_json(tmp_path / "a") == {"a": [1, 2.5, "b"]}


@pytest.mark.parametrize("text", ["[1]", "1", '"a"', "null"])
def test_json_that_is_no_object(tmp_path, text):
    (tmp_path / "a").write_text(text)
    with pytest.raises(ValueError, match="holds no JSON object"):
        read_json(tmp_path / "a")


@pytest.mark.parametrize("text", ["", "{", '{"a": ' + "9" * 5000 + "}", "\xff"])
def test_json_that_cannot_be_parsed(tmp_path, text):
    (tmp_path / "a").write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"Expecting|Exceeds the limit|decode"):
        read_json(tmp_path / "a")


def test_deep_json(tmp_path):
    with pytest.raises(ValueError, match="nested too deeply"):
        read_json(hostile.deep(tmp_path / "a"))


def test_long_json(tmp_path):
    (tmp_path / "a").write_text(json.dumps({"a": "x" * 1000}))
    with pytest.raises(ValueError, match="larger than 1,000 bytes"):
        read_json(tmp_path / "a", 1000)


@pytest.mark.parametrize("pack", [np.savez, np.savez_compressed])
def test_arrays_come_back_as_they_were(tmp_path, pack):
    arrays = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": np.asfortranarray(np.eye(3)),
        "c": np.empty((0, 4)),
        "d": np.int8(3),
    }
    pack(tmp_path / "a.npz", **arrays)
    found = read_arrays(tmp_path / "a.npz", MOST)
    assert list(found) == list(arrays)
    assert all(np.array_equal(found[name], arrays[name]) and found[name].dtype == arrays[name].dtype for name in arrays)


def test_compressed_arrays_where_none_are_expected(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", a=np.eye(3))
    with pytest.raises(ValueError, match="compressed"):
        read_arrays(tmp_path / "a.npz", MOST, stored=True)


def test_arrays_larger_than_allowed(tmp_path):
    """The file is small enough; what it inflates to is not."""
    path = hostile.bomb(tmp_path / "a.npz", megabytes=2)
    assert path.stat().st_size < MOST
    with pytest.raises(ValueError, match=r"its arrays take more than 1,048,576 bytes"):
        read_arrays(path, MOST)


def test_arrays_that_are_together_larger_than_allowed(tmp_path):
    """Each of the two is small enough."""
    half = np.zeros(int(0.6 * MOST), np.uint8)
    np.savez_compressed(tmp_path / "a.npz", a=half, b=half)
    with pytest.raises(ValueError, match=r"its arrays take more than 1,048,576 bytes"):
        read_arrays(tmp_path / "a.npz", MOST)


def test_a_header_that_claims_terabytes(tmp_path):
    with pytest.raises(ValueError, match=r"of shape \(1000000, 1000000\) that does not fit its bytes"):
        read_arrays(hostile.huge_header(tmp_path / "a.npz"), MOST)


def test_a_header_that_claims_less_than_there_is(tmp_path):
    path = hostile.npz(tmp_path / "a.npz", {"a": hostile.npy((1,), content=bytes(16))})
    with pytest.raises(ValueError, match="does not fit its bytes"):
        read_arrays(path, MOST)


def test_objects_are_not_unpickled(tmp_path):
    with pytest.raises(ValueError, match="array of objects"):
        read_arrays(hostile.objects(tmp_path / "a.npz"), MOST)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as packed:
        for _ in range(2):
            packed.writestr("a.npy", hostile.npy((1,), content=bytes(8)))
    with pytest.raises(ValueError, match="have one name"):
        read_arrays(tmp_path / "a.npz", MOST)


def test_our_own_netcdf_is_plain(tmp_path):
    path = tmp_path / "a.nc"
    save(sweep(Theorem3(), n=3, trials=20), path)
    require_plain_netcdf(path, 1e9)
    with pytest.raises(ValueError, match="more than fit into memory"):
        require_plain_netcdf(path, 20 * 3 * 8 - 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (hostile.linked, "its 'critical_epsilon' is a link"),
        (hostile.virtual, "the values of its 'critical_epsilon' lie in another file"),
        (hostile.external, "the values of its 'critical_epsilon' lie in another file"),
    ],
)
def test_netcdf_that_reaches_outside(tmp_path, make, message):
    with pytest.raises(ValueError, match=message):
        require_plain_netcdf(make(tmp_path / "a.nc", tmp_path / "secret"), 1e12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (hostile.claims_much, "claims to hold 160,000,000,000 bytes, more than .* can be unpacked to"),
        (hostile.referring, "has values of type"),
        (hostile.grouped, "is no variable"),
        (hostile.fifo, "not a regular file"),
    ],
)
def test_netcdf_that_is_not_what_it_claims(tmp_path, make, message):
    with pytest.raises(ValueError, match=message):
        require_plain_netcdf(make(tmp_path / "a.nc"), 1e12)


@pytest.mark.parametrize(("numbers", "refused"), [(2**23, False), (2**23 + 1, True)])
def test_a_small_netcdf_may_claim_64_mib(tmp_path, numbers, refused):
    """Whatever its own size; beyond, no more than deflate makes of that."""
    with h5py.File(tmp_path / "a.nc", "w") as file:
        file.create_dataset("critical_epsilon", (numbers,), "<f8", chunks=(1024,))
    assert 1032 * (tmp_path / "a.nc").stat().st_size < 2**26
    with pytest.raises(ValueError, match="can be unpacked to") if refused else nullcontext():
        require_plain_netcdf(tmp_path / "a.nc", 1e12)
