"""The blueprint that all pages hang on, and how a page says who may see it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, current_app

from models.users.roles import Role

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint(
    "console",
    __name__,
    url_prefix="/console",
    template_folder="templates",
    static_folder="static",
)

PUBLIC = {"console.static", "console.sign_in"}
"""What is answered to anyone: what the sign-in page is made of."""


def needs(role: Role) -> Callable[[View], View]:
    """Say which role a page is for; one that says nothing is for nobody."""

    def _mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return _mark


def role_for(endpoint: str) -> Role | None:
    """Return the role that a page is for, None where it does not say."""
    return getattr(current_app.view_functions[endpoint], "needs", None)
