"""Smallest documents that conform to verdict.schema.json, for tests that read verdicts and need none of a board."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from plumbline.host.verdict.verdict_file import schema


def smallest(form: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """The least that conforms, with some values of one's own in their places."""
    if "const" in form:
        return form["const"]
    if "enum" in form:
        return form["enum"][0]
    types = [form["type"]] if isinstance(form["type"], str) else form["type"]
    if "object" in types and (values or "null" not in types):
        names = [*form.get("required", ()), *form.get("then", {}).get("required", ())]
        known = form.get("properties", {})
        return {
            name: own(known.get(name, {}), values[name]) if name in values else smallest(known[name], {})
            for name in {**dict.fromkeys(names), **values}
        }
    if "null" in types:
        return None
    if "pattern" in form:
        return "a" * 64
    return {"array": list, "string": str, "boolean": bool, "integer": int, "number": float}[types[0]]()


def own(form: Mapping[str, Any], value: Any) -> Any:
    return smallest(form, value) if isinstance(value, Mapping) and "properties" in form else copy.deepcopy(value)


def passing(**values: Any) -> dict[str, Any]:
    """A verdict that passed."""
    document: dict[str, Any] = smallest(schema(), {"passed": True, **values})
    return document
