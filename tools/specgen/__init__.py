"""Reads the specification, and writes the generated parts of its pages.

A page (``spec/*.md``) is written by hand. Generated are: the content of the fenced blocks with a title, the
last paragraph of each clause, which names its vectors, the link definitions at the end of a page, and the
index in ``spec.md``. ``python -m specgen --write`` writes them, ``tests/docs/test_spec.py`` compares.
"""
