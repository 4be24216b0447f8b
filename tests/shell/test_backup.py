"""Backup and restore: whole or not at all, verified, and nothing of another city overwritten."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pingyi.shell import archive
from tests import prepared

KEY = "ab" * 16
EVIDENCE = f"files/ab/{KEY}"


def pingyi(*arguments: str, data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from pingyi.shell.main import main; main()", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PINGYI_DATA": str(data),
            **env,
        },
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated database holding one unit, and an upload."""
    data = tmp_path_factory.mktemp("city")
    shutil.copytree(prepared.folder(), data, dirs_exist_ok=True)
    with sqlite3.connect(data / archive.DATABASE) as database:
        database.execute(
            "INSERT INTO directory_area (code, name, level) VALUES ('420100', '江城市', 'city')"
        )
        database.execute(
            "INSERT INTO files_storedfile (name, kind, media_type, size, sha256, key, at, by) "
            "VALUES ('a.jpg', 'picture', 'image/jpeg', 7, '', ?, '2026-06-01', 'wang')",
            [KEY],
        )
    (data / EVIDENCE).parent.mkdir(parents=True)
    (data / EVIDENCE).write_bytes(b"picture")
    (data / EVIDENCE).with_suffix(".draft").write_bytes(b"half a pic")
    (data / "unrelated.txt").write_text("not ours")
    return data


@pytest.fixture
def saved(city: Path, tmp_path: Path) -> Path:
    done = pingyi("backup", str(tmp_path / "saved"), data=city)
    assert done.returncode == 0, done.stderr
    return tmp_path / "saved"


def test_what_was_backed_up_comes_back(city, saved, tmp_path):
    assert not (saved / "unrelated.txt").exists()
    assert stat.S_IMODE((saved / "keyring").stat().st_mode) == 0o600
    new = tmp_path / "new"
    done = pingyi("restore", str(saved), data=new)
    assert done.returncode == 0, done.stderr
    assert (new / "keyring").read_text() == (city / "keyring").read_text()
    assert (new / EVIDENCE).read_bytes() == b"picture"
    assert not list(new.rglob("*.draft"))
    with sqlite3.connect(new / archive.DATABASE) as database:
        assert database.execute("SELECT name FROM directory_area").fetchall() == [("江城市",)]
    assert not list(new.rglob("*.restoring"))


@pytest.mark.parametrize("broken", [b"no database at all" * 99, b""])
def test_a_broken_database_is_told_in_one_line_and_leaves_nothing(tmp_path, broken):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / archive.DATABASE).write_bytes(broken)
    done = pingyi("backup", str(tmp_path / "saved"), data=tmp_path / "data")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: nothing was backed up: ")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_backup_during_an_open_write_is_sound(city, tmp_path):
    with sqlite3.connect(city / archive.DATABASE) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE directory_area SET name = '未提交'")
        done = pingyi("backup", str(tmp_path / "busy"), data=city)
        writer.rollback()
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "busy" / archive.DATABASE) as database:
        assert database.execute("SELECT name FROM directory_area").fetchall() == [("江城市",)]


def _flip_a_byte(saved: Path) -> str:
    with (saved / archive.DATABASE).open("r+b") as file:
        file.seek(5000)
        byte = file.read(1)
        file.seek(5000)
        file.write(bytes([byte[0] ^ 1]))
    return "was altered"


def _lose_a_key(saved: Path) -> str:
    (saved / "keyring").unlink()
    return "keyring is missing"


def _slip_in(saved: Path) -> str:
    (saved / "files" / "more").write_text("x")
    return "not in the manifest"


def _lose_an_upload(saved: Path) -> str:
    (saved / EVIDENCE).unlink()
    manifest = json.loads((saved / archive.MANIFEST).read_text())
    del manifest["files"][EVIDENCE]
    (saved / archive.MANIFEST).write_text(json.dumps(manifest))
    return "does not hold the uploads"


def _alter_an_upload(saved: Path) -> str:
    (saved / EVIDENCE).write_bytes(b"Picture")
    return f"{EVIDENCE} was altered"


def _lose_the_manifest(saved: Path) -> str:
    (saved / archive.MANIFEST).unlink()
    return "manifest.json is missing"


def _spoil_the_manifest(saved: Path) -> str:
    (saved / archive.MANIFEST).write_text("{")
    return "cannot be read"


def _miscount(saved: Path) -> str:
    manifest = json.loads((saved / archive.MANIFEST).read_text())
    manifest["rows"]["ratings_rating"] = 7
    (saved / archive.MANIFEST).write_text(json.dumps(manifest))
    return "does not hold the rows"


@pytest.mark.parametrize(
    "spoil",
    [
        _flip_a_byte,
        _lose_a_key,
        _slip_in,
        _lose_an_upload,
        _alter_an_upload,
        _lose_the_manifest,
        _spoil_the_manifest,
        _miscount,
    ],
)
def test_a_spoilt_backup_is_refused_and_nothing_written(saved, tmp_path, spoil):
    why = spoil(saved)
    done = pingyi("restore", str(saved), data=tmp_path / "new")
    assert done.returncode == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", [archive.DATABASE, "keyring", "files"])
def test_nothing_is_restored_over_what_is_there(saved, tmp_path, name):
    new = tmp_path / "new"
    new.mkdir()
    (new / name).write_text("mine")
    done = pingyi("restore", str(saved), data=new)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert [path.name for path in new.iterdir()] == [name]


def test_what_was_lost_before_is_said_and_the_rest_comes_along(city, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(city, old)
    (old / EVIDENCE).unlink()
    done = pingyi("backup", str(tmp_path / "saved"), data=old)
    assert done.returncode == 0, done.stderr
    assert f"uploads missing from {old}: 1" in done.stderr
    assert pingyi("restore", str(tmp_path / "saved"), data=tmp_path / "new").returncode == 0


def test_a_backup_does_not_overwrite(city, tmp_path):
    (tmp_path / "there").mkdir()
    done = pingyi("backup", str(tmp_path / "there"), data=city)
    assert done.returncode == 1
    assert "exists already" in done.stderr


def test_nothing_to_back_up_is_said(tmp_path):
    done = pingyi("backup", str(tmp_path / "saved"), data=tmp_path / "empty")
    assert done.returncode == 1
    assert "no database" in done.stderr
    assert not (tmp_path / "saved").exists()


def test_an_interrupted_backup_is_not_taken_for_one(city, saved, tmp_path):
    partial = tmp_path / "next.partial"
    shutil.copytree(saved, partial)
    done = pingyi("backup", str(tmp_path / "next"), data=city)
    assert done.returncode == 0, done.stderr
    assert not partial.exists()
