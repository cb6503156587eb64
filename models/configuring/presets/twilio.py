"""Twilio signs the URL and the form's fields by their names, which no template can say."""

import base64
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

from models.admitting.request import Request

PRESET = """
# Twilio: text messages; signed with the account's auth token. The URL is signed: see
# HOOKLINE_TRUSTED_PROXIES where a proxy stands before the receiver.
entity = "FormSubmit"

[signature]
scheme = "code"
code = "twilio"

[event_id]
path = "body.MessageSid"

[[map]]
[map.columns]
MobilePhone = "body.From"
Notes = "body.Body"
"""


def verify(request: Request, secrets: Sequence[str]) -> bool:
    """Say whether the signature is that of the URL and the fields, sorted by their names."""
    fields = sorted(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    text = request.url + "".join(name + value for name, value in fields)
    signed = text.encode("utf-8", "replace")
    shown = request.header("X-Twilio-Signature").encode("latin-1", "replace")
    made = [hmac.digest(each.encode(), signed, "sha1") for each in secrets]
    return any([hmac.compare_digest(base64.b64encode(each), shown) for each in made])
