"""Comparing: with a published state, and two sides of any form."""
