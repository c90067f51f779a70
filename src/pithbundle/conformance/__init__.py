"""Conformance: test whether another implementation computes the same (vectors/README.md).

``protocol`` has the values of a run, ``vectorfiles`` and ``byteforms`` read vector files,
``answers`` compares an answer with the expected one, ``worker`` answers requests with this
package, ``runner`` drives any executable, ``differential``, ``paired`` and ``shrink`` look for
disagreement between two of them, ``reports`` and ``display`` print results. Only ``process``
starts processes and only ``worker.serve`` reads a stream; the rest are functions of their
arguments.
"""
