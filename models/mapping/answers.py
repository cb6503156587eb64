"""The answers of a form, whichever of four ways a service sends them in.

- a list of answers, with or without the form's definition beside it (Typeform)
- fields by their ids, or as a list, each with its label, type and value (Elementor, HubSpot)
- keys that hold a number and a name: `q3_email` (Jotform)
- labels with values (Webflow, and every flat form)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

IDS = ("id", "ref", "key", "name", "field_id")
LABELS = ("label", "title", "question", "text")
VALUES = ("value", "answer", "raw_value")
VALUES_OR_TYPE = (*VALUES, "type")
NUMBERED = re.compile(r"q(\d+)_(.+)", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """One answer, with what it can be found by."""

    value: Any
    key: tuple[int, Any]
    """Where the value stands: the identity of what holds it, and its name there."""
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kind: str = ""


class Answers:
    """All answers of a form, found by what people call them."""

    def __init__(self, form: Any) -> None:
        found = list(_read(form))
        # Of two with the same name, the first is meant.
        self._by_id = {name: each for each in reversed(found) for name in each.ids}
        self._by_label = {folded(label): each for each in reversed(found) for label in each.labels}
        self._by_kind = {each.kind: each for each in reversed(found)}
        self.told_beside = _told_beside(form) - {each.key for each in found}
        """Where ids, labels and types stand, by which answers are found, and which are none."""
        self.taken = _taken(form)
        """The identities of objects that hold nothing else, such as the form's definition."""

    def named(self, name: str) -> Answer | None:
        """Find an answer by its id or key, or else by its label, whatever the case."""
        return self._by_id.get(name) or self._by_label.get(folded(name))

    def of_type(self, kind: str) -> Answer | None:
        """Find the first answer of a type."""
        return self._by_kind.get(kind)


def folded(label: str) -> str:
    """Fold what people write differently in a label: case, spaces, a colon or star at its end."""
    return " ".join(label.split()).rstrip(" :*?").casefold()


def _told_beside(form: Any) -> set[tuple[int, Any]]:
    holders = (each for each in _objects(form) if any(name in each for name in VALUES_OR_TYPE))
    return {(id(each), name) for each in holders for name in (*IDS, *LABELS, "type")}


def _taken(form: Any) -> set[int]:
    taken = {id(each["field"]) for each in _objects(form) if "field" in each}
    if isinstance(form, dict) and "definition" in form:
        taken.add(id(form["definition"]))
    return taken


def _objects(form: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that may be answers, as `_read` goes through them."""
    if isinstance(form, dict):
        for name in ("answers", "fields"):
            if isinstance(form.get(name), (list, dict)):
                form = form[name]
                break
    held = form.values() if isinstance(form, dict) else form if isinstance(form, list) else ()
    yield from (each for each in held if isinstance(each, dict))


def _read(form: Any) -> Iterator[Answer]:
    if isinstance(form, list):
        yield from (answer for each in form for answer in _one(each, "", {}))
    elif isinstance(form, dict) and isinstance(form.get("answers"), list):
        asked = _asked(form.get("definition"))
        yield from (answer for each in form["answers"] for answer in _one(each, "", asked))
    elif isinstance(form, dict) and isinstance(form.get("fields"), (list, dict)):
        yield from _read(form["fields"])
    elif isinstance(form, dict):
        for name, value in form.items():
            yield from _keyed(form, name, value)


def _keyed(form: dict[str, Any], name: str, value: Any) -> Iterator[Answer]:
    """Read what stands under a name: a field with its value, or the value itself."""
    if isinstance(value, dict) and any(each in value for each in VALUES):
        yield from _one(value, name, {})
    elif numbered := NUMBERED.fullmatch(name):
        yield Answer(value, (id(form), name), (name, *numbered.groups()), (numbered[2],))
    else:
        yield Answer(value, (id(form), name), (name,), (name,))


def _asked(definition: Any) -> dict[str, dict[str, Any]]:
    """Return the questions of a form's definition by their ids."""
    fields = definition.get("fields") if isinstance(definition, dict) else None
    found = [each for each in fields if isinstance(each, dict)] if isinstance(fields, list) else []
    return {str(each.get("id")): each for each in found}


def _one(answer: Any, name: str, asked: dict[str, dict[str, Any]]) -> Iterator[Answer]:
    if not isinstance(answer, dict):
        return
    holder, key = _value(answer)
    if holder is None:
        return
    field = answer["field"] if isinstance(answer.get("field"), dict) else {}
    question = asked.get(str(field.get("id")), {})
    told = [answer, field, question]
    kind = next((each for each in (answer.get("type"), field.get("type")) if each), "")
    yield Answer(
        holder[key],
        (id(holder), key),
        tuple(filter(None, (name, *_texts(told, IDS)))),
        tuple(_texts(told, LABELS)),
        str(kind),
    )


def _value(answer: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Find where the value of an answer stands."""
    kind = str(answer.get("type"))
    if isinstance(choice := answer.get(kind), dict):
        for key in ("label", "labels", "other"):
            if key in choice:
                return choice, key
    for key in (kind, *VALUES):
        if key in answer:
            return answer, key
    return None, ""


def _texts(told: list[dict[str, Any]], names: tuple[str, ...]) -> Iterator[str]:
    for each in told:
        for name in names:
            if isinstance(text := each.get(name), (str, int)):
                yield str(text)
