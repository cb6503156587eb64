"""JMESPath expressions: checked when a mapping is written, evaluated when a webhook comes.

An expression never raises anything but an `ExpressionError`, and notes which values it looked at,
so that those that nobody looked at can be shown.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import EmptyExpressionError, JMESPathError, LexerError, ParseError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter
from pydantic import AfterValidator, StringConstraints

from models.mapping.answers import Answer, Answers

LONGEST = 2000
"""An expression is written by a person."""

Key = tuple[int, Any]
"""Where a value stands: the identity of what holds it, and its name or place there."""


class ExpressionError(ValueError):
    """An expression is wrong, or cannot be evaluated for a request; the text says where and why."""


@lru_cache(maxsize=10_000)
def parsed(expression: str) -> Any:
    """Parse an expression, once.

    Raises:
        ExpressionError: it is no JMESPath, or calls a function that there is not.
    """
    try:
        tree: Any = jmespath.compile(expression).parsed
        _check_functions(tree, expression)
    except ExpressionError:
        raise
    except RecursionError:
        raise ExpressionError(_at(expression, 0, "it is nested too deeply")) from None
    except EmptyExpressionError:
        raise ExpressionError("An expression is empty.") from None
    except LexerError as error:
        raise ExpressionError(_at(expression, error.lexer_position, error.message)) from None
    except ParseError as error:
        raise ExpressionError(_at(expression, error.lex_position, _unexpected(error))) from None
    except (JMESPathError, ValueError) as error:
        raise ExpressionError(_at(expression, 0, str(error))) from None
    return tree


def _unexpected(error: ParseError) -> str:
    if not error.token_value:
        return "it ends too early"
    return f"{error.token_value!r} was not expected here"


def _at(expression: str, position: int, reason: str) -> str:
    """Say where in an expression, which may have several lines, something is wrong."""
    before = expression[:position].split("\n")
    return (
        f'"{expression}" is no JMESPath expression: line {len(before)}, '
        f"column {len(before[-1]) + 1}: {reason}."
    )


def _check_functions(tree: dict[str, Any], expression: str) -> None:
    if tree["type"] == "function_expression":
        name, given = tree["value"], len(tree["children"])
        known = Look.FUNCTION_TABLE.get(name)
        position = max(expression.find(f"{name}("), 0)
        if known is None:
            raise ExpressionError(_at(expression, position, f"there is no function {name}()"))
        wanted = known["signature"]
        if given < len(wanted) or (given > len(wanted) and not wanted[-1].get("variadic")):
            reason = f"{name}() takes {len(wanted)} arguments, not {given}"
            raise ExpressionError(_at(expression, position, reason))
    for child in tree["children"]:
        if isinstance(child, dict):
            _check_functions(child, expression)


def _checked(expression: str) -> str:
    parsed(expression)
    return expression


Expression = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_checked)]
"""A JMESPath expression, as text."""


class Look(Functions):
    """Looks at one request: evaluates expressions, and notes which values they looked at."""

    def __init__(self) -> None:
        self.seen: set[Key] = set()
        """The values that were looked at, by where they stand."""
        self.taken: set[int] = set()
        """The identities of objects and lists that were taken as a whole."""
        self._forms: dict[int, tuple[Any, Answers]] = {}
        self._interpreter = _Interpreter(self)

    def evaluate(self, expression: str, document: Any, *, takes: bool = True) -> Any:
        """Return what an expression finds in a document; None where it finds nothing.

        Args:
            expression: a JMESPath expression.
            document: what it looks at.
            takes: whether an object or list that it finds is taken as a whole.

        Raises:
            ExpressionError: it asks for what cannot be done with the values that came.
        """
        try:
            found = self._interpreter.visit(parsed(expression), document)
        except ExpressionError:
            raise
        except JMESPathError as error:
            # Its whole text may quote what a person wrote.
            name = getattr(error, "function_name", "a function")
            raise ExpressionError(
                f'"{expression}" cannot be evaluated: {name}() was given a value of another type '
                "than it takes."
            ) from None
        except Exception as error:  # the library declares only some of what it raises
            raise ExpressionError(
                f'"{expression}" cannot be evaluated: {type(error).__name__}.'
            ) from None
        if isinstance(found, (list, dict)):
            if takes:
                self.taken |= {id(found), *map(id, found if isinstance(found, list) else ())}
        elif not isinstance(found, (str, int, float, Decimal, type(None))):
            raise ExpressionError(f'"{expression}" finds no value: "&" is for functions alone.')
        return found

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """Call a function of JMESPath's, or one of those below."""
        return super().call_function(function_name, [_known_type(each) for each in resolved_args])

    @signature({"types": ["object", "array", "null"]}, {"types": ["string"]})
    def _func_answer(self, form: Any, name: str) -> Any:
        """Find an answer by its id, key or label."""
        return self._take(self._answers(form).named(name))

    @signature({"types": ["object", "array", "null"]}, {"types": ["string"]})
    def _func_answer_of_type(self, form: Any, kind: str) -> Any:
        """Find the first answer of a type, such as email."""
        return self._take(self._answers(form).of_type(kind))

    def _answers(self, form: Any) -> Answers:
        if id(form) not in self._forms:
            answers = Answers(form)
            self.seen |= answers.told_beside
            self.taken |= answers.taken
            self._forms[id(form)] = form, answers  # while it is held, its identity is no other's
        return self._forms[id(form)][1]

    def _take(self, answer: Answer | None) -> Any:
        if answer is None:
            return None
        self.seen.add(answer.key)
        if isinstance(answer.value, (list, dict)):
            self.taken.add(id(answer.value))
        return answer.value


class _Interpreter(TreeInterpreter):
    """Notes each field that is looked at."""

    def __init__(self, look: Look) -> None:
        super().__init__(Options(custom_functions=look))
        self._look = look

    def visit_field(self, node: Any, value: Any) -> Any:
        if isinstance(value, dict):
            self._look.seen.add((id(value), node["value"]))
        return super().visit_field(node, value)


def _known_type(value: Any) -> Any:
    """Turn exact numbers to those that JMESPath's functions know, also in a list."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list) and any(isinstance(each, Decimal) for each in value):
        return [_known_type(each) if isinstance(each, Decimal) else each for each in value]
    return value
