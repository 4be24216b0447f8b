"""Every setting the program takes, from the environment alone, with what it means.

`VARIABLES` is what the documentation lists; nothing else reads `os.environ`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from pingyi.kernel.secrets import BadKeyring, Keyring

VARIABLES: dict[str, str] = {
    "DATABASE_URL": "postgresql://user:password@host:port/name; without it, SQLite in PINGYI_DATA",
    "PINGYI_DATA": "folder for the embedded database, files and keys; default ./data",
    "PINGYI_MODE": "`trial` (loopback only, keys made by itself) or `production`; default: trial "
    "without DATABASE_URL, else production",
    "PINGYI_SECRET_KEY": "signs sessions; 50 random characters; required in production",
    "PINGYI_KEYRING": "encryption keys `version:base64`, newest first, comma-separated; required "
    "in production",
    "PINGYI_HOSTS": "host names served, comma-separated; required in production",
    "PINGYI_PUBLIC_URL": "address printed on posters, as https://pingyi.example.gov.cn; default "
    "http://127.0.0.1:PORT",
    "PINGYI_TRUSTED_PROXIES": "addresses of reverse proxies whose X-Forwarded-For is believed",
    "PINGYI_SMS_URL": "address of the SMS gateway's adapter; without it, messages wait (in trial "
    "mode they are shown in the outbox and go nowhere)",
    "PINGYI_SMS_TOKEN": "bearer token the SMS gateway's adapter asks for",
    "PINGYI_UPLOAD_MB": "largest file that may be uploaded, in MB; default 30, at most 60",
    "PINGYI_DEBUG": "1 shows errors in the browser; never in production",
    "PINGYI_LOG": "`json` or `console`; default console in trial mode, else json",
    "PORT": "port of `make run` and `pingyi serve`; default 8000",
}


class InsecureSettings(ImproperlyConfigured):
    """A production configuration lacks something it must not run without."""


@dataclass(frozen=True)
class Environment:
    """The environment, read and checked once."""

    mode: str
    data: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    keyring: str = field(repr=False)
    hosts: tuple[str, ...]
    public_url: str
    trusted_proxies: tuple[str, ...]
    debug: bool
    log: str
    port: int
    sms_url: str = ""
    sms_token: str = field(default="", repr=False)
    upload_mb: int = 30

    @property
    def trial(self) -> bool:
        return self.mode == "trial"


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Read the settings; raises InsecureSettings naming every one that is missing or unsafe."""
    data = Path(environ.get("PINGYI_DATA") or "data").resolve()
    database_url = environ.get("DATABASE_URL", "")
    mode = environ.get("PINGYI_MODE") or ("production" if database_url else "trial")
    port = _number("PORT", environ.get("PORT") or "8000", most=65535)
    found = Environment(
        mode=mode,
        data=data,
        database_url=database_url,
        secret_key=environ.get("PINGYI_SECRET_KEY", ""),
        keyring=environ.get("PINGYI_KEYRING", ""),
        hosts=_list(environ.get("PINGYI_HOSTS", "")),
        public_url=(environ.get("PINGYI_PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        trusted_proxies=_list(environ.get("PINGYI_TRUSTED_PROXIES", "")),
        debug=environ.get("PINGYI_DEBUG") == "1",
        log=environ.get("PINGYI_LOG") or ("console" if mode == "trial" else "json"),
        port=port,
        sms_url=environ.get("PINGYI_SMS_URL", ""),
        sms_token=environ.get("PINGYI_SMS_TOKEN", ""),
        upload_mb=_number("PINGYI_UPLOAD_MB", environ.get("PINGYI_UPLOAD_MB") or "30", most=60),
    )
    refuse_insecure(found)
    return found


def refuse_insecure(env: Environment) -> None:
    """Raise InsecureSettings unless `env` is trial mode or has all that production needs."""
    if env.mode not in ("trial", "production"):
        raise InsecureSettings(f"PINGYI_MODE is {env.mode!r}; it is trial or production")
    if env.database_url and not env.database_url.startswith(("postgres://", "postgresql://")):
        raise InsecureSettings("DATABASE_URL must begin with postgresql://")
    if env.trial:
        return
    missing = [
        what
        for what, bad in {
            "PINGYI_SECRET_KEY must be 50 or more random characters": len(env.secret_key) < 50,
            "PINGYI_KEYRING must hold the encryption keys": not _is_keyring(env.keyring),
            "PINGYI_HOSTS must name the hosts served, never *": not env.hosts or "*" in env.hosts,
            "PINGYI_DEBUG must not be 1": env.debug,
        }.items()
        if bad
    ]
    if missing:
        raise InsecureSettings(
            "production refuses to start: "
            + "; ".join(missing)
            + " (to try it out on this machine alone: PINGYI_MODE=trial)"
        )


def _is_keyring(text: str) -> bool:
    try:
        Keyring.from_text(text)
    except BadKeyring:
        return False
    return True


def _number(name: str, text: str, *, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= most:
        raise InsecureSettings(f"{name} is {text!r}; it is a number from 1 to {most}")
    return int(text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
