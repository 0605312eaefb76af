"""Smallest documents that conform to the JSON Schema of verdict.json, for tests that read verdicts and need none of a board."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from plumbline.common import documents
from plumbline.host.verdict.schemas import published
from plumbline.host.verdict.verdict_file import Judged

SCHEMA = published("verdict")


def smallest(form: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """The least that conforms, with some values of one's own in their places."""
    form = resolved(form)
    if "anyOf" in form:
        return None if {"type": "null"} in form["anyOf"] and not values else smallest(form["anyOf"][0], values)
    if "enum" in form:
        return form["enum"][0]
    if form["type"] == "object":
        known = form.get("properties", {})
        names = {**dict.fromkeys(form.get("required", ())), **values}
        return {name: own(known.get(name, {}), values[name]) if name in values else smallest(known[name], {}) for name in names}
    if form["type"] == "array":
        return [smallest(each, {}) for each in form.get("prefixItems", ())]
    if "pattern" in form:
        return "a" * 64
    return {"string": "", "boolean": False, "integer": 0, "number": 0.0, "null": None}[form["type"]]


def own(form: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list) and "items" in form:
        return [own(form["items"], each) for each in value]
    whole = next((each for each in map(resolved, form.get("anyOf", [form])) if "properties" in each), None)
    return smallest(whole, value) if isinstance(value, Mapping) and whole else copy.deepcopy(value)


def resolved(form: Mapping[str, Any]) -> Mapping[str, Any]:
    return SCHEMA["$defs"][form["$ref"].rpartition("/")[2]] if "$ref" in form else form


def passing(**values: Any) -> dict[str, Any]:
    """A verdict that passed, as a parsed verdict.json."""
    document: dict[str, Any] = smallest(SCHEMA, {"outcome": "pass", "passed": True, **values})
    return document


def held(document: Mapping[str, Any]) -> Judged:
    """The same as its class."""
    return documents.conform(document, Judged)
