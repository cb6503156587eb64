"""What each role may do in the console: each may what the one before it may, and more."""

from enum import StrEnum


class Role(StrEnum):
    """The roles, from the one that may least."""

    LOOK = "look"
    """Sees counts, statuses, ids and kinds of errors; nothing that a sender or a person wrote."""
    OPERATE = "operate"
    """Sees bodies and people's data, too; runs webhooks again, corrects and deletes them."""
    CONFIGURE = "configure"
    """Changes lookups, sources and users, too, and reads the audit log."""

    def may(self, needed: "Role") -> bool:
        """Say whether this role may do what another is needed for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    @property
    def sees_data(self) -> bool:
        """Say whether bodies and people's data are shown."""
        return self.may(Role.OPERATE)


IN_WORDS = {
    Role.LOOK: "sees counts, statuses, ids and kinds of errors",
    Role.OPERATE: "sees bodies and people, too; retries, corrects and deletes webhooks",
    Role.CONFIGURE: "changes lookups, sources and users, too; reads the audit log",
}
