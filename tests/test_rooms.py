"""A user's folder that Python would take for one of our rooms is named at the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from hookline import ROOMS, rooms_in_the_way
from models.settings import ROOT


@pytest.mark.parametrize("room", ROOMS)
def test_a_package_called_like_a_room_is_in_the_way(room: str, tmp_path: Path) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").touch()
    assert rooms_in_the_way(tmp_path) == [tmp_path / room]


def test_a_file_called_like_a_room_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").touch()
    assert rooms_in_the_way(tmp_path) == [tmp_path / "tasks.py"]


def test_our_own_folder_is_in_no_ones_way(tmp_path: Path) -> None:
    assert rooms_in_the_way(ROOT) == []
    assert rooms_in_the_way(tmp_path) == []


def test_the_command_names_the_folder_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").touch()
    hookline = Path(sys.executable).parent / "hookline"
    said = subprocess.run([hookline, "--help"], cwd=tmp_path, text=True, capture_output=True)
    assert said.returncode == 1
    assert f"Error: {tmp_path / 'models'}: Python would take this for a part" in said.stderr
    assert "Give it another name, or start from another folder." in said.stderr
