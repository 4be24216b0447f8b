"""A child process that does not outlive its supervisor, however that one ended."""

import ctypes
import os
import signal
import sys
import threading
import time

VARIABLE = "PINGYI_SUPERVISOR"
"""Environment variable with the supervisor's process id."""
_LOOK_EVERY = 0.2  # seconds
_PR_SET_PDEATHSIG = 1  # prctl(2)


def hold() -> None:
    """End this process at once when the supervisor, its parent, is gone; now, if it is already."""
    supervisor = os.environ.get(VARIABLE, "")
    if supervisor in ("", str(os.getpid())):
        return
    if supervisor != str(os.getppid()):  # killed before we came so far
        os._exit(1)
    if sys.platform == "linux":
        # The kernel is quicker than any watching: no orphan answers on the port of the next one.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(int(supervisor),), name="lifeline", daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(_LOOK_EVERY)
    os._exit(1)
