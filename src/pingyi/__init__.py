"""pingyi (评议): one scan, one answer."""

__version__ = "0.1.0"
