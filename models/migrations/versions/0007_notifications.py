"""Notifications.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("new_webhooks", sa.Boolean(), nullable=False),
        sa.Column("processing_errors", sa.Boolean(), nullable=False),
        sa.Column("stuck_queue", sa.Boolean(), nullable=False),
        sa.Column("silent_source", sa.Boolean(), nullable=False),
        sa.Column("webhook_source", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
        sa.Column("with_data", sa.Boolean(), nullable=False),
        sa.Column("told_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("alarms_told_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sending_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("last_sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("failing_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("name", name=op.f("uq_notification_name")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("webhook_source", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("raised_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("cleared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(
        "ix_alarm_standing",
        "alarm",
        ["topic", "webhook_source"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
        sqlite_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_parse_error_logged_at", "webhook_parse_error", ["logged_at"], unique=False
    )
    op.add_column("webhook_source", sa.Column("silent_after_seconds", sa.Integer(), nullable=True))
    op.add_column(
        "webhook_source",
        sa.Column("last_received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    )


def downgrade() -> None:
    with op.batch_alter_table("webhook_source", schema=None) as batch_op:
        batch_op.drop_column("last_received_at")
        batch_op.drop_column("silent_after_seconds")
    op.drop_index("ix_webhook_parse_error_logged_at", "webhook_parse_error")
    op.drop_table("alarm")
    op.drop_table("notification")
