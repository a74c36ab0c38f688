"""Faults in logging in: USER, PASS and APOP (RFC 1939 §4, §7)."""

__all__: list[str] = []
