"""Contact search.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


CHANNEL_CODES = {
    "Search ads": "cpc, ppc, paid, paidsearch, paid search, search ads",
    "Organic search": "organic, seo",
    "Social network": "social, social-network, social network, sm, paidsocial, paid social",
    "Email": "email, e-mail, newsletter, mail",
    "Display ads": "display, banner, cpm",
    "Affiliate": "affiliate, affiliates, partner",
    "Redirected from another website": "referral, referrer, link",
}
# Name: what utm_source says, the hosts that refer from it, and its channel.
SOURCES = {
    "Google": ("google", "google.com, google.de, google.fr, google.co.uk", "Organic search"),
    "Google Ads": ("adwords, googleads, google ads", None, "Search ads"),
    "Bing": ("bing", "bing.com", "Organic search"),
    "Facebook": ("facebook, fb, meta", "facebook.com, fb.com, fb.me", "Social network"),
    "Instagram": ("instagram, ig", "instagram.com", "Social network"),
    "LinkedIn": ("linkedin", "linkedin.com, lnkd.in", "Social network"),
    "X": ("x, twitter", "x.com, twitter.com, t.co", "Social network"),
    "YouTube": ("youtube, yt", "youtube.com, youtu.be", "Social network"),
    "Newsletter": ("newsletter", None, "Email"),
}


def upgrade() -> None:
    op.create_table(
        "contact_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("used", sa.Text(), nullable=False),
        sa.Column("unused", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("profile", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("flow_run_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_decision")),
    )
    with op.batch_alter_table("contact_decision", schema=None) as batch_op:
        batch_op.create_index("ix_contact_decision_record_id", ["record_id"], unique=False)

    op.create_table(
        "contact_clue",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_clue_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "contact_id", name=op.f("pk_contact_clue")),
    )
    with op.batch_alter_table("contact_clue", schema=None) as batch_op:
        batch_op.create_index("ix_contact_clue_contact_id", ["contact_id"], unique=False)

    op.create_table(
        "contact_communication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(length=250), nullable=False),
        sa.Column("region", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=True),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_communication_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_communication")),
    )
    with op.batch_alter_table("contact_communication", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_communication_contact_id"), ["contact_id"], unique=False
        )

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("codes", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=True)
        )

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("clues_for", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_contact_clues_for"), ["clues_for"], unique=False)

    with op.batch_alter_table("form_submit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("contact_searched_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.create_index(
            "ix_form_submit_waits_for_contact",
            ["created_at", "id"],
            unique=False,
            postgresql_where=sa.text("contact_searched_at IS NULL"),
            sqlite_where=sa.text("contact_searched_at IS NULL"),
        )

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("contact_searched_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.create_index(
            "ix_lead_waits_for_contact",
            ["created_at", "id"],
            unique=False,
            postgresql_where=sa.text("contact_searched_at IS NULL"),
            sqlite_where=sa.text("contact_searched_at IS NULL"),
        )

    with op.batch_alter_table("lead_source", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("codes", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=True)
        )
        batch_op.add_column(
            sa.Column("sites", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=True)
        )
        batch_op.add_column(sa.Column("channel_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_lead_source_channel_id"), "channel", ["channel_id"], ["id"]
        )

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("contact_searched_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.create_index(
            "ix_order_waits_for_contact",
            ["created_at", "id"],
            unique=False,
            postgresql_where=sa.text("contact_searched_at IS NULL"),
            sqlite_where=sa.text("contact_searched_at IS NULL"),
        )

    with op.batch_alter_table("webhook_source", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("contact_profile", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=True)
        )
        batch_op.add_column(
            sa.Column("region", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=True)
        )
        batch_op.add_column(
            sa.Column("searches_contacts", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    _fill_codes()


def _fill_codes() -> None:
    """Give the rows that came with the first schema what tells them; a user's own keep theirs."""
    channel = _table("channel", "id", "name", "codes")
    for row, words in CHANNEL_CODES.items():
        op.execute(channel.update().where(channel.c.name == row).values(codes=words))
    source = _table("lead_source", "name", "codes", "sites", "channel_id")
    for row, (words, sites, of_channel) in SOURCES.items():
        channel_id = sa.select(channel.c.id).where(channel.c.name == of_channel).scalar_subquery()
        op.execute(
            source.update()
            .where(source.c.name == row)
            .values(codes=words, sites=sites, channel_id=channel_id)
        )


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


def downgrade() -> None:
    with op.batch_alter_table("webhook_source", schema=None) as batch_op:
        batch_op.drop_column("searches_contacts")
        batch_op.drop_column("region")
        batch_op.drop_column("contact_profile")

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_order_waits_for_contact",
            postgresql_where=sa.text("contact_searched_at IS NULL"),
            sqlite_where=sa.text("contact_searched_at IS NULL"),
        )
        batch_op.drop_column("contact_searched_at")

    with op.batch_alter_table("lead_source", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_lead_source_channel_id"), type_="foreignkey")
        batch_op.drop_column("channel_id")
        batch_op.drop_column("sites")
        batch_op.drop_column("codes")

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lead_waits_for_contact",
            postgresql_where=sa.text("contact_searched_at IS NULL"),
            sqlite_where=sa.text("contact_searched_at IS NULL"),
        )
        batch_op.drop_column("contact_searched_at")

    with op.batch_alter_table("form_submit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_form_submit_waits_for_contact",
            postgresql_where=sa.text("contact_searched_at IS NULL"),
            sqlite_where=sa.text("contact_searched_at IS NULL"),
        )
        batch_op.drop_column("contact_searched_at")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_clues_for"))
        batch_op.drop_column("clues_for")

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_column("codes")

    with op.batch_alter_table("contact_communication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_communication_contact_id"))

    op.drop_table("contact_communication")
    with op.batch_alter_table("contact_clue", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_clue_contact_id")

    op.drop_table("contact_clue")
    with op.batch_alter_table("contact_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_decision_record_id")

    op.drop_table("contact_decision")
