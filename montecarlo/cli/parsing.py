"""Command-line texts to values: grids of n and lists of epsilon."""

from ..errors import InputError
from ..plans import grid


def parse_grid(name: str, text: str) -> tuple[int, ...]:
    """'20' -> (20,), '1:20' -> 1..20, '4:20:2' -> 4, 6, ..., 20, '5,10,20' -> those three; both ends included."""
    values: set[int] = set()
    for part in text.split(","):
        try:
            numbers = [int(number) for number in part.split(":")]
        except ValueError:
            numbers = []
        if not 1 <= len(numbers) <= 3 or (len(numbers) == 3 and numbers[2] < 1):
            raise InputError(f"{name} must look like 20, 1:20, 4:20:2 or 5,10,20, got {text!r}")
        first, last = numbers[0], numbers[min(1, len(numbers) - 1)]
        if last < first:
            raise InputError(f"{name} must rise, got {text!r}; write {last}:{first}")
        grid(name, (last,))  # refuses what is too large to write down
        values.update(range(first, last + 1, numbers[2] if len(numbers) == 3 else 1))
    return tuple(sorted(values))


def parse_epsilon(text: str) -> list[float]:
    """'0.1,0.01' -> [0.1, 0.01]."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"epsilon must be numbers separated by commas, like 0.1,0.01, got {text!r}") from None
