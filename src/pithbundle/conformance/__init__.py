"""Conformance: proving that another implementation computes the same (vectors/README.md).

``protocol`` reads vector files and judges answers, ``worker`` answers requests with this
package, ``runner`` drives any executable, ``differential`` and ``shrink`` look for
disagreement between two of them, ``reports`` says what came of it. Only ``runner`` starts
processes and only ``worker.serve`` reads a stream; the rest are functions of their arguments.
"""
