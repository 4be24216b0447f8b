"""A child does not outlive its supervisor, whenever that one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from pingyi.kernel.lifeline import VARIABLE

CHILD = "from pingyi.kernel.lifeline import hold; hold(); print('alive', flush=True)"
SUPERVISOR = f"""
import os, subprocess, sys, time
os.environ[{VARIABLE!r}] = str(os.getpid())
child = subprocess.Popen([sys.executable, "-c", {CHILD + "; import time; time.sleep(60)"!r}])
print(child.pid, flush=True)
time.sleep(60)
"""


def run(supervisor: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD],
        env={**os.environ, VARIABLE: supervisor},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with open(f"/proc/{pid}/stat") as stat:  # killed, and nobody has asked for its end yet
        return stat.read().rpartition(")")[2].split()[0] == "Z"


def test_one_whose_supervisor_died_before_it_came_so_far_ends_at_once() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    ended = run(str(dead.pid))
    assert (ended.returncode, ended.stdout) == (1, "")


def test_one_without_a_supervisor_or_with_a_living_one_goes_on() -> None:
    for supervisor in ("", str(os.getpid())):
        assert run(supervisor).stdout == "alive\n"


def test_a_child_ends_with_its_supervisor() -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    assert supervisor.stdout.readline() == "alive\n"
    assert not gone(child)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    for _ in range(100):
        if gone(child):
            return
        time.sleep(0.1)
    pytest.fail("the child lives on")
