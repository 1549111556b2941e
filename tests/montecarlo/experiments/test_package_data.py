"""Files that come with the package are named in pyproject.toml, or an installed ticketsum lacks them."""

import re
import tomllib
from pathlib import Path

from montecarlo.experiments import package_data as shipped

ROOT = Path(__file__).parents[3]
_CALL = re.compile(r'\b(?:shipped|copied)\(f?"([^"]+)"')


def asked_for():
    """What the sources ask for, `{...}` standing for any name."""
    return {name for path in (ROOT / "montecarlo").rglob("*.py") for name in _CALL.findall(path.read_text())}


def test_every_file_that_is_asked_for_is_installed():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    found = [
        Path(source).relative_to("data").as_posix() for source in wheel["shared-data"] if (ROOT / source).is_file()
    ]
    wanted = {name: re.compile(re.sub(r"\\{[^}]*\\}", ".+", re.escape(name))) for name in asked_for()}
    assert {"experiment1.nc", "experiment2.nc"} <= set(wanted)
    assert [name for name, like in wanted.items() if not any(like.fullmatch(each) for each in found)] == []


def test_an_older_copy_is_replaced(tmp_path, monkeypatch):
    """A folder of another version of the program."""
    source = tmp_path / "source.nc"
    monkeypatch.setattr(shipped, "shipped", lambda _: source)
    for content in (b"old", b"new"):
        source.write_bytes(content)
        assert shipped.copied("source.nc", tmp_path / "RUN").read_bytes() == content
