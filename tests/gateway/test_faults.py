"""A real server killed and stopped while citizens rate: what was acknowledged is there, once."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from tests.gateway.serving import Served, served

pytestmark = [pytest.mark.server, pytest.mark.slow]

KILLS = 10
CLIENTS = 8


class Citizen(threading.Thread):
    """Rates again and again; sends each rating until it is acknowledged, or until told to stop."""

    def __init__(self, city: Served, number: int):
        super().__init__(daemon=True)
        self.city = city
        self.random = random.Random(number)
        self.stopped = threading.Event()
        self.acknowledged: dict[str, str] = {}
        self.retries = 0
        self.unexpected: list[tuple[int, dict]] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            key = uuid.UUID(int=self.random.getrandbits(128), version=4)
            body = self._rating(key)
            while not self.stopped.is_set():
                try:
                    status, answer = self.city.post(body)
                except (OSError, http.client.HTTPException, ValueError):
                    self.retries += 1
                    time.sleep(0.05)
                    continue
                if status in (200, 201):
                    self.acknowledged[key.hex] = answer["receipt"]
                elif status == 503:
                    time.sleep(0.05)
                    continue
                else:
                    self.unexpected.append((status, answer))
                break

    def _rating(self, key: uuid.UUID) -> bytes:
        fields = {"point": self.random.choice(self.city.codes), "key": str(key)}
        if self.random.random() < 0.1:
            fields |= {
                "level": "dissatisfied",
                "comment": "窗口无人",
                "contact": {"phone": "13812341234"},
            }
        else:
            fields["level"] = "satisfied"
        return json.dumps(fields).encode()


def rated_by(city: Served) -> list[Citizen]:
    citizens = [Citizen(city, number) for number in range(CLIENTS)]
    for citizen in citizens:
        citizen.start()
    return citizens


def stop(citizens: list[Citizen]) -> dict[str, str]:
    """What was acknowledged to anybody: receipts by key."""
    for citizen in citizens:
        citizen.stopped.set()
    for citizen in citizens:
        citizen.join(timeout=30)
    assert not [answer for citizen in citizens for answer in citizen.unexpected]
    return {key: receipt for each in citizens for key, receipt in each.acknowledged.items()}


def everything_is_there_once(city: Served, acknowledged: dict[str, str]) -> None:
    rows = city.ratings()
    assert Counter(key for key, _ in rows).most_common(1)[0][1] == 1
    assert len({receipt for _, receipt in rows}) == len(rows)
    stored = dict(rows)
    lost = {key for key, receipt in acknowledged.items() if stored.get(key) != receipt}
    assert not lost
    proof = city.command("pingyi", "check-tallies").stdout.splitlines()[-1]
    assert proof == f"{len(rows)} ratings, tallies agree"


def test_killed_ten_times_nothing_acknowledged_is_lost(tmp_path: Path):
    with served(tmp_path) as city:
        city.start()
        citizens = rated_by(city)
        moments = random.Random(1)
        for kill in range(KILLS):
            time.sleep(moments.uniform(0.1, 0.5))
            city.kill(only_the_first=kill % 2 == 0)
            city.start()
        time.sleep(0.3)
        acknowledged = stop(citizens)
        assert sum(citizen.retries for citizen in citizens) >= KILLS
        assert len(acknowledged) > CLIENTS
        assert city.terminate() == 0
        everything_is_there_once(city, acknowledged)


def test_a_stopped_server_answers_what_it_took(tmp_path: Path):
    with served(tmp_path) as city:
        city.start()
        big_and_slow_bodies(city)
        citizens = rated_by(city)
        time.sleep(1)
        assert city.terminate() == 0
        acknowledged = stop(citizens)
        assert acknowledged
        everything_is_there_once(city, acknowledged)


def big_and_slow_bodies(city: Served) -> None:
    """Neither a body that never ends nor one that never comes keeps others from rating."""
    trickling = [socket.create_connection(("127.0.0.1", city.port)) for _ in range(40)]
    for each in trickling:
        each.sendall(
            b"POST /api/v1/ratings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n{"
        )
    assert city.post(b"x" * 10_000_000)[0] == 413
    rating = {"point": city.codes[0], "level": "satisfied", "key": str(uuid.uuid4())}
    assert city.post(json.dumps(rating).encode())[0] == 201
    for each in trickling:
        each.settimeout(20)
    assert trickling[0].recv(100).startswith(b"HTTP/1.1 408")
    for each in trickling:
        each.close()
