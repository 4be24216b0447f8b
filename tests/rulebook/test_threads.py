"""Several threads may be the first to ask for a scheme: a server's first requests do."""

import subprocess
import sys

ALL_AT_ONCE = """
import sys, threading
from pingyi.rulebook import DEFINITIONS, load
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
def first():
    start.wait()
    load(DEFINITIONS / "national.toml")
threads = [threading.Thread(target=first) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_the_first_readers_may_come_all_at_once():
    # Each run crashed about every other time before the decoder was made on import.
    runs = [subprocess.run([sys.executable, "-c", ALL_AT_ONCE]).returncode for _ in range(5)]
    assert runs == [0] * 5
