"""Sources for tests, with a definition of their own."""

from typing import Any

from models.database import transaction
from models.identity import new_id
from models.source import add_source, find_source


def source_with(definition: Any, name: str = "", **columns: Any) -> str:
    """Make a source, and return its key."""
    name = name or f"source {new_id()}"
    with transaction() as session:
        api_key = add_source(session, name)
        source = find_source(session, name)
        assert source
        source.sqlmodel_update({"definition": definition} | columns)
    return api_key
