"""Settings, read once from the environment and typed. Everything has a default that works on one machine."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """Where things are and how the outside sees them.

    ``data`` holds whatever the embedded set-up keeps: the database, the files, the queue, the secret key.
    """

    data: Path
    database_url: str
    redis_url: str | None
    secret_key: str
    # The bucket for files, as ``foundation.storage_s3.Bucket`` reads it; without one they are in the data folder.
    s3_url: str | None = field(default=None, kw_only=True)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    trusted_proxies: int = 0

    @property
    def https(self) -> bool:
        """Whether people reach the site over TLS, so that cookies may be marked Secure and HSTS sent."""
        return self.public_url.startswith("https://")

    @property
    def address(self) -> str:
        """The address people type, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``env`` (by default the process's own)."""
    env = os.environ if env is None else env
    data = Path(env.get("QUIZAPP_DATA") or ROOT / "var").resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Settings(
        data=data,
        database_url=env.get("QUIZAPP_DATABASE_URL") or f"sqlite:///{data / 'quizapp.db'}",
        redis_url=env.get("QUIZAPP_REDIS_URL") or None,
        s3_url=env.get("QUIZAPP_S3_URL") or None,
        secret_key=env.get("QUIZAPP_SECRET_KEY") or _kept_secret(data / "secret.key"),
        host=env.get("QUIZAPP_HOST") or "127.0.0.1",
        port=int(env.get("QUIZAPP_PORT") or 8000),
        public_url=env.get("QUIZAPP_PUBLIC_URL") or "",
        trusted_proxies=int(env.get("QUIZAPP_TRUSTED_PROXIES") or 0),
    )


def _kept_secret(path: Path) -> str:
    """Return the installation's secret, made at the first start and readable by its owner only."""
    fresh = secrets.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    return fresh
