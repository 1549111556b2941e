"""The check of a stored network: what was written is sound, and anything changed in it is found."""

import json
import shutil

import numpy as np
import pytest

from montecarlo import InputError, check, load, load_pruned, prune, random_target, save
from montecarlo.networks import check as checking
from montecarlo.networks import files as storage
from montecarlo.networks.masks import unpack
from montecarlo.networks.summaries import SCHEMA, summarized
from montecarlo.networks.wide import Blocks

N = 6
"""12 neurons in a block: 4 bits of every mask's second byte are padding."""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A stored network of two layers, with misses, that no test changes."""
    folder = tmp_path_factory.mktemp("networks") / "DIR"
    prune(random_target("gaussian", (3, 4, 2), 1), n=N, seed=2, epsilon=0.01, out=folder)
    return folder


@pytest.fixture(scope="module")
def written_small(tmp_path_factory):
    """The same of one or two blocks a layer."""
    folder = tmp_path_factory.mktemp("networks") / "DIR"
    prune(random_target("gaussian", (2, 2, 1), 1), n=N, seed=2, epsilon=0.01, out=folder)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """A copy of it to damage."""
    return shutil.copytree(written, tmp_path / "DIR")


def resealed(folder, **changes):
    """The header made to fit the files as they are: only what they say can give them away."""
    path = folder / "network.json"
    header = json.loads(path.read_text()) | changes
    if "files" not in changes:
        header["files"] = {name: storage.file_checksum(folder / name) for name in header["files"]}
    path.write_text(json.dumps(header | {"checksum": storage.header_checksum(header)}))


def changed(folder, name, change):
    """An array file rewritten."""
    array = np.load(folder / name)
    change(array)
    np.save(folder / name, array)


def flipped(folder, name, bit):
    """One bit of an array file's data."""

    def flip(array):
        array.reshape(-1).view(np.uint8)[bit // 8] ^= np.uint8(1 << bit % 8)

    changed(folder, name, flip)


def test_what_was_written_is_sound(written):
    """And its numbers are those of the network in memory."""
    found = check(written)
    assert found.sound
    assert found.faults == ()
    again = load_pruned(written)
    one = prune(random_target("gaussian", (3, 4, 2), 1), n=N, seed=2, epsilon=0.01)
    assert again.missed == one.missed == found.dataset["missed"].sum() > 0
    assert (again.wide, again.objective, again.epsilon) == (one.wide, one.objective, one.epsilon)
    for a, b in zip(again.layers, one.layers, strict=True):
        for x, y in zip((*a.pair, *a[1:]), (*b.pair, *b[1:]), strict=True):
            np.testing.assert_array_equal(x, y)
    for name in ("missed", "largest_error", "mean_error", "kept", "neurons", "layer", "side"):
        assert found.dataset[name].attrs.keys() == {"long_name", "units"}


@pytest.mark.parametrize("name", ["masks-1.npy", "masks-2.npy", "neurons-1.npy", "neurons-2.npy"])
def test_any_flipped_bit_of_a_mask_is_found(written_small, tmp_path, name):
    """Every bit of every mask, padding too: by the checksum, and by what the masks add up to where that is mended."""
    folder = shutil.copytree(written_small, tmp_path / "DIR")
    bits = 8 * np.load(folder / name).size
    for bit in range(bits):
        flipped(folder, name, bit)
        faults = checking._checked_layer(storage.open_stored(folder), int(name[-5]), lambda count: None)[1]
        assert any(fault.startswith(f"layer {name[-5]}: 1 ") for fault in faults), (bit, faults)
        if bit == 0:
            assert set(faults) <= set(check(folder).faults)
            assert f"{name}: not as it was written (checksum differs)" in check(folder).faults
            resealed(folder)
            assert set(faults) <= set(check(folder).faults)
        shutil.copy(written_small / name, folder / name)
    resealed(folder)
    assert check(folder).sound


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("u-1.npy", "1 weights of the wide network's u not those of the seed, first in block 0"),
        ("v-2.npy", "1 weights of the wide network's v not those of the seed, first in block 0"),
        ("positive-1.npy", "1 masks that do not add up to the stored P, first at w[0, 0]"),
        ("negative-2.npy", "1 masks that do not add up to the stored N, first at w[0, 0]"),
    ],
)
def test_other_numbers_that_were_changed(folder, name, message):
    """In their last digit, with checksums mended: named, with the layer and the place."""
    flipped(folder, name, 0)
    assert f"{name}: not as it was written (checksum differs)" in check(folder).faults
    resealed(folder)
    assert f"layer {name[-5]}: {message}" in check(folder).faults


