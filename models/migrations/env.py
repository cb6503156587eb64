"""Alembic's entry: migrates the connection that `upgrade` hands over."""

from alembic import context
from sqlmodel import SQLModel

import models.admitting.tables
import models.following.subflow
import models.matching.tables
import models.notifying.tables
import models.site_events.tables
import models.source
import models.users.tables
import models.webhook  # noqa: F401
from models.entities import entities

entities()  # every table is known once its file was read

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite changes a column by copying its table
    compare_server_default=False,
    include_object=context.config.attributes.get("include_object"),
)
with context.begin_transaction():
    context.run_migrations()
