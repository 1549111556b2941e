"""The same numbers, to the bit, however NumPy and Numba are set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_answers import answers

from montecarlo.kernels import _jit, bits

PROGRAM = Path(__file__).parents[1] / "support" / "small_answers.py"


@pytest.fixture(scope="module")
def plain():
    """All answers with floating-point errors raised, as a user's np.seterr(all="raise") does."""
    with np.errstate(all="raise"):
        return json.loads(json.dumps(answers()))


@pytest.fixture(scope="module")
def interpreted():
    """All answers of kernels that run as Python code; a warning is an error."""
    off = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(PROGRAM.parents[1])}
    command = [sys.executable, "-W", "error", PROGRAM]
    done = subprocess.run(command, env=off, capture_output=True, text=True, check=False, timeout=600)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_nothing_is_raised_where_numpy_raises(plain):
    """No overflow, underflow, division or invalid value reaches NumPy's errors, and the check finds no fault."""
    assert plain["check"] == []
    assert plain["tiny"] == [(0.5).hex()]


def test_kernels_that_are_not_compiled_answer_the_same(plain, interpreted):
    """NUMBA_DISABLE_JIT=1: every answer of every kernel, to the bit."""
    assert plain.keys() == interpreted.keys()
    assert {name: value for name, value in interpreted.items() if value != plain[name]} == {}


def test_a_kernel_that_is_not_compiled_wraps(monkeypatch):
    """Unsigned arithmetic is modulo 2^64, without a warning, whatever NumPy is told."""
    monkeypatch.setattr(_jit, "njit", lambda **_: lambda function: function)
    plain_kernel = _jit.kernel(lambda word: word - np.uint64(1))
    with np.errstate(all="raise"):
        assert plain_kernel(np.uint64(0)) == 2**64 - 1


@pytest.mark.parametrize("word", [0, 1, 2, 3, 2**63, 2**64 - 1, 0x00F0_0000_0000_1000])
def test_instructions_and_their_versions_in_python_agree(word):
    """Zeros below and above, and the shift of a pair of words by every count."""
    digits = f"{word:064b}"
    assert bits.plain_trailing_zeros(np.uint64(word)) == 64 - len(digits.rstrip("0"))
    assert bits.plain_leading_zeros(np.uint64(word)) == 64 - len(digits.lstrip("0"))
    high = np.uint64(0x0123_4567_89AB_CDEF)
    for count in range(64):
        expected = ((int(high) << 64 | word) >> count) % 2**64
        assert bits.plain_funnel(high, np.uint64(word), np.uint64(count)) == expected
