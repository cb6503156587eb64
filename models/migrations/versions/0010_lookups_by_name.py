"""Lookups by name, and which of a webhook's records an error is about.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webhook_parse_error", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=True))
    op.create_table(
        "lookup_alias",
        sa.Column("lookup", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=250), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("lookup", "name", name=op.f("pk_lookup_alias")),
    )
    op.create_table(
        "lookup_setting",
        sa.Column("lookup", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("creates_missing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_lookup_setting")),
    )


def downgrade() -> None:
    op.drop_table("lookup_setting")
    op.drop_table("lookup_alias")
    with op.batch_alter_table("webhook_parse_error", schema=None) as batch_op:
        batch_op.drop_column("position")
