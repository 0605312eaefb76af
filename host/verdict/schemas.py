"""The JSON Schemas of the files that the project writes, made from their classes."""

from __future__ import annotations

from typing import Any

from plumbline.common import documents
from plumbline.common.explanation import Explanation
from plumbline.common.manifest import Manifest
from plumbline.host.firmware.built import Built
from plumbline.host.verdict.case import Case
from plumbline.host.verdict.profile import Profile
from plumbline.host.verdict.verdict_file import Judged, Unjudged

FORMS: dict[str, tuple[type, ...]] = {
    "verdict": (Judged, Unjudged),
    "manifest": (Manifest,),
    "explain": (Explanation,),
    "firmware": (Built,),
    "profile": (Profile,),
    "case": (Case,),
}
"""The classes that a document may be of, by the name of its file without `.json`."""


def published(name: str) -> dict[str, Any]:
    """The JSON Schema of NAME.json, one of FORMS."""
    forms = FORMS[name]
    return documents.json_schema(f"Plumbline {name}.json, version {vars(forms[0])['schema']}", *forms)
