"""Trial mode's own keys: made once, kept, closed to others."""

import stat
from concurrent.futures import ThreadPoolExecutor

from pingyi.conf.environment import read
from pingyi.conf.trial import with_own_keys
from pingyi.kernel.secrets import Keyring


def test_keys_are_made_once_and_kept_for_the_owner_alone(tmp_path):
    env = read({"PINGYI_DATA": str(tmp_path / "new")})
    first, second = with_own_keys(env), with_own_keys(env)
    assert first == second
    assert len(first.secret_key) >= 50
    assert Keyring.from_text(first.keyring)
    for kept in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_processes_starting_at_once_agree(tmp_path):
    env = read({"PINGYI_DATA": str(tmp_path)})
    with ThreadPoolExecutor(8) as pool:
        keys = {found.secret_key for found in pool.map(lambda _: with_own_keys(env), range(16))}
    assert len(keys) == 1


def test_given_keys_are_used_and_nothing_is_written(tmp_path):
    env = read({"PINGYI_DATA": str(tmp_path), "PINGYI_SECRET_KEY": "s", "PINGYI_KEYRING": "1:AAAA"})
    assert with_own_keys(env) == env
    assert list(tmp_path.iterdir()) == []
