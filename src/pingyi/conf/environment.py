"""Every setting the program takes, from the environment alone, with what it means.

`VARIABLES` is what the documentation lists; nothing else reads `os.environ`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from pingyi import rulebook
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
    "PINGYI_SMTP_URL": "the mail server: smtps://host, smtp+starttls://host or smtp://host, with "
    ":port where it is not the usual one; without it, no e-mail (in trial mode it is shown in the "
    "outbox and goes nowhere)",
    "PINGYI_SMTP_USER": "name to sign in with at the mail server, if it asks for one",
    "PINGYI_SMTP_PASSWORD": "password to that name",
    "PINGYI_MAIL_FROM": "address e-mail is sent from; required with PINGYI_SMTP_URL",
    "PINGYI_RETENTION": "`apply` lets a daily job erase what has been kept long enough (see "
    "`pingyi retention`); default off",
    "PINGYI_SCHEMES": "folder of the city's own scheme files (*.toml), besides the shipped ones",
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
    smtp_url: str = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = ""
    retention: str = "off"
    schemes: Path | None = None

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
        smtp_url=environ.get("PINGYI_SMTP_URL", ""),
        smtp_user=environ.get("PINGYI_SMTP_USER", ""),
        smtp_password=environ.get("PINGYI_SMTP_PASSWORD", ""),
        mail_from=environ.get("PINGYI_MAIL_FROM", ""),
        retention=environ.get("PINGYI_RETENTION") or "off",
        schemes=_folder(environ.get("PINGYI_SCHEMES", "")),
    )
    refuse_insecure(found)
    return found


def use_schemes(folder: Path | None) -> None:
    """Take the city's own schemes; raises ImproperlyConfigured with the first mistake."""
    try:
        rulebook.use_folder(folder)
    except rulebook.SchemeErrors as wrong:
        said = wrong.briefly("pingyi schemes check")
        raise ImproperlyConfigured(f"PINGYI_SCHEMES: {said}") from None


def refuse_insecure(env: Environment) -> None:
    """Raise InsecureSettings unless `env` is trial mode or has all that production needs."""
    if env.mode not in ("trial", "production"):
        raise InsecureSettings(f"PINGYI_MODE is {env.mode!r}; it is trial or production")
    if env.database_url and not env.database_url.startswith(("postgres://", "postgresql://")):
        raise InsecureSettings("DATABASE_URL must begin with postgresql://")
    if env.retention not in ("off", "apply"):
        raise InsecureSettings(f"PINGYI_RETENTION is {env.retention!r}; it is off or apply")
    if env.trial:
        return
    missing = [
        what
        for what, bad in {
            "PINGYI_SECRET_KEY must be 50 or more random characters": len(env.secret_key) < 50,
            "PINGYI_KEYRING must hold the encryption keys": not _is_keyring(env.keyring),
            "PINGYI_HOSTS must name the hosts served, never *": not env.hosts or "*" in env.hosts,
            "PINGYI_DEBUG must not be 1": env.debug,
            **_half_set(env),
        }.items()
        if bad
    ]
    if missing:
        raise InsecureSettings(
            "production refuses to start: "
            + "; ".join(missing)
            + " (to try it out on this machine alone: PINGYI_MODE=trial)"
        )


_MAIL_WAYS = ("smtps://", "smtp+starttls://", "smtp://")


def _half_set(env: Environment) -> dict[str, bool]:
    """What a gateway's settings lack of one another."""
    return {
        "PINGYI_SMS_TOKEN needs PINGYI_SMS_URL": bool(env.sms_token and not env.sms_url),
        "PINGYI_SMTP_URL needs PINGYI_MAIL_FROM, an address": bool(
            env.smtp_url and "@" not in env.mail_from[1:-1]
        ),
        "PINGYI_MAIL_FROM needs PINGYI_SMTP_URL": bool(env.mail_from and not env.smtp_url),
        f"PINGYI_SMTP_URL must begin with {', '.join(_MAIL_WAYS)}": bool(
            env.smtp_url and not env.smtp_url.startswith(_MAIL_WAYS)
        ),
        "PINGYI_SMTP_USER and PINGYI_SMTP_PASSWORD go together": bool(env.smtp_user)
        != bool(env.smtp_password),
        "PINGYI_SMTP_USER needs an encrypted way: smtps:// or smtp+starttls://": bool(
            env.smtp_user and not env.smtp_url.startswith(_MAIL_WAYS[:2])
        ),
    }


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


def _folder(text: str) -> Path | None:
    return Path(text).resolve() if text else None


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
