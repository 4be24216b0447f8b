"""Reads a workbook in a process of its own, with a limit on memory and time.

A workbook of a few bytes can ask its reader for gigabytes; a reader written in C or Rust then ends
its whole process. Here that is a child's, which also knows none of our environment's secrets.
"""

import dataclasses
import json
import os
import subprocess
import sys
from typing import Any

from pingyi.kernel.tables.limits import Limits
from pingyi.kernel.tables.mistakes import Mistake
from pingyi.kernel.tables.table import Table, TableError, TableErrors


def read_workbook(content: bytes, limits: Limits) -> list[Table]:
    """The sheets of an .xlsx file. Raises TableErrors."""
    answer = _asked(content, limits)
    if "refused" in answer:
        raise _refused(Mistake(answer["refused"]), **answer["values"])
    return [Table.from_cells(name, cells) for name, cells in answer["sheets"]]


def _asked(content: bytes, limits: Limits) -> dict[str, Any]:
    options = json.dumps(dataclasses.asdict(limits))
    command = [sys.executable, "-m", "pingyi.kernel.tables.workbook", options]
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        child = subprocess.run(  # noqa: S603
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            env=environment,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise _refused(Mistake.TOO_SLOW, seconds=limits.seconds) from None
    except subprocess.CalledProcessError:
        raise _refused(Mistake.TOO_LARGE_OR_BROKEN) from None
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer


def _refused(mistake: Mistake, **values: object) -> TableErrors:
    return TableErrors([TableError("", None, "", mistake, values)])
