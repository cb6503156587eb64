"""Our own entities pass the suite that users' entities pass."""

from pathlib import Path

from flows.conformance import suite

PAYLOADS = Path(__file__).parent.parent / "payloads" / "entities"

TestFormSubmit = suite("FormSubmit", PAYLOADS / "form_submit.json")
TestLead = suite("Lead", PAYLOADS / "lead.json")
TestOrder = suite("Order", PAYLOADS / "order.json")
