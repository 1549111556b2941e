"""Instructions on 64-bit words that NumPy lacks: counting zeros, shifting a pair of words, eight words at once.

Beside each stands what it does, in Python, for a process whose Numba is switched off (NUMBA_DISABLE_JIT=1).
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

WORD = 64
"""Bits in a word of a bitset."""
BLOCK = 8
"""Words done at once: a vector of 512 bits, which the compiler splits on machines whose vectors are shorter."""


def _instruction(plain: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator of an intrinsic's definition, which gives the intrinsic, or `plain` where nothing is compiled."""
    compiled = cast("Callable[..., Any]", intrinsic)
    return (lambda _: plain) if cast("Any", config).DISABLE_JIT else compiled


def plain_trailing_zeros(word: Any) -> int:
    """`trailing_zeros`, in Python."""
    return (int(word) & -int(word)).bit_length() - 1 if word else WORD


def plain_leading_zeros(word: Any) -> int:
    """`leading_zeros`, in Python."""
    return WORD - int(word).bit_length()


def plain_funnel(high: Any, low: Any, count: Any) -> np.uint64:
    """`funnel`, in Python."""
    return np.uint64((int(high) << WORD | int(low)) >> int(count) & (1 << WORD) - 1)


def plain_or_block(new: Any, old: Any, at: Any, source: Any, count: Any) -> None:
    """`or_block`, in Python."""
    shifted = [plain_funnel(old[source + k + 1], old[source + k], count) for k in range(BLOCK)]
    new[at : at + BLOCK] = old[at : at + BLOCK] | np.array(shifted)


def _count(instruction: str, word: Any) -> Any:
    """An intrinsic's signature and code: `instruction` of one 64-bit word, defined for 0 as 64."""
    signature = types.int64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero_is_undefined = ir.Constant(ir.IntType(1), 0)
        return getattr(builder, instruction)(arguments[0], zero_is_undefined)

    return (signature, codegen) if isinstance(word, types.Integer) else None


@_instruction(plain_trailing_zeros)
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Index of the lowest set bit of a uint64 word; 64 for the word 0."""
    return _count("cttz", word)


@_instruction(plain_leading_zeros)
def leading_zeros(typing_context: Any, word: Any) -> Any:
    """Number of zero bits above the highest set bit of a uint64 word; 64 for the word 0."""
    return _count("ctlz", word)


@_instruction(plain_funnel)
def funnel(typing_context: Any, high: Any, low: Any, count: Any) -> Any:
    """The 64 bits of the 128-bit number high:low from bit `count` (0 to 63) on."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(WORD)
        shift = builder.module.declare_intrinsic("llvm.fshr", [word], ir.FunctionType(word, [word] * 3))
        return builder.call(shift, arguments)

    return types.uint64(types.uint64, types.uint64, types.uint64), codegen


@_instruction(plain_or_block)
def or_block(typing_context: Any, new: Any, old: Any, at: Any, source: Any, count: Any) -> Any:
    """new[at + k] = old[at + k] | funnel(old[source + k + 1], old[source + k], count) for the BLOCK words k = 0, 1, ...

    All are read before the first is written. LLVM's own loops stop being vectors where new and old overlap.
    """
    word, lane = ir.IntType(WORD), ir.IntType(32)
    vector = ir.VectorType(word, BLOCK)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def address(array: int, index: Any) -> Any:
            data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
            return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())

        def load(index: Any) -> Any:
            return builder.load(address(1, index), align=WORD // 8)

        kept, low = load(arguments[2]), load(arguments[3])
        high = load(builder.add(arguments[3], ir.Constant(word, 1)))
        first = builder.insert_element(ir.Constant(vector, ir.Undefined), arguments[4], ir.Constant(lane, 0))
        counts = builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(lane, BLOCK), [0] * BLOCK))
        function = ir.FunctionType(vector, [vector] * 3)
        shift = cgutils.get_or_insert_function(builder.module, function, f"llvm.fshr.v{BLOCK}i{WORD}")
        builder.store(
            builder.or_(kept, builder.call(shift, [high, low, counts])), address(0, arguments[2]), align=WORD // 8
        )
        return context.get_dummy_value()

    return types.void(new, old, types.int64, types.int64, types.uint64), codegen
