"""Ways to be odd that are lawful (RFC 1939 leaves them open): a judge that accuses one of them is wrong."""

__all__: list[str] = []
