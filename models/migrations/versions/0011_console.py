"""The console: its users, what they did, and what its lists are found by.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TROUBLED = sa.text("status = 'Failed' OR error_count > 0")


def upgrade() -> None:
    op.create_table(
        "console_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("last_sign_in_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("sessions_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_user")),
        sa.UniqueConstraint("name", name=op.f("uq_console_user_name")),
    )
    op.create_table(
        "console_audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("done_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("user_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_audit")),
    )
    op.create_index("ix_console_audit_subject", "console_audit", ["subject", "subject_id"])
    op.create_index(
        "ix_webhook_troubled",
        "webhook",
        ["received_at", "id", "status"],
        postgresql_where=TROUBLED,
        sqlite_where=TROUBLED,
    )
    op.create_index("ix_webhook_source_received_at", "webhook", ["webhook_source", "received_at"])
    op.create_index("ix_contact_communication_value", "contact_communication", ["value"])


def downgrade() -> None:
    op.drop_index("ix_contact_communication_value", "contact_communication")
    op.drop_index("ix_webhook_source_received_at", "webhook")
    op.drop_index("ix_webhook_troubled", "webhook")
    op.drop_index("ix_console_audit_subject", "console_audit")
    op.drop_table("console_audit")
    op.drop_table("console_user")
