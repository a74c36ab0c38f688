"""Text that cannot act: whatever a server managed to get into a reason stays letters, on a terminal and in XML."""

__all__ = ["one_line", "printable"]


def printable(text: str) -> str:
    """The text with every character escaped that does not print: control and format characters, lone surrogates.

    Line feeds stay.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode() if ord(char) > 0x7F else f"\\x{ord(char):02x}"


def one_line(text: str) -> str:
    """The same without line feeds."""
    return printable(" ".join(text.splitlines()))
