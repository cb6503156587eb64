"""Bodies made to break the process: each comes to its end, and the batch goes on."""

import pytest

from models.entities.form_submit import FormSubmit
from models.webhook import Status
from tests.models.webhooks import form, logged, process, records, store, stored

pytestmark = pytest.mark.usefixtures("database")

DEEP = 100_000
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
BEGIN = b'{"EntityName": "FormSubmit", '
MEBIBYTE = b"a" * 1024 * 1024
MANY = b"&".join(b"a%d=1" % n for n in range(10_000))

CASES = {
    "deep nesting": (JSON, b"[" * DEEP + b"]" * DEEP, Status.FAILED),
    "deep objects": (JSON, BEGIN + b'"a":' + b'{"a":' * DEEP + b"1}" + b"}" * DEEP, Status.FAILED),
    "a huge number": (JSON, BEGIN + b'"Notes": ' + b"9" * 100_000 + b"}", None),
    "a huge exponent": (JSON, BEGIN + b'"Notes": 1e999999999}', None),
    "not a number": (JSON, BEGIN + b'"Notes": NaN}', None),
    "duplicate keys": (JSON, BEGIN + b'"FirstName": "Ada", "FirstName": "Eve"}', None),
    "a NUL": (JSON, BEGIN + rb'"FirstName": "A\u0000da"}', Status.DONE),
    "a NUL in a name": (JSON, BEGIN + rb'"First\u0000Name": "Ada"}', Status.DONE),
    "a NUL in the entity": (JSON, rb'{"EntityName": "Form\u0000Submit"}', Status.FAILED),
    "a lone surrogate": (JSON, BEGIN + rb'"FirstName": "\ud800"}', Status.DONE),
    "a lone surrogate in a name": (JSON, BEGIN + rb'"\udfff": "Ada"}', Status.DONE),
    "a 1 MiB line": (JSON, BEGIN + b'"FirstName": "' + MEBIBYTE + b'"}', None),
    "a 1 MiB word of the form": (FORM, b"EntityName=FormSubmit&a=" + MEBIBYTE, Status.DONE),
    "10,000 parameters": (FORM, b"EntityName=FormSubmit&" + MANY, None),
    "100,000 parts": (PARTS, PART * 100_000, Status.FAILED),
    "a part without end": (PARTS, b"--b\r\nX: " + MEBIBYTE, Status.FAILED),
}
"""By what is odd of each: its content type, its body, and what becomes of it; None: either."""


def test_each_comes_to_its_end_and_the_batch_goes_on() -> None:
    odd = {name: store(body, content_type=type_)[0] for name, (type_, body, _) in CASES.items()}
    (good,) = store(form("FormSubmit", FirstName="Grace"))
    process()
    assert stored(good).status == Status.DONE
    assert "Grace" in {each.first_name for each in records(FormSubmit)}
    for name, id_ in odd.items():
        webhook, expected = stored(id_), CASES[name][2]
        assert webhook.status in ((expected,) if expected else (Status.DONE, Status.FAILED)), name
        if webhook.status == Status.FAILED:
            assert all(each.message for each in logged(id_)) and logged(id_), name
