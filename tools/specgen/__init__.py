"""Reads the specification, and writes the generated parts of it."""
