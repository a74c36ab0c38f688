"""Messages in the form they have on the wire, before byte-stuffing: every line ends in CRLF, the last one too.

RFC 1939 §11: stores may keep line ends as they like, the client sees CRLF, and the size is counted in that form. All
goes by blocks, so that a message of any size takes no memory.
"""

from collections.abc import Iterable, Iterator

__all__ = ["size_of", "top_of", "wire_form"]

_HEADER_END = b"\r\n\r\n"


def wire_form(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """A message in wire form; a lone LF becomes CRLF, and a final line end is added where there is none."""
    last = b""
    for block in blocks:
        if not block:
            continue
        if b"\r" not in block and last != b"\r":  # the usual thing on disk
            yield block.replace(b"\n", b"\r\n")
        elif last == b"\r" and block.startswith(b"\n"):
            yield b"\n" + _with_crlf(block[1:])
        else:
            yield _with_crlf(block)
        last = block[-1:]
    if last and last != b"\n":
        yield b"\n" if last == b"\r" else b"\r\n"


def size_of(blocks: Iterable[bytes]) -> int:
    """The size of a message in octets: what `wire_form` would come to."""
    octets, last = 0, b""
    for block in blocks:
        if not block:
            continue
        octets += len(block) + block.count(b"\n") - (block.count(b"\r\n") if b"\r" in block else 0)
        octets -= last == b"\r" and block.startswith(b"\n")
        last = block[-1:]
    return octets + {b"": 0, b"\n": 0, b"\r": 1}.get(last, 2)


def top_of(blocks: Iterable[bytes], lines: int) -> Iterator[bytes]:
    """The header of a message in wire form, the empty line, and that many lines of the body (RFC 1939 §7 TOP).

    A message without an empty line is all header.
    """
    tail = b"\r\n"  # an empty line at the very start ends an empty header
    in_header = True
    for block in blocks:
        start = 0
        if in_header:
            found = (tail + block).find(_HEADER_END)
            if found < 0:
                tail = (tail + block)[-3:]
                yield block
                continue
            in_header = False
            start = found + len(_HEADER_END) - len(tail)
        end, lines = _after_lines(block, start, lines)
        yield block[:end]
        if lines == 0:
            return


def _with_crlf(block: bytes) -> bytes:
    if block.count(b"\n") == block.count(b"\r\n"):
        return block
    return block.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _after_lines(block: bytes, start: int, lines: int) -> tuple[int, int]:
    """Where so many lines from `start` on end in the block, and how many are still to come behind it."""
    here = block.count(b"\n", start)
    if here < lines:
        return len(block), lines - here
    for _ in range(lines):
        start = block.index(b"\n", start) + 1
    return start, 0
