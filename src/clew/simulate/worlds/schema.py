"""The JSON Schema of world files, for editors; made from the model."""

from __future__ import annotations

import copy
from typing import Any

from clew.simulate.worlds.load import BASED_ON
from clew.simulate.worlds.model import World
from clew.written.tree import CITES

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PART = "PartOf"


def schema() -> dict[str, Any]:
    """The schema: a whole world, or one that says what it is based on and leaves out what is the same."""
    made = World.model_json_schema(by_alias=True)
    kinds = {name: _bounded(kind) for name, kind in made.pop("$defs").items()}
    kinds["World"] = _bounded(made)
    parts = {_PART + name: _loosened(kind, kinds) for name, kind in kinds.items() if _is_section(kind)}
    parts[_PART + "World"]["properties"][BASED_ON] = {
        "type": "string",
        "description": "A shipped world, or a file beside this one; its figures hold where this has none.",
    }
    parts[_PART + "World"]["required"] = ["name", BASED_ON]
    return {
        "$schema": DRAFT,
        "title": "World file of clew simulate",
        "if": {"required": [BASED_ON]},
        "then": _refers(_PART + "World"),
        "else": _refers("World"),
        "$defs": {**kinds, **parts},
    }


def _refers(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _is_section(kind: dict[str, Any]) -> bool:
    """Whether another file may give it in part: entries and sources are replaced whole."""
    keys = kind.get("properties", {})
    return bool(keys) and CITES not in keys and "title" not in keys


def _bounded(kind: dict[str, Any]) -> dict[str, Any]:
    """The bounds that the model keeps beside a figure, as JSON Schema says them."""
    for field in kind.get("properties", {}).values():
        if "least" in field:
            limits = {"minimum": field.pop("least"), "maximum": field.pop("most")}
            field["properties"] = {"is": limits, "between": {"items": limits}}
    return kind


def _loosened(kind: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    """The same section without required keys; sections in it likewise. What lists hold keeps its name."""
    part = copy.deepcopy(kind)
    part["required"] = [name for name in ("name", "protocol") if name in part["properties"]]
    for field in part["properties"].values():
        for place in (field, field.get("items", {})):
            named = str(place.get("$ref", "")).rpartition("/")[2]
            if named and _is_section(kinds[named]):
                place["$ref"] = f"#/$defs/{_PART}{named}"
        # Half a world may change no zone at all, or one.
        field.pop("minItems", None)
    return part
