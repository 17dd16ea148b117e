"""Measures computed from frames, without side effects."""
