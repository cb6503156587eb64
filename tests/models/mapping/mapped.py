"""Requests and mappings for tests, brought together without a database."""

import json
import tomllib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from models.configuring.definition import Definition
from models.configuring.manner import Manner, drafts_of
from models.identity import new_id, utc_now
from models.reading.drafting import Draft
from models.webhook import Webhook

ALLOWED = {"Contact", "FormSubmit", "Lead", "Order"}


def request(
    body: Any,
    content_type: str | None = "application/json",
    *,
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    at: datetime | None = None,
) -> Webhook:
    """Make a webhook, unsaved; a body that is no text is written as JSON."""
    octets = body.encode() if isinstance(body, str) else body
    if not isinstance(octets, bytes):
        octets = json.dumps(octets).encode()
    return Webhook(
        request_body=octets,
        content_type=content_type,
        query_parameters=query,
        headers=json.dumps(list(headers)),
        webhook_source="test",
        api_key=new_id(),
        received_at=at or utc_now(),
    )


def form(**fields: Any) -> Webhook:
    """Make a webhook of a posted form."""
    return posted(fields)


def posted(fields: dict[str, Any]) -> Webhook:
    """Make a webhook of a posted form whose names are no Python names."""
    return request(urlencode(fields, doseq=True), "application/x-www-form-urlencoded")


def defined(toml: str) -> Definition:
    """Read a definition from TOML."""
    return Definition.model_validate(tomllib.loads(toml))


def drafted(
    toml: str, webhook: Webhook, default_entity: str | None = "FormSubmit"
) -> list[tuple[int, Draft]]:
    """Draft what a webhook comes to by a definition."""
    manner = Manner(default_entity=default_entity, definition=defined(toml))
    return drafts_of(webhook, manner, ALLOWED)


def one(toml: str, webhook: Webhook) -> Draft:
    """Draft the one record that a webhook comes to."""
    ((_, draft),) = drafted(toml, webhook)
    return draft


def column(spec: str, webhook: Webhook, code: str = "Notes") -> Any:
    """Return what one column gets by its mapping, written in TOML."""
    draft = one(f"[[map]]\ncolumns = {{ {code} = {spec} }}", webhook)
    return next(iter(draft.values.values()), None)
