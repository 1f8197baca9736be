"""JSON Schema of every event, for those who use another language: `python -m event_contracts.schema DIR`."""

import json
import sys
from pathlib import Path
from typing import Any, cast

from event_contracts.envelope import Event, service_of, source_of
from event_contracts.registry import REGISTRY


def json_schema(event_type: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the whole event as it is published: envelope and data, type and source fixed."""
    schema: dict[str, Any] = cast(Any, Event)[REGISTRY[event_type]].model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = event_type
    schema["properties"]["type"] = {"const": event_type}
    schema["properties"]["source"] = {"const": source_of(service_of(event_type))}
    schema["required"] = sorted({*schema["required"], "specversion"})
    return schema


def export(folder: Path) -> list[Path]:
    """Writes one `<type>.schema.json` per event into `folder` and returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for event_type in sorted(REGISTRY):
        file = folder / f"{event_type}.schema.json"
        file.write_text(json.dumps(json_schema(event_type), indent=2, sort_keys=True) + "\n")
        files.append(file)
    return files


if __name__ == "__main__":
    export(Path(sys.argv[1]))
