"""Builds the conformance vectors: ``python -m vectorgen --write`` or ``--check``.

``vector_file`` is the format of a file and ``fixtures`` the record, policy and bundles that vectors share.
The modules of the stages follow the order of :data:`vectorgen.build.MODULES`; ``merges`` has what several
of them share. ``answers`` computes expected answers with the oracle of the tests, without the package.
``clauses`` lists which vectors show each clause.
"""
