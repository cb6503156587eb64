"""Sources as data: what a service needs to be understood as it is, and what it repeats.

Revision ID: 0009
Revises: 0008
"""

from uuid import UUID, uuid5

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NAMESPACE = UUID("6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48")
"""That of the lookups' first rows: ids are the same in every installation."""
QUARANTINE_SECONDS = 90 * 24 * 60 * 60


def upgrade() -> None:
    with op.batch_alter_table("webhook_source", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("default_entity", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True)
        )
        batch_op.add_column(sa.Column("requests_per_second", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("definition", sa.JSON(), nullable=True))
    with op.batch_alter_table("webhook_key", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
    # Not in a batch, which on SQLite makes the table anew for this default, and loses its trigger.
    op.add_column(
        "webhook", sa.Column("released", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "webhook_event",
        sa.Column("webhook_source", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("event_sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_source", "event_sha256", name=op.f("pk_webhook_event")),
    )
    op.create_index(op.f("ix_webhook_event_ends_at"), "webhook_event", ["ends_at"])
    op.create_table(
        "webhook_refusal",
        sa.Column("webhook_source", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("hour", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "webhook_source", "reason", "hour", name=op.f("pk_webhook_refusal")
        ),
    )
    status = sa.table(
        "webhook_status",
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.String()),
        sa.column("period_seconds", sa.Integer()),
    )
    op.bulk_insert(
        status,
        [
            {
                "id": uuid5(NAMESPACE, "webhook_status/Quarantined"),
                "name": "Quarantined",
                "period_seconds": QUARANTINE_SECONDS,
            }
        ],
    )


def downgrade() -> None:
    op.execute("UPDATE webhook SET status = 'Failed' WHERE status = 'Quarantined'")
    op.execute("DELETE FROM webhook_status WHERE name = 'Quarantined'")
    op.drop_table("webhook_refusal")
    op.drop_table("webhook_event")
    op.drop_column("webhook", "released")
    for table, columns in {
        "webhook_key": ["ends_at"],
        "webhook_source": ["definition", "requests_per_second", "default_entity", "active"],
    }.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
