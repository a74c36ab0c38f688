"""Faults in the answers to STAT, LIST and UIDL (RFC 1939 §5, §7)."""

__all__: list[str] = []
