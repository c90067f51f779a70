"""Builds the conformance vectors: ``python -m vectorgen --write`` or ``--check``.

One module per stage; ``core`` is the format, ``clauses`` says which clause is shown where,
``naive`` recomputes what a vector expects without the package.
"""
