"""Sessions that a program makes: drawn by chance, variants of scenarios, and one session that is cut off everywhere.

The modules are imported by their names, as some of them need hypothesis, which is slow to import.
"""

__all__: list[str] = []
