"""A file that passes 400 lines is two files."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST = 400
SUFFIXES = {".py", ".css", ".js", ".html"}
SKIPPED = {".venv", ".git", "var", "node_modules", "migrations", "locale", ".mypy_cache", ".ruff_cache", ".hypothesis"}


def sources() -> list[Path]:
    def walk(folder: Path) -> list[Path]:
        found: list[Path] = []
        for path in sorted(folder.iterdir()):
            if path.is_dir() and path.name not in SKIPPED and not path.name.startswith("."):
                found += walk(path)
            elif path.suffix in SUFFIXES and path.is_file():
                found.append(path)
        return found

    return walk(ROOT)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_no_file_is_too_long(suffix):
    files = [path for path in sources() if path.suffix == suffix]
    assert files
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in files}
    assert {str(path): length for path, length in lengths.items() if length > MOST} == {}
