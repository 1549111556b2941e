"""Two instructions on 64-bit words that NumPy lacks: count trailing zeros, count leading zeros."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WORD = 64
"""Bits in a word of a bitset."""


def _count(instruction: str, word: Any) -> Any:
    """An intrinsic's signature and code: `instruction` of one 64-bit word, defined for 0 as 64."""
    signature = types.int64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero_is_undefined = ir.Constant(ir.IntType(1), 0)
        return getattr(builder, instruction)(arguments[0], zero_is_undefined)

    return (signature, codegen) if isinstance(word, types.Integer) else None


@cast("Callable[..., Any]", intrinsic)
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Index of the lowest set bit of a uint64 word; 64 for the word 0."""
    return _count("cttz", word)


@cast("Callable[..., Any]", intrinsic)
def leading_zeros(typing_context: Any, word: Any) -> Any:
    """Number of zero bits above the highest set bit of a uint64 word; 64 for the word 0."""
    return _count("ctlz", word)
