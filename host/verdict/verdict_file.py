"""Reads a verdict.json, held to its schema: a file that somebody edited, damaged or wrote by another version is refused with what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from plumbline.common import strict_json
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.outcome import ERROR, FAIL, PASS, SCHEMA

Document = Mapping[str, Any]
"""A verdict.json of this SCHEMA."""
_HINT = "Give a verdict.json, or a folder of `make verify` that holds one; verify anew for one of this version."
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None)}
_DESCRIPTIONS = {"$schema", "title", "description"}
_USED = {"type", "const", "enum", "pattern", "required", "properties", "additionalProperties", "items", "if", "then", "else"}


def load(path: Path) -> Document:
    """Read a verdict.json, or the one in a folder.

    Raises:
        ArtefactsDisagree: there is none, or it is damaged or of another version.
    """
    file = path / "verdict.json" if path.is_dir() else path
    try:
        document = strict_json.read(file)
    except (OSError, ValueError) as error:
        raise ArtefactsDisagree(f"{file} cannot be read: {error}.", _HINT) from error
    found = document.get("schema") if isinstance(document, dict) else None
    if found != SCHEMA or isinstance(found, bool):
        raise ArtefactsDisagree(f"{file} has schema {found!r:.40}, this version reads {SCHEMA}.", _HINT)
    try:
        conform(document, schema())
        _agree(document)
    except ValueError as error:
        raise ArtefactsDisagree(f"{file} is no verdict: {error}.", _HINT) from error
    return dict(document)


def _agree(document: Document) -> None:
    """Raises ValueError, with the names, where two fields say of the same run that it passed and that it did not."""
    outcome, error, code = document["outcome"], document["error"], document.get("exit_code")
    said = {name: document[name] for name in ("outcome", "passed", "exit_code") if name in document}
    facts = ", ".join(f"{name} {value!r}" for name, value in said.items())
    if document["passed"] != (outcome == PASS) or (document["passed"] and document["failures"]):
        raise ValueError(f"outcome, passed and failures contradict each other: {facts}, {len(document['failures'])} failures")
    if code is not None and (code == 0) != (outcome == PASS):
        raise ValueError(f"outcome, passed and exit_code contradict each other: {facts}")
    if (error is not None) != (outcome == ERROR):
        raise ValueError(f"outcome and error contradict each other: {facts}, error {'null' if error is None else error['name']!r:.60}")
    if error is not None and code not in (None, error["exit_code"]):
        raise ValueError(f"exit_code {code} and error.exit_code {error['exit_code']} contradict each other")


def judged(path: Path) -> Document:
    """The same, of a run that came to a verdict.

    Raises:
        ArtefactsDisagree: as `load`; or the run ended in an error, or did not end.
    """
    document = load(path)
    if document["outcome"] not in (PASS, FAIL):
        why = document["failures"][0] if document["failures"] else document["outcome"]
        raise ArtefactsDisagree(f"{path} holds no verdict: {why}", "Mend that and verify again; the folder last_pass may hold an earlier verdict.")
    return document


@cache
def schema() -> dict[str, Any]:
    """verdict.schema.json."""
    return dict(json.loads(Path(__file__).with_name("verdict.schema.json").read_text()))


def conform(value: Any, form: Mapping[str, Any], where: str = "the document") -> None:
    """Hold a document to the part of JSON Schema that verdict.schema.json uses.

    Raises:
        ValueError: says where it does not conform.
        NotImplementedError: the schema uses another part.
    """
    if not set(form) <= _USED | _DESCRIPTIONS:
        raise NotImplementedError(f"{where}: {sorted(set(form) - _USED - _DESCRIPTIONS)}")
    if "type" in form and not _is_of(value, form["type"]):
        raise ValueError(f"{where} is not of type {form['type']}")
    if "const" in form and (value != form["const"] or isinstance(value, bool) != isinstance(form["const"], bool)):
        raise ValueError(f"{where} is not {form['const']!r}")
    if "enum" in form and value not in form["enum"]:
        raise ValueError(f"{where} is none of {form['enum']}")
    if "pattern" in form and not re.search(form["pattern"], value):
        raise ValueError(f"{where} does not look as it must")
    if isinstance(value, dict):
        _conform_object(value, form, where)
    if isinstance(value, list) and "items" in form:
        for index, each in enumerate(value):
            conform(each, form["items"], f"{where}[{index}]")
    if "if" in form:
        conform(value, form.get("then" if _conforms(value, form["if"]) else "else", {}), where)


def _conform_object(value: dict[str, Any], form: Mapping[str, Any], where: str) -> None:
    missing = [name for name in form.get("required", ()) if name not in value]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    for name, each in value.items():
        inner = form.get("properties", {}).get(name, form.get("additionalProperties", {}))
        if inner is False:
            raise ValueError(f"{where} has a field {name[:60]!r} that the schema does not know")
        conform(each, inner, f"{where}.{name[:60]}")


def _conforms(value: Any, form: Mapping[str, Any]) -> bool:
    try:
        conform(value, form)
    except ValueError:
        return False
    return True


def _is_of(value: Any, types: str | list[str]) -> bool:
    allowed = [types] if isinstance(types, str) else types
    return any(isinstance(value, _TYPES[each]) and (each == "boolean") == isinstance(value, bool) for each in allowed)  # type: ignore[arg-type]
