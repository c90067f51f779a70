"""Mirrors: the files in which a mirror states what it has, in a folder (spec MIRROR-9)."""
