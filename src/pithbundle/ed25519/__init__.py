"""The one signature rule, and its self-test."""
