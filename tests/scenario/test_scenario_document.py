"""A mistake in a scenario file is told with its place, and with what may have been meant."""

from pathlib import Path

import pytest

from conformance.scenario import load

FILE = """\
- scenario: STAT tells how many messages there are
  maildrop: [plain, dots]
  needs: [TOP]
  session: |
    C: <log in>
    deliver plain
    C: STAT
    S: +OK 2   [R1939-STAT-04]
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mine.pop3.yaml"
    path.write_text(text)
    return [str(problem).removeprefix(f"{path}:") for problem in load(path)[1]]


def test_nothing_is_wrong_in_the_file_that_the_others_spoil(tmp_path: Path) -> None:
    assert problems(tmp_path, FILE) == []


@pytest.mark.parametrize(
    "right, wrong, told",
    [
        ("[plain, dots]", "[plain, dotz]", '2:21: no message is called "dotz"; did you mean "dots'),
        ("[plain, dots]", "[plain, dotz*3]", '2:21: no message is called "dotz"; did you mean "dots'),
        ("[plain, dots]", "[plain, text:12]", '2:21: "text:12": OCTETS goes from 512 to '),
        ("[plain, dots]", "plain", "2:3: a maildrop is a list of message names, or the word any"),
        ("[plain, dots]", "[plain]\n  maildrop 2: [dots]", "3:3: a second maildrop needs account-2"),
        ("needs: [TOP]", "needs: [account-2]\n  maildrop 2: [dotz]", '4:16: no message is called "dotz"'),
        ("deliver plain", "deliver plane", '6:5: no message is called "plane"; did you mean "plain"'),
        ("session:", "sesion:", "4:3: 'sesion' is no field of a scenario; there are scenario, "),
        ("needs: [TOP]", "needs: [TOPP]", "3:3: 'TOPP' is nothing that can be needed: "),
        ("R1939-STAT-04", "R1939-STAT-44", "8:5: no clause is called R1939-STAT-44; did you mean R1939-STAT-04"),
        ("   [R1939-STAT-04]", "", "1:3: judges nothing: "),
    ],
)
def test_a_mistake_is_told(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, FILE.replace(right, wrong))
    assert problem.startswith(told)
