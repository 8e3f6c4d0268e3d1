"""script/setup: does nothing when nothing changed, and says what a machine lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import ROOT, Doors

TOOLS = ("sh", "dirname", "mkdir", "rm", "cat", "cksum", "id", "sleep")
OLD = '#!/bin/sh\ncase "$*" in *version_info*) exit 1 ;; -V) echo Python 3.9.2 ;; esac\n'
BARE = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; *python%d*) echo python3.13-venv ;; esac\n'


def setup_with(python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run script/setup of an empty checkout on a machine that has this Python only, no uv and no apt-get."""
    (folder / "check out/script").mkdir(parents=True)
    shutil.copy(ROOT / "script/setup", folder / "check out/script/setup")
    (folder / "check out/requirements.txt").write_text("")
    (folder / "bin").mkdir()
    for tool in TOOLS:
        (folder / "bin" / tool).symlink_to(str(shutil.which(tool)))
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (folder / "bin" / name).write_text(python)
        (folder / "bin" / name).chmod(0o755)
    return subprocess.run(
        [folder / "check out/script/setup"],
        env={"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nothing_is_done_when_nothing_changed(doors: Doors) -> None:
    assert doors.run("script/setup", "dev").returncode == 0
    stamp = ROOT / ".venv/.installed-dev"
    before = os.stat(stamp).st_mtime_ns
    ran = doors.run("script/setup")  # the development set contains the other
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert os.stat(stamp).st_mtime_ns == before


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (OLD, ["Python 3.11 or newer", "Python 3.9.2", "PYTHON="]),
        (BARE, ["no venv module", "apt-get install python3.13-venv", "uv"]),
    ],
    ids=["too old", "without venv"],
)
def test_it_says_what_is_missing(tmp_path: Path, python: str, words: list[str]) -> None:
    ran = setup_with(python, tmp_path)
    assert ran.returncode == 1
    assert [word for word in words if word not in ran.stderr] == []
    assert not (tmp_path / "check out/.setup.lock").exists()


def test_a_wrong_word_is_refused(doors: Doors) -> None:
    ran = doors.run("script/setup", "everything")
    assert ran.returncode == 1
    assert "usage: script/setup [dev]" in ran.stderr
