"""The first rows of the lookups.

They come once, here, so that a row that a user deletes or changes stays as the user left it.
Their ids are the same in every installation, so that senders' documentation can name them.

Revision ID: 0002
Revises: 0001
"""

from datetime import timedelta
from uuid import UUID, uuid5

import pycountry
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAMESPACE = UUID("6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48")

PERIODS = {
    "New": timedelta(days=90),
    "Processing": timedelta(hours=1),
    "Done": timedelta(days=30),
    "Failed": timedelta(days=90),
}
NAMES = {
    "webhook_entity": ("Contact", "Lead", "Order", "FormSubmit"),
    "channel": (
        "Search ads",
        "Organic search",
        "Social network",
        "Email",
        "Display ads",
        "Affiliate",
        "Redirected from another website",
        "Direct traffic",
    ),
    "lead_source": (
        "Google",
        "Google Ads",
        "Bing",
        "Facebook",
        "Instagram",
        "LinkedIn",
        "X",
        "YouTube",
        "Newsletter",
        "Other source",
        "Other website",
    ),
    "register_method": ("Landing page", "Webhook", "Incoming call", "Added by hand"),
}


def upgrade() -> None:
    _insert(
        "webhook_status",
        [
            {"name": name, "period_seconds": int(period.total_seconds())}
            for name, period in PERIODS.items()
        ],
    )
    for table, names in NAMES.items():
        _insert(table, [{"name": name} for name in names])
    _insert(
        "country",
        [{"name": country.name, "alpha_2": country.alpha_2} for country in pycountry.countries],
    )


def _insert(table: str, rows: list[dict[str, object]]) -> None:
    columns = [sa.column("id", sa.Uuid()), *(sa.column(name) for name in rows[0])]
    op.bulk_insert(
        sa.table(table, *columns),
        [{"id": uuid5(NAMESPACE, f"{table}/{row['name']}"), **row} for row in rows],
    )


def downgrade() -> None:
    for table in ("country", *NAMES, "webhook_status"):
        op.execute(sa.delete(sa.table(table)))
