"""Faults in what a session sees of its maildrop, and does to it (RFC 1939 §4 to §8)."""

__all__: list[str] = []
