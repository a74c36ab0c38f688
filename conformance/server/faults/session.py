"""Faults in what commands are obeyed, and in which state (RFC 1939 §3 to §7)."""

__all__: list[str] = []
