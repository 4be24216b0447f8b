"""Settings from the environment: read once, refused when insecure, and every one documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pingyi.conf.environment import VARIABLES, InsecureSettings, read
from pingyi.kernel.secrets import Keyring

ROOT = Path(__file__).parents[2]
SAFE = {
    "DATABASE_URL": "postgresql://p@db/pingyi",
    "PINGYI_SECRET_KEY": "k" * 50,
    "PINGYI_KEYRING": "1:" + "A" * 43 + "=",
    "PINGYI_HOSTS": "pingyi.example.gov.cn",
}
MAIL = {"PINGYI_SMTP_URL": "smtps://mail.city.gov.cn", "PINGYI_MAIL_FROM": "pingyi@city.gov.cn"}
SIGN_IN = {"PINGYI_SMTP_USER": "u", "PINGYI_SMTP_PASSWORD": "p"}


def test_without_a_database_url_it_is_a_trial_that_needs_no_secret():
    env = read({})
    assert env.trial
    assert env.secret_key == ""


def test_a_complete_production_configuration_starts():
    env = read(SAFE)
    assert not env.trial
    assert env.hosts == ("pingyi.example.gov.cn",)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"PINGYI_SECRET_KEY": ""}, "PINGYI_SECRET_KEY"),
        ({"PINGYI_SECRET_KEY": "short"}, "PINGYI_SECRET_KEY"),
        ({"PINGYI_KEYRING": ""}, "PINGYI_KEYRING"),
        ({"PINGYI_KEYRING": "1:short"}, "PINGYI_KEYRING"),
        ({"PINGYI_HOSTS": ""}, "PINGYI_HOSTS"),
        ({"PINGYI_HOSTS": "*"}, "PINGYI_HOSTS"),
        ({"PINGYI_DEBUG": "1"}, "PINGYI_DEBUG"),
        ({"PINGYI_MODE": "prod"}, "PINGYI_MODE"),
        ({"PORT": "eighty"}, "PORT"),
        ({"PINGYI_SMS_TOKEN": "t"}, "PINGYI_SMS_URL"),
        ({"PINGYI_SMTP_URL": "smtps://mail"}, "PINGYI_MAIL_FROM"),
        ({"PINGYI_MAIL_FROM": "a@b.cn"}, "PINGYI_SMTP_URL"),
        ({"PINGYI_SMTP_URL": "mail", "PINGYI_MAIL_FROM": "a@b.cn"}, "smtps://"),
        ({**MAIL, "PINGYI_SMTP_USER": "u"}, "PINGYI_SMTP_PASSWORD"),
        ({**MAIL, "PINGYI_SMTP_PASSWORD": "p"}, "PINGYI_SMTP_USER"),
        ({**MAIL, **SIGN_IN, "PINGYI_SMTP_URL": "smtp://mail"}, "encrypted"),
        ({"PINGYI_RETENTION": "yes"}, "PINGYI_RETENTION"),
        ({"DATABASE_URL": "mysql://db/pingyi"}, "DATABASE_URL"),
    ],
)
def test_production_refuses_to_start_insecure(change, named):
    with pytest.raises(InsecureSettings, match=named):
        read(SAFE | change)


def test_a_whole_mail_server_is_taken():
    env = read(SAFE | MAIL | SIGN_IN)
    assert (env.smtp_url, env.smtp_user) == ("smtps://mail.city.gov.cn", "u")
    assert "'p'" not in repr(env)


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(InsecureSettings) as refused:
        read({"PINGYI_MODE": "production"})
    for name in ("PINGYI_SECRET_KEY", "PINGYI_KEYRING", "PINGYI_HOSTS"):
        assert name in str(refused.value)


def test_the_command_refuses_in_one_clear_line():
    done = subprocess.run(
        [sys.executable, "-c", "from pingyi.shell.main import main; main()", "manage", "check"],
        env={"PATH": "/usr/bin:/bin", "PINGYI_MODE": "production"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "PINGYI_SECRET_KEY" in done.stderr


def test_no_secret_is_shown_by_repr():
    secrets = (
        "s" * 50,
        SAFE["PINGYI_KEYRING"],
        "postgresql://me:hush@host/name",
        "token-of-the-gateway",
    )
    env = read(
        {
            "PINGYI_SECRET_KEY": secrets[0],
            "PINGYI_KEYRING": secrets[1],
            "DATABASE_URL": secrets[2],
            "PINGYI_SMS_TOKEN": secrets[3],
            "PINGYI_SMS_URL": "https://sms.city.example",
            "PINGYI_HOSTS": "city.example",
        }
    )
    shown = repr(env) + str(env) + repr(Keyring.from_text(secrets[1]))
    assert not [secret for secret in secrets if secret in shown]
    assert secrets[1].split(":")[1] not in shown


def test_every_setting_is_documented():
    documented = (ROOT / "docs" / "settings.md").read_text()
    assert all(f"`{name}`" in documented for name in VARIABLES)


def test_nothing_else_reads_settings_from_the_environment():
    """But for `restore`, which may not make keys by starting, and the benchmarks' database."""
    reads = re.compile(r"os\.environ\.get\(|getenv\(|os\.environ\[[^]]+\](?!\s*=[^=])")
    readers = {
        str(path.relative_to(ROOT / "src" / "pingyi"))
        for path in (ROOT / "src").rglob("*.py")
        if reads.search(path.read_text())
    }
    assert readers <= {
        "conf/environment.py",
        "kernel/lifeline.py",  # a parent's word to its own child
        "shell/framework.py",
        "shell/benchmarks/intake.py",
    }
