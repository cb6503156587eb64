"""What a webhook needs to run again: its original body, and whether it updates its record.

The original is kept by a trigger, so that it also stays where a body is corrected by SQL.

Revision ID: 0006
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER webhook_keep_original_body AFTER UPDATE OF request_body ON webhook
WHEN new.original_body IS NULL AND new.request_body IS NOT old.request_body
BEGIN
    UPDATE webhook SET original_body = old.request_body WHERE id = new.id;
END
"""
POSTGRESQL = (
    """
    CREATE FUNCTION webhook_keep_original_body() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        new.original_body := old.request_body;
        RETURN new;
    END $$
    """,
    """
    CREATE TRIGGER webhook_keep_original_body BEFORE UPDATE OF request_body ON webhook
    FOR EACH ROW
    WHEN (new.original_body IS NULL AND new.request_body IS DISTINCT FROM old.request_body)
    EXECUTE FUNCTION webhook_keep_original_body()
    """,
)


def upgrade() -> None:
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.add_column(sa.Column("original_body", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("updates_record", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgresql else (SQLITE,):
        op.execute(statement)
