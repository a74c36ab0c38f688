"""The options of `pop3spec run`, made from the plug-in's table, and help that shows them in their groups."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from conformance.plugin.options import OPTIONS, Option

__all__ = ["GroupedCommand", "GroupedOption", "run_option", "run_options"]

_GROUPS: Final = ("Target", "Selection", "Safety", "Generated", "Report", "Playing", "Learning")


class GroupedOption(click.Option):
    """An option that stands in a group of the help."""

    def __init__(self, *names: str, group: str, **more: Any) -> None:
        super().__init__(list(names), **more)
        self.group = group

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Defaults and the like, without the range of numbers, which the text tells where it matters."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


class GroupedCommand(click.Command):
    """Shows its options group by group, and the ways to fill a maildrop."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The groups, then what belongs to none."""
        for group in _GROUPS:
            more = "; each but -k excludes with not- in front, such as --not-clause" if group == "Selection" else ""
            self._section(ctx, formatter, f"{group} options{more}", group)
        with formatter.section("Ways to fill a maildrop (--fill)"):
            formatter.write_dl(list(_ways()))
        self._section(ctx, formatter, "Other options", None)

    def _section(self, ctx: click.Context, formatter: click.HelpFormatter, title: str, group: str | None) -> None:
        records = [
            record
            for option in self.get_params(ctx)
            if isinstance(option, click.Option) and getattr(option, "group", None) == group
            if not (option.name or "").startswith("not_")  # one line tells of all of them
            if (record := option.get_help_record(ctx)) is not None
        ]
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def _ways() -> Iterator[tuple[str, str]]:
    from conformance.mailboxes import SPECS

    yield from SPECS.items()


def run_options() -> list[click.Parameter]:
    """The plug-in's options, and those that pytest and its other plug-ins have."""
    return [
        *map(run_option, OPTIONS),
        GroupedOption(
            "-k", "expression", metavar="WORDS", group="Selection",
            help="Only scenarios whose name has these words; 'and', 'or' and 'not' combine them.",
        ),
        GroupedOption(
            "-n", "workers", metavar="N", type=click.IntRange(1), default=1, group="Playing",
            help="So many scenarios at once, each on an account of its own.",
        ),
        GroupedOption(
            "--alluredir", metavar="DIR", type=click.Path(path_type=Path), group="Report",
            help="Write results for Allure there too; needs allure-pytest.",
        ),
    ]  # fmt: skip


def run_option(option: Option) -> click.Option:
    """An option of the table, for the command line."""
    text = option.help[:1].upper() + option.help[1:] + "."
    names = (f"--{option.name}", option.name.replace("-", "_"))
    if option.kind == "switch":
        return GroupedOption(*names, is_flag=True, help=text, group=option.group)
    return GroupedOption(
        *names, type=_type(option), metavar=option.metavar, multiple=option.many, help=text, group=option.group
    )


def _type(option: Option) -> "click.ParamType[Any]":
    if option.choices:
        return click.Choice(option.choices, case_sensitive=False)
    if option.kind == "int":
        return click.IntRange(1, 65535) if option.name == "port" else click.IntRange(min=0)
    if option.kind == "float":
        return click.FloatRange(min=0, min_open=True)
    return click.STRING
