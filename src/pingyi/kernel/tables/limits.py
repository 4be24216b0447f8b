"""How much of a file from outside is borne."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Enough for a city's directory of 100,000 points or a unit's ledger of a year."""

    file_bytes: int = 64 * 2**20
    inflated_bytes: int = 512 * 2**20
    members: int = 1_000
    """Files within an archive; a workbook has some for each sheet."""
    columns: int = 200
    cells: int = 20_000_000
    characters: int = 200_000_000
    """Of all cells together: a workbook may repeat one long text a million times."""
    seconds: int = 60
    memory_bytes: int = 3 * 2**30
    """Address space of the process that reads a workbook."""


LIMITS = Limits()
