"""The command that plays one scenario again, made from the one that was given; it holds no password."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from conformance.plugin.options import OPTIONS, Option

__all__ = ["Repeat"]

_PLACEHOLDER: Final = "PASSWORD"
_ACCOUNTS: Final = ("account", "apop-account")
_KEPT: Final = ("Target", "Safety")
"""Groups of options that say what is played on and how; selection and reports are another matter."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Knows how the run was asked for."""

    options: Mapping[str, Any]
    """The values of the options, by name."""
    files: Sequence[str] = ()
    """Scenario files and folders as they were given."""
    mask: Callable[[str], str] = str
    """Hides passwords in texts where none is expected, such as the command that fills."""
    made_by: Callable[[str], Iterable[str]] = lambda _: ()
    """What else must be asked for, so that there is a scenario of this id."""
    file_of: Callable[[str], str] = lambda _: ""
    """The file that plays a scenario that was found; empty for those that stood in files before."""

    def __call__(self, scenario: str) -> str:
        """The command for this scenario, quoted for a shell."""
        found = self.file_of(scenario)
        words = ["pop3spec", "run", *([found] if found else self.files)]
        for option in OPTIONS:
            value = self.options.get(option.name)
            unset = value is None or value is False or value == ()  # 0 is a value: --failed-logins 0 matters
            if option.group in _KEPT and not unset:
                words += self._words(option, value)
        words += [f"--{word}" for word in self.made_by(scenario)]
        return shlex.join(words if found else [*words, "--scenario", scenario])

    @property
    def hint(self) -> str:
        """What to do about passwords before the command works; empty when nothing is to be done."""
        if not self._passwords():
            return ""
        if self._one_for_all:
            return "The commands above read the password from POP3SPEC_PASSWORD: set it first."
        return f"In the commands above, write the passwords for {_PLACEHOLDER}, or use a target file."

    def _words(self, option: Option, value: Any) -> list[str]:
        if option.kind == "switch":
            return [f"--{option.name}"]
        if option.name == "target":
            return [self._target(str(value))]
        values: Iterable[Any] = value if option.many else (value,)
        if option.name in _ACCOUNTS:
            values = map(self._account, values)
        elif option.kind == "text":
            values = map(self.mask, values)
        return [word for one in values for word in (f"--{option.name}", str(one))]

    def _account(self, text: str) -> str:
        name, colon, _ = text.partition(":")
        return f"{name}:{_PLACEHOLDER}" if colon and not self._one_for_all else name

    def _target(self, text: str) -> str:
        access, password, place = _parts(text)
        if not password:
            return text
        return f"{access}@{place}" if self._one_for_all else f"{access}:{_PLACEHOLDER}@{place}"

    @property
    def _one_for_all(self) -> bool:
        """Whether the variable, which holds one password, is enough."""
        bare = any(":" not in text for name in _ACCOUNTS for text in self.options.get(name) or ())
        return len(self._passwords()) + bare <= 1

    def _passwords(self) -> set[str]:
        given = [text.partition(":") for name in _ACCOUNTS for text in self.options.get(name) or ()]
        in_url = unquote(_parts(str(self.options.get("target") or ""))[1])
        return {password for _, colon, password in given if colon} | ({in_url} if in_url else set())


def _parts(url: str) -> tuple[str, str, str]:
    """A POP URL as what is before the password, the password, and what is behind the @."""
    scheme, separator, rest = url.partition("://")
    access, at, place = rest.rpartition("@")
    user, _, password = access.partition(":")
    return (f"{scheme}://{user}", password, place) if separator and at else (url, "", "")
