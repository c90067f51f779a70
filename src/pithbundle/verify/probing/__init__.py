"""Probing: how a registry makes ids and signatures, found on its own documents (PROBE-1)."""
