"""The nouns and the pure rules: tables, settings, database, and a room for each matter."""

from sqlmodel import SQLModel

# Constraints without a name of their own get one, so that migrations can name them on any database.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
