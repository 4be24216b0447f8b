"""What every reader of zip archives from outside must know of them."""

import zipfile
import zlib

ENCRYPTED = 0x1
"""The flag of a member that asks for a password."""
USUAL = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How members are packed by every program people use; anything else is refused."""
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)
"""What zipfile and zlib raise on damaged archives, UnicodeDecodeError among it."""
