"""Pieces of Theorem 2 on disk: computed once, and only for what they were asked."""

import numpy as np
import pytest

from montecarlo import InputError
from montecarlo.packing import pieces
from montecarlo.packing.packings import construct_packing, count_fitting
from montecarlo.packing.pieces import Piece, kept, kept_fitting, kept_packing, open_pieces


@pytest.fixture
def held(tmp_path):
    return open_pieces(tmp_path)


def files(held):
    return sorted(path.name for path in (held.folder / "cells").iterdir())


def test_a_piece_is_computed_once(held):
    """Then it is read, to the bit; without a folder it is computed each time."""
    counted = []
    compute = lambda: counted.append(0) or [0.1, 2.0**-60]  # noqa: E731
    piece = Piece("kind", 2, "1/3", "{}")
    for _ in range(3):
        assert kept(held, piece, compute) == [0.1, 2.0**-60]
    assert len(counted) == 1
    kept(None, piece, compute)
    assert len(counted) == 2
    assert kept(open_pieces(held.folder), piece, compute) == [0.1, 2.0**-60]
    assert len(counted) == 2


def test_pieces_that_differ_in_anything_have_files_of_their_own(held):
    """Kind, d, epsilon, and all that was asked besides; names that a file system takes."""
    all_of = [Piece("kind", 2, "1/3", "{}"), Piece("other", 2, "1/3", "{}"), Piece("kind", 3, "1/3", "{}"),
              Piece("kind", 2, "1/4", "{}"), Piece("kind", 2, "1/3", '{"seed": 1}')]  # fmt: skip
    for k, piece in enumerate(all_of):
        kept(held, piece, lambda k=k: k)
    assert [kept(held, piece, lambda: None) for piece in all_of] == [0, 1, 2, 3, 4]
    assert len(Piece("kind", 2, "1" * 200, "{}").name) < 150
    assert not any("/" in piece.name for piece in all_of)


@pytest.mark.parametrize("change", [{"candidates": 60}, {"seed": 4}])
def test_a_packing_is_that_of_its_candidates_and_seed(held, change):
    """The first one stays; others are made as if there were none."""
    asked = {"candidates": 40, "seed": 3}
    for options in (asked, asked | change, asked):
        found = kept_packing(held, 2, "1/3", **options)
        np.testing.assert_array_equal(found.points, construct_packing(2, "1/3", **options).points)
    assert len(files(held)) == 2


@pytest.mark.parametrize("change", [{"candidates": 60}, {"seed": 4}, {"samples": 50}])
def test_a_saturation_is_of_all_that_was_asked(held, change):
    """Candidates, seed and samples: a file each."""
    asked = {"candidates": 40, "seed": 3, "samples": 200}
    for options in (asked, asked | change, asked):
        packing = construct_packing(2, "1/3", candidates=options["candidates"], seed=options["seed"])
        fitting = kept_fitting(
            held, packing, options["samples"], candidates=options["candidates"], seed=options["seed"]
        )
        assert fitting == count_fitting(packing, options["samples"], seed=options["seed"])
    assert len(files(held)) == 2


def test_pieces_of_other_numbers_are_refused(held, monkeypatch):
    """They are not mixed in."""
    monkeypatch.setattr(pieces, "NUMBERS", 2)
    with pytest.raises(InputError, match="holds numbers of packing version 1, this ticketsum computes version 2"):
        open_pieces(held.folder)
