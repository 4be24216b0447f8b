"""The scheme file's JSON Schema, for editors, made from the classes that decode it.

`python -m pingyi.rulebook.json_schema > docs/schemes/scheme.schema.json`
"""

import inspect
import json
import sys
from typing import Any

import msgspec

from pingyi.rulebook.model import Scheme

_NOT_WRITTEN = ("id", "code", "digest")  # known from the table's name or the file itself
_MAY_BE_INCLUDED = ("labels",)


def json_schema() -> dict[str, Any]:
    """The schema of a scheme file that stands alone or includes others."""
    schema = msgspec.json.schema(Scheme)
    for form in schema["$defs"].values():
        if "description" in form:
            form["description"] = inspect.cleandoc(form["description"])
        for name in _NOT_WRITTEN:
            form.get("properties", {}).pop(name, None)
        if "required" in form:
            form["required"] = [name for name in form["required"] if name not in _MAY_BE_INCLUDED]
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_in_toml(schema)}
    made["title"] = "A pingyi scheme file"
    return made


def _in_toml(node: Any) -> Any:
    """Decimals are TOML numbers, read exactly; the decoder's own form for them is a text."""
    if isinstance(node, list):
        return [_in_toml(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    if node.get("format") == "decimal":
        node = {key: value for key, value in node.items() if key != "format"}
        node["type"] = "number"
    return {key: _in_toml(value) for key, value in node.items()}


def text() -> str:
    """The schema as it is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
