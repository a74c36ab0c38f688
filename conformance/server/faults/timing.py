"""Faults in the autologout timer (RFC 1939 §3)."""

__all__: list[str] = []