def test_weights_of_another_law(folder):
    """Outside [-1, 1]."""
    changed(folder, "v-1.npy", lambda v: v.__setitem__((1, 0, 3), -1.5))
    resealed(folder)
    assert "layer 1: 1 weights of the wide network's v outside [-1, 1], first in block 1" in check(folder).faults


def test_a_target_that_was_changed(folder):
    """Its errors are others, which the summary says, or it is no target at all."""
    changed(folder, "target-1.npy", lambda w: w.__setitem__((0, 0), w[0, 0] / 2.0))
    resealed(folder)
    assert any("mean_error is not what has been counted" in fault for fault in check(folder).faults)
    for bad, message in ((np.nan, "W1 of the target must be finite"), (2.0, "|w| <= 1")):
        changed(folder, "target-1.npy", lambda w, bad=bad: w.__setitem__((0, 0), bad))
        resealed(folder)
        assert any(message in fault for fault in check(folder).faults)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epsilon": 0.3}, "layer 1: missed by side must be "),
        ({"missed": [[0, 0], [0, 0]]}, "layer 1: missed by side must be [0, 0], got "),
        ({"kept": [[1, 1], [1, 1]]}, "layer 2: kept by side must be [1, 1], got "),
        ({"seed": 3}, "layer 1: 36 weights of the wide network's u not those of the seed, first in block 0"),
        ({"n": 7}, "layer 1: cannot be read, v-1.npy has shape (3, 4, 12) of <f8, not (3, 4, 14) of <f8"),
        ({"widths": [3, 4]}, "v-2.npy: not among the files of this network"),
        ({"widths": [4, 3, 2]}, "layer 1: cannot be read, u-1.npy has shape"),
    ],
)
def test_a_header_that_says_something_else(folder, changes, message):
    """With its checksum mended."""
    if changes.get("n") == 7:
        np.save(folder / "u-1.npy", np.zeros((3, 14)))
    resealed(folder, **changes)
    if changes.get("widths") == [3, 4]:
        header = json.loads((folder / "network.json").read_text())
        resealed(folder, missed=header["missed"][:1], kept=header["kept"][:1])
    assert any(fault.startswith(message) for fault in check(folder).faults), check(folder).faults


@pytest.mark.parametrize(
    "changes",
    [
        {"epsilon": -1.0},
        {"epsilon": "small"},
        {"objective": "most"},
        {"widths": []},
        {"widths": [3, 4, 0]},
        {"widths": 3},
        {"n": 0},
        {"n": 1000},
        {"n": 2.5},
        {"seed": -1},
        {"missed": [[0, 0]]},
        {"kept": 5},
        {"files": "u-1.npy"},
        {"files": ["u-1.npy"]},
        {"missed": [["a", "b"], [0, 0]]},
    ],
)
def test_a_header_that_makes_no_sense_is_refused(folder, changes):
    """In one line, even where its checksum is right."""
    resealed(folder, **changes)
    for read in (check, load_pruned):
        with pytest.raises(InputError, match=r"network.json must be as it was written"):
            read(folder)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "pickled", "other type", "text"])
@pytest.mark.parametrize("name", ["v-1.npy", "masks-2.npy", "positive-1.npy", "summary.nc"])
def test_files_that_are_no_such_arrays(folder, name, damage):
    """Missing, cut short, pickled, of another type or shape: a fault in a line, never an error of its own."""
    path = folder / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "pickled":
        with path.open("wb") as file:
            np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif damage == "other type":
        with path.open("wb") as file:
            np.save(file, np.zeros((3, 4), np.float32))
    else:
        path.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "text": b"no array" * 50}[damage])
    if damage != "missing":
        resealed(folder)
    found = check(folder)
    assert not found.sound
    assert all("\n" not in fault for fault in found.faults)
    assert (found.dataset is None) == (name != "summary.nc")
    if name in {"masks-2.npy", "positive-1.npy"}:
        with pytest.raises(InputError, match="ticketsum check"):
            load_pruned(folder)


