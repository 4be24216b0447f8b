"""Tables from and for Excel, WPS and CSV: read without trusting them, written without surprises."""

from pingyi.kernel.tables.cells import Cell, as_text, escape_cell
from pingyi.kernel.tables.limits import LIMITS, Limits
from pingyi.kernel.tables.mistakes import Mistake
from pingyi.kernel.tables.reading import read_tables
from pingyi.kernel.tables.table import Row, Table, TableError, TableErrors, heading_key
from pingyi.kernel.tables.writing import write_csv, write_xlsx

__all__ = [
    "LIMITS",
    "Cell",
    "Limits",
    "Mistake",
    "Row",
    "Table",
    "TableError",
    "TableErrors",
    "as_text",
    "escape_cell",
    "heading_key",
    "read_tables",
    "write_csv",
    "write_xlsx",
]
