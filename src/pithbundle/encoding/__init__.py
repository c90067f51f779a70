"""Bytes to values and back; knows nothing of Pith."""
