"""The expressions between braces: a small, safe part of Python's.

Numbers, strings, names, ``+ - * // %``, comparisons, ``and or not in``, indexing, a few functions and the accounts of a
body (``body.octets``). Nothing else exists, so a scenario file can do no harm.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from statistics import median
from typing import Any, Final

from conformance.scenario.sasl import SASL
from conformance.scenario.spellings import SPELLINGS
from conformance.wire import Body

__all__ = ["Expression", "ExpressionError", "Value", "as_octets"]

Value = Any
"""int, bytes, str, list, dict or `Body`."""

_LARGEST: Final = 1 << 20

_BINARY: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _equal(left: Any, right: Any) -> bool:
    """Equality; a server may say a word where another time it says a number, and no octets are equal to a number."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(value, right[key]) for key, value in left.items())
    return isinstance(left, bytes) == isinstance(right, bytes) and bool(left == right)


_COMPARE: Final[Mapping[type, Callable[[Any, Any], bool]]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda a, b: not _equal(a, b),
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "sum": lambda values: sum(values.values() if isinstance(values, dict) else values),
    "len": len,
    "min": min,
    "max": max,
    "set": lambda values: set(values.values() if isinstance(values, dict) else values),
    "keys": list,
    "names": lambda lines: [line.split(b" ")[0].upper() for line in lines],
    "words": lambda lines: [word for line in lines for word in line.split()],
    **SASL,
    "median": lambda values: round(median(values)),
    **SPELLINGS,
}
_BODY: Final = frozenset({"octets", "lines", "digest"})


class ExpressionError(Exception):
    """An expression that cannot be read or worked out; the text says why."""


class Expression:
    """A parsed expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = _parse(text)

    @property
    def names(self) -> frozenset[str]:
        """The variables that it needs."""
        found = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        return frozenset(found - _FUNCTIONS.keys())

    def value(self, variables: Mapping[str, Value]) -> Value:
        """What it comes to; `ExpressionError` when that cannot be worked out."""
        try:
            return _value(self._tree, variables)
        except ExpressionError:
            raise
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, ZeroDivisionError) as error:
            message = f"{{{self.text}}} cannot be worked out: {type(error).__name__}: {error}"
            raise ExpressionError(message) from error


def as_octets(value: Value) -> bytes:
    """A value as it is sent: numbers in base ten."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value).encode("latin-1", "replace")
    message = f"{type(value).__name__} is nothing that can be sent"
    raise ExpressionError(message)


@lru_cache(maxsize=1024)
def _parse(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        message = f"{{{text}}} is no expression: {getattr(error, 'msg', error)}"
        raise ExpressionError(message) from None
    for node in ast.walk(tree):
        _permit(node, text)
    return tree


def _permit(node: ast.AST, text: str) -> None:
    if isinstance(node, ast.Call):
        if not (isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords):
            message = f"{{{text}}} calls something other than {', '.join(_FUNCTIONS)}"
            raise ExpressionError(message)
    elif isinstance(node, ast.Attribute):
        if node.attr not in _BODY:
            message = f"{{{text}}}: a body has {', '.join(sorted(_BODY))}, not {node.attr}"
            raise ExpressionError(message)
    elif isinstance(node, ast.Constant):
        if not isinstance(node.value, int | str | bytes):
            message = f"{{{text}}} holds a value that is neither a number nor a text"
            raise ExpressionError(message)
    elif not isinstance(node, _PERMITTED):
        message = f"{{{text}}} holds {type(node).__name__}, which expressions here do not have"
        raise ExpressionError(message)


_PERMITTED: Final = (
    ast.Name,
    ast.Load,
    ast.BinOp,
    ast.UnaryOp,
    ast.USub,
    ast.Not,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.Compare,
    ast.Subscript,
    ast.List,
    *_BINARY,
    *_COMPARE,
)


def _value(node: ast.expr, variables: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value):
            return value.encode("latin-1", "replace") if isinstance(value, str) else value
        case ast.Name(name):
            if name not in variables:
                message = f"{name} is not known here: nothing captured it"
                raise ExpressionError(message)
            return variables[name]
        case ast.BinOp(left, op, right):
            return _binary(type(op), _value(left, variables), _value(right, variables))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, variables)
        case ast.UnaryOp(_, operand):
            return not _value(operand, variables)
        case ast.BoolOp(op, operands):
            values = (bool(_value(operand, variables)) for operand in operands)
            return all(values) if isinstance(op, ast.And) else any(values)
        case ast.Compare(left, ops, rights):
            return _compare(_value(left, variables), ops, [_value(right, variables) for right in rights])
        case ast.Subscript(of, index):
            return _value(of, variables)[_value(index, variables)]
        case ast.List(elements):
            return [_value(element, variables) for element in elements]
        case ast.Attribute(of, name):
            return _attribute(_value(of, variables), name)
        case ast.Call(ast.Name(name), arguments):
            return _FUNCTIONS[name](*(_value(argument, variables) for argument in arguments))
    message = f"{type(node).__name__} cannot be worked out"  # pragma: no cover - _permit let nothing else through
    raise ExpressionError(message)


def _binary(op: type, left: Value, right: Value) -> Value:
    if op is ast.Mult:
        for text, times in ((left, right), (right, left)):
            if isinstance(text, bytes) and isinstance(times, int) and len(text) * times > _LARGEST:
                message = f"a text of more than {_LARGEST} octets"
                raise ExpressionError(message)
    if isinstance(left, bytes) != isinstance(right, bytes) and op is ast.Add:
        left, right = as_octets(left), as_octets(right)
    return _BINARY[op](left, right)


def _compare(left: Value, ops: list[ast.cmpop], rights: list[Value]) -> bool:
    for op, right in zip(ops, rights, strict=True):
        if not _COMPARE[type(op)](left, right):
            return False
        left = right
    return True


def _attribute(of: Value, name: str) -> Value:
    if isinstance(of, Body):
        return getattr(of, name)
    message = f"only a captured body has .{name}"
    raise ExpressionError(message)
