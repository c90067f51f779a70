"""The audit of mirrors: what each withholds, alters or serves stale, with evidence (spec AUDIT-1 onward).

The modules, lowest first: :mod:`~pithbundle.mirror.audit.words` is the table of what is found,
:mod:`~pithbundle.mirror.audit.sides` reads what one side has of a record,
:mod:`~pithbundle.mirror.audit.classify` compares the sides, :mod:`~pithbundle.mirror.audit.finding` is the
file of evidence and :mod:`~pithbundle.mirror.audit.recheck` checks one offline. Up to here nothing makes a
request, reads a file or sees a clock. :mod:`~pithbundle.mirror.audit.run` audits mirrors over the network.
"""
