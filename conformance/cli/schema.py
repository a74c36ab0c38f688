"""The JSON Schema of scenario files, made from the fields that the loader reads."""

import json
from typing import Any, Final

from pydantic import TypeAdapter

from conformance.scenario import MECHANISM, NEEDS, SUFFIX, ScenarioSpec
from conformance.scenario.steps import CLAUSE_ID

__all__ = ["scenario_schema", "schema_text"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """A schema that accepts what the loader does, as far as fields go; the lines of a session are text to it."""
    schema = TypeAdapter(list[ScenarioSpec]).json_schema(by_alias=True)
    schema |= {"$schema": _DIALECT, "title": f"Scenarios of pop3spec (*{SUFFIX})", "minItems": 1}
    fields = schema["$defs"]["ScenarioSpec"]["properties"]
    for name, field in fields.items():
        field["title"] = name
    fields["clauses"]["items"]["pattern"] = f"^{CLAUSE_ID.pattern}$"
    named = [{"const": need, "description": what} for need, what in NEEDS.items()]
    listed = {"type": "string", "pattern": f"^{MECHANISM}[A-Z0-9_-]+$", "description": "a mechanism that CAPA lists"}
    fields["needs"]["items"] = {"anyOf": [*named, listed]}
    for choice in fields["maildrop"]["anyOf"]:
        if choice["type"] == "string":
            choice["const"] = "any"
    return schema


def schema_text() -> str:
    """The same as the text of a file."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
