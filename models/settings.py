"""What a user can set, each setting once."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (ROOT / "prefect.yaml").exists()
"""Whether this is a checkout, rather than a copy that pip put among other packages."""


def place() -> Path:
    """Return the folder to work in: the checkout, or the current one of an installed copy."""
    return ROOT if IS_CHECKOUT else Path.cwd()


class Settings(BaseSettings):
    """Read Hookline's settings from `HOOKLINE_…` variables or a file named `.env`."""

    model_config = SettingsConfigDict(env_prefix="HOOKLINE_", env_file=".env", extra="ignore")

    home: Path = Field(
        default_factory=lambda: place() / ".hookline",
        description="Folder for what Hookline keeps on disk: SQLite, Prefect's database. Without "
        "it `.hookline`, in the checkout or else in the current folder.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL, `postgresql+psycopg://…` or `sqlite:///…`. "
        "Empty: `hookline.db` in the home folder.",
    )
    host: str = Field(default="127.0.0.1", description="Address the receiver listens on.")
    port: int = Field(default=8080, ge=1, le=65535, description="Port of the receiver.")
    receiver_workers: int = Field(default=2, ge=1, description="Processes of the receiver.")
    max_body_bytes: int = Field(
        default=10 * 1024 * 1024,
        ge=1,
        description="Largest body that is accepted, in bytes. Counted on the bytes read.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        description="How many proxies stand before the receiver and set X-Forwarded-For, -Proto "
        "and -Host. With 0 these headers are believed of no one. Sources that name the addresses "
        "they send from, or sign the URL, need it behind a proxy.",
    )
    max_requests_in_flight: int = Field(
        default=500,
        ge=1,
        description="Requests that one process of the receiver has in hand at a time; beyond it "
        "senders are asked to come back, 503.",
    )
    max_bodies_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1,
        description="How much the bodies of those requests may take of one process's memory "
        "together, in bytes; at least one largest body. Beyond it 503.",
    )
    receive_timeout_seconds: float = Field(
        default=10,
        gt=0,
        description="How long a sender may take over its headers, and again over its body, in "
        "seconds. A body has a second more for each 64 KiB of it.",
    )
    database_timeout_seconds: float = Field(
        default=10,
        gt=0,
        description="How long to wait for a connection, or for another writer of SQLite, in "
        "seconds.",
    )
    store_timeout_seconds: float = Field(
        default=2,
        gt=0,
        description="How long the database may take to store a webhook, in seconds; after that the "
        "webhook goes to the spool.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="What a monitoring system sends to read `/metrics`, as `Authorization: Bearer "
        "…`. Empty: metrics are for this machine alone.",
    )
    spool_path: Path | None = Field(
        default=None,
        description="Folder for webhooks that the database could not take, on the receiver's own "
        "disk. Without it, `spool` in the home folder.",
    )
    spool_max_bytes: int = Field(
        default=1024**3,
        ge=0,
        description="How much the spool may hold, in bytes; beyond it senders are asked to come "
        "back.",
    )
    most_attempts: int = Field(
        default=5,
        ge=3,
        description="How often a webhook is claimed, at most. One whose runs were all killed is "
        "then set to Failed. From the third attempt on it is claimed alone.",
    )
    contact_profile: Literal["default", "creatio"] = Field(
        default="default",
        description="How contacts are compared; a source may have a profile of its own.",
    )
    default_region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="Where phone numbers without a country code are from, ISO 3166, such as US. "
        "A source may have a region of its own, and a form may name the country.",
    )
    queue_stuck_after_seconds: int = Field(
        default=600,
        ge=1,
        description="How long a webhook may wait in New before people are told that the queue is "
        "stuck, in seconds.",
    )
    public_url: str = Field(
        default="",
        description="Where people reach the console, for the links in notifications, such as "
        "`https://hooks.example.com`. Empty: host and port of the receiver.",
    )
    console_secret: SecretStr = Field(
        default=SecretStr(""),
        description="What the console's sessions are signed with, where receivers on several "
        "machines must share it. Empty: `console.secret` in the home folder, made at first use.",
    )
    console_idle_minutes: int = Field(
        default=60,
        ge=1,
        le=720,
        description="After how many minutes without a click people must sign in again.",
    )
    prefect_ui_url: str = Field(
        default="",
        description="Where people reach Prefect's UI, for the console's links, such as "
        "`https://prefect.example.com`. Empty: the address that the console asks it at.",
    )
    prefect_port: int = Field(
        default=4200,
        ge=1,
        le=65535,
        description="Port of the Prefect server `hookline run` starts.",
    )

    matomo_url: str = Field(
        default="",
        description="Address of Matomo, the folder that its index.php is in: "
        "`https://matomo.example.com`. Empty: nothing is fetched.",
    )
    matomo_token: SecretStr = Field(
        default=SecretStr(""),
        description="Matomo's token_auth, of a user who may view the tracked sites. It goes in the "
        "body of requests alone.",
    )
    matomo_token_block: str = Field(
        default="",
        description="Name of a Prefect Secret block that holds the token, instead of the above.",
    )
    matomo_timeout_seconds: float = Field(
        default=30, gt=0, description="Longest time for one answer of Matomo, in seconds."
    )
    matomo_concurrency: int = Field(
        default=4, ge=1, le=64, description="Visitors that one run fetches at a time."
    )
    matomo_requests_per_second: float = Field(
        default=10, gt=0, description="Requests that one run sends to Matomo, a second, at most."
    )
    matomo_lead_created: str = Field(
        default="off",
        pattern=r"^(off|event|goal:[0-9]{1,9})$",
        description="What Matomo is told of a visitor whose form became a record: `off` nothing, "
        '`event` an event "lead created", `goal:7` a conversion of its goal 7.',
    )

    def resolved_spool_path(self) -> Path:
        """Return the folder of the spool, the one in the home folder where none is set."""
        return self.spool_path or self.home / "spool"

    def resolved_database_url(self) -> str:
        """Return the URL of the database, the one in the home folder where none is set."""
        return self.database_url or f"sqlite:///{self.home / 'hookline.db'}"

    def resolved_public_url(self) -> str:
        """Return the address that links begin with, that of the receiver where none is set."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