def test_any_changed_byte_of_any_file_is_found(written, folder):
    """Of every file two bytes: a fault, or for the header a refusal."""
    rng = np.random.default_rng(0)
    for path in sorted(written.iterdir()):
        content = path.read_bytes()
        for place in rng.integers(0, len(content), 2):
            damaged = bytearray(content)
            damaged[place] ^= 1 << rng.integers(8)
            (folder / path.name).write_bytes(damaged)
            if path.name == "network.json":
                with pytest.raises(InputError, match=r"network\.json must be"):
                    check(folder)
            else:
                assert not check(folder).sound
        (folder / path.name).write_bytes(content)
    assert check(folder).sound


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b"\xff", b"null", b'{"format": 1}', b'{"format": "pruned network 2"}']
)
def test_folders_that_hold_no_network_are_refused(tmp_path, content):
    """In one line."""
    if content is not None:
        (tmp_path / "network.json").write_bytes(content)
    with pytest.raises(InputError, match=r"network\.json(, got| must be)") as error:
        check(tmp_path)
    assert "\n" not in str(error.value)


def test_a_sum_that_rational_numbers_contradict(written, monkeypatch):
    """Control of the sample added up in fractions: a kernel that loses the lowest digit."""
    right = checking.sums_of_masks

    def broken(*arguments):
        found = right(*arguments)
        return found._replace(sums=np.where(found.sums == 0.0, 0.0, np.nextafter(found.sums, 2.0)))

    monkeypatch.setattr(checking, "sums_of_masks", broken)
    monkeypatch.setattr(checking, "_SAMPLED", 1)
    assert any("sums that rational numbers contradict" in fault for fault in check(written).faults)


def test_a_store_that_fails_leaves_nothing(tmp_path, monkeypatch):
    """Neither a folder nor its half; and what a killed process left is no hindrance."""
    target = random_target("gaussian", (3, 2))
    (tmp_path / f".DIR.{'0' * 16}.ticketsum.tmp").mkdir()
    (tmp_path / f".DIR.{'0' * 16}.ticketsum.tmp" / "half").write_text("")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "save", full)
        with pytest.raises(OSError, match="No space left"):
            prune(target, n=3, out=tmp_path / "DIR")
    assert not any(tmp_path.iterdir())
    prune(target, n=3, out=tmp_path / "DIR")
    assert check(tmp_path / "DIR").sound
    with pytest.raises(InputError, match="a pruned network needs a new folder, got"):
        prune(target, n=3, out=tmp_path / "DIR")
    assert [path.name for path in tmp_path.iterdir()] == ["DIR"]


def test_layers_are_checked_in_portions(written, monkeypatch):
    """The same answer block by block, and progress that ends at all weights."""
    whole = check(written)
    monkeypatch.setattr(storage, "_PIECE_VALUES", 1)
    seen = []
    found = check(written, progress=lambda *state: seen.append(state))
    assert found.sound
    assert found.dataset.equals(whole.dataset)
    assert seen == [(4, 20), (8, 20), (12, 20), (14, 20), (16, 20), (18, 20), (20, 20)]


def test_the_check_knows_the_masks_it_may_see(written):
    """Its own rule for which neurons serve, against the pruning's."""
    found = load_pruned(written)
    for k, layer in enumerate(found.layers, 1):
        blocks: Blocks = found.wide.layer(k)
        serving = checking._serving_neurons(blocks.u, k == 1)
        np.testing.assert_array_equal(serving, unpack(layer.neurons, 2 * N))
        assert serving.all() == (k == 1)


def resealed_with_summary(folder, **changes):
    """Header and summary.nc both say something else, and all checksums fit."""
    attributes = {name: np.nan if value is None else value for name, value in changes.items()}
    dataset = load(folder / storage.SUMMARY, SCHEMA)
    save(dataset.assign_attrs(attributes), folder / storage.SUMMARY)
    resealed(folder, **changes)


def stored(folder, objective, epsilon):
    """A network whose masks are found for this objective."""
    prune(random_target("gaussian", (3, 4, 2), 1), n=12, seed=2, epsilon=epsilon, objective=objective, out=folder)
    return folder


@pytest.mark.parametrize("changes", [{"epsilon": 0.0101}, {"objective": "error"}, {"objective": "fewest"}], ids=str)
def test_a_header_that_was_changed_alone_contradicts_the_summary(tmp_path, changes):
    """No miss is made or unmade by them, and the checksums are mended: summary.nc still says what was asked for."""
    stored(tmp_path / "DIR", "within", 0.01)
    resealed(tmp_path / "DIR", **changes)
    (name, value), was = next(iter(changes.items())), {"epsilon": 0.01, "objective": "within"}
    faults = check(tmp_path / "DIR").faults
    assert f"summary.nc: {name} is {was[name]}, not {value} as in the header" in faults


