"""Files that are written whole: a reader finds the old one or the new one, and what else a link leads to stays."""

import os
import secrets
from pathlib import Path

from .errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path`; a link there that leaves its folder is an InputError, as is what cannot be written."""
    place = Path(os.path.realpath(path))
    if not place.is_relative_to(os.path.realpath(path.parent)):
        raise InputError(f"{path} must lie in its folder, got a link to {place}; remove the link")
    beside, made = place.with_name(f".{place.name}.{secrets.token_hex(8)}.tmp"), False
    try:
        with beside.open("xb") as file:
            made = True
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except OSError as error:
        raise InputError(f"{path} must be writable, got: {error.strerror or error}") from error
    finally:
        if made:
            beside.unlink(missing_ok=True)
