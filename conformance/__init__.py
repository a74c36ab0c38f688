"""pop3spec: judge any POP3 server against RFC 1939 and its family."""

__all__ = ["__version__"]

__version__ = "0.1.0"