@pytest.mark.parametrize(
    ("objective", "claimed", "fault"),
    [
        ("within", "error", "sums that one entry more or less brings nearer"),
        ("fewest", "error", "sums that one entry more or less brings nearer"),
        ("within", "fewest", "sums within epsilon with one entry fewer"),
        ("error", "fewest", "sums within epsilon with one entry fewer"),
    ],
)
def test_an_objective_that_the_masks_do_not_keep(tmp_path, objective, claimed, fault):
    """The summary changed as well: masks that were not made for an objective fall short of it by a single entry."""
    stored(tmp_path / "DIR", objective, 0.05)
    assert check(tmp_path / "DIR").sound
    resealed_with_summary(tmp_path / "DIR", objective=claimed)
    assert any(fault in line for line in check(tmp_path / "DIR").faults)


@pytest.mark.parametrize(
    ("objective", "epsilon", "word"),
    [("error", None, "comes nearer"), ("within", 0.05, "that is missed"), ("fewest", 0.05, "fewer entries")],
)
def test_what_is_not_verified_is_said(tmp_path, objective, epsilon, word):
    """The solver's word, what was asked for, and the provenance are not among what SOUND stands for."""
    found = check(stored(tmp_path / "DIR", objective, epsilon))
    assert found.sound
    assert word in found.unverified[0]
    assert [line.split(":")[0] for line in found.unverified[1:]] == [
        "that objective and epsilon are those that were asked for",
        "the provenance",
    ]


def test_missed_sums_must_be_the_nearest(folder):
    """With epsilon: a miss keeps the nearest subset, so an entry taken from its mask is found by that alone."""
    dataset = check(folder).dataset
    assert dataset["missed"].sum() > 0
    part = storage.open_stored(folder)
    masks, positive, negative = (np.array(part.array(name, 1)) for name in ("masks", "positive", "negative"))
    missed = np.argwhere(np.abs(positive - part.array("target", 1)) > 0.01)
    i, j = next((i, j) for i, j in missed if masks[j, i].any())
    u, v = part.array("u", 1), part.array("v", 1)
    k = next(k for k in range(2 * N) if unpack(masks[j, i], 2 * N)[k] and u[j, k] > 0.0)
    masks[j, i, k // 8] ^= np.uint8(1 << k % 8)
    total = checking.exact_sum(u[j], v[j, i], masks[j, i], 0)
    positive[i, j] = float(total)
    np.save(folder / "masks-1.npy", masks)
    np.save(folder / "positive-1.npy", positive)
    resealed(folder)
    faults = check(folder).faults
    assert f"layer 1: 1 sums that one entry more or less brings nearer, first at w[{i}, {j}]" in faults
    assert negative.shape == positive.shape


@pytest.mark.parametrize("n", [1, 3, 4, 5, 63, 64, 65, 200])
def test_masks_of_any_number_of_bits_are_sound(tmp_path, n):
    """Just below, at and above whole bytes and words, and the most neurons there may be; the last bit is looked at."""
    prune([[[0.5, -0.25]], [[1.0]]], n=n, seed=3, epsilon=0.5, out=tmp_path / "DIR")
    assert check(tmp_path / "DIR").faults == ()
    flipped(tmp_path / "DIR", "neurons-1.npy", 2 * n - 1)
    resealed(tmp_path / "DIR")
    assert not check(tmp_path / "DIR").sound


def test_more_neurons_than_there_may_be_are_refused(folder):
    """n = 200 is the most; 201 makes no sense to any reader."""
    resealed(folder, n=201)
    with pytest.raises(InputError, match=r"network.json must be as it was written"):
        check(folder)


def test_nothing_is_summarized_of_negative_inputs_behind_a_relu():
    """They have no error there, not one of 0."""
    summary = summarized(prune([[[0.5]], [[0.25]]], n=4))
    for name in ("largest_error", "mean_error"):
        assert np.isnan(summary[name]).to_numpy().tolist() == [[False, False], [False, True]]


def test_an_epsilon_of_0_is_one(tmp_path):
    """All sums miss, and the network is read like any other."""
    found = prune([[[0.5, -0.25]]], n=4, epsilon=0.0, out=tmp_path / "DIR")
    assert found.missed == 4
    assert check(tmp_path / "DIR").sound


def test_within_without_an_epsilon_is_refused(folder):
    """A header that asks for sums within nothing."""
    resealed(folder, epsilon=None)
    with pytest.raises(InputError, match=r"network.json must be as it was written"):
        check(folder)
