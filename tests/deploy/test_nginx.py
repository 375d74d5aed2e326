"""Two nodes behind nginx as it is shipped, on PostgreSQL, Redis and S3: nobody is stuck to a node, none is missed."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from quizapp.config import ROOT, Settings
from quizapp.house import House
from tests import services
from tests.deploy.conftest import new_database
from tests.deploy.front import BROTLI, Front, connections_to, start
from tests.foundation.s3_server import new_bucket
from tests.resilience.books import audit
from tests.resilience.contestants import Contestant
from tests.resilience.opening import invented
from tests.resilience.programs import PATIENCE_S, Installation, Program, free_port
from tests.together import at_once, until
from tests.web.test_headers import ALWAYS, HSTS

SLOW = 40
STATIC = ROOT / "quizapp" / "static" / "build"


class City:
    """Two nodes on shared services; nginx comes in front."""

    def __init__(self, folder: Path, postgres: str, bucket: str) -> None:
        self.folder, self.env = folder, {"QUIZAPP_S3_URL": bucket, "QUIZAPP_TRUSTED_PROXIES": "1"}
        self.nodes = [self._node(number, postgres, bucket) for number in (1, 2)]
        self.ports = [node.settings.port for node in self.nodes]
        self.programs: list[Program] = []

    def _node(self, number: int, postgres: str, bucket: str) -> Installation:
        folder = self.folder / f"node{number}"
        folder.mkdir()
        settings = Settings(
            data=folder / "data", database_url=postgres, redis_url=services.redis_url(), secret_key="one for all nodes",
            port=free_port(), s3_url=bucket,
        )  # fmt: skip
        return Installation(settings, folder)

    def open(self, public_url: str) -> None:
        """Start both nodes and wait until they are ready."""
        for node in self.nodes:
            self.programs.append(node.start("serve", QUIZAPP_PUBLIC_URL=public_url, **self.env))
        for node, program in zip(self.nodes, self.programs, strict=True):
            assert until(node.answers, PATIENCE_S), program.said()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, s3: str) -> Iterator[tuple[City, Front, list[dict[str, str]]]]:
    """The city, nginx in front of it, and the slips of its people."""
    for here, name in ((services.nginx_path(), "nginx"), (services.redis_url(), "Redis")):
        if not here:
            services.missing(name)
    folder = tmp_path_factory.mktemp("city")
    with ExitStack() as stack:
        made = City(folder, stack.enter_context(contextmanager(new_database)("city")), new_bucket(s3))
        people = invented(made.nodes[0], 16)
        front = stack.enter_context(in_front(folder / "nginx", made.ports))
        stack.callback(lambda: [node.clear() for node in made.nodes])
        made.open(front.address)
        yield made, front, people


@contextmanager
def in_front(folder: Path, ports: list[int], **changed: str) -> Iterator[Front]:
    folder.mkdir()
    front = start(folder, ports, **changed)
    try:
        assert until(lambda: can_connect(front), 10), (folder / "error.log").read_text()
        yield front
    finally:
        front.end()


def can_connect(front: Front) -> bool:
    try:
        return requests.get(front.plain_address, timeout=2, allow_redirects=False).status_code == 301
    except requests.RequestException:
        return False


def contestant(front: Front, card: dict[str, str], number: int) -> Contestant:
    """Return somebody who comes through nginx, over TLS, as a browser does."""
    made = Contestant(front.address, card, number)
    made.http.verify = front.certificate
    made.http.headers["Referer"] = f"{front.address}/"
    return made


@pytest.fixture
def get(city: tuple[City, Front, list[dict[str, str]]]) -> Iterator[Any]:
    """Fetch a page through nginx as nobody in particular."""
    front = city[1]
    with requests.Session() as http:
        http.trust_env, http.verify = False, front.certificate
        yield lambda path, **more: http.get(front.address + path, timeout=20, allow_redirects=False, **more)


def said(answer: requests.Response) -> dict[str, str]:
    """Return the headers that every answer has; one that is sent twice reads "a, a"."""
    return {name: answer.headers.get(name, "") for name in [*ALWAYS, "Strict-Transport-Security"]}


WHOLE = ALWAYS | {"Strict-Transport-Security": HSTS}


def test_plain_http_leads_to_tls_and_other_names_are_refused(city: tuple[City, Front, list[dict[str, str]]]) -> None:
    front = city[1]
    answer = requests.get(f"{front.plain_address}/contests?x=1", timeout=5, allow_redirects=False)
    assert answer.headers["Location"] == f"{front.address}/contests?x=1"
    port = int(front.address.rpartition(":")[2])
    anyone = ssl.create_default_context(cafile=front.certificate)
    with socket.create_connection(("127.0.0.1", port)) as link, pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        anyone.wrap_socket(link, server_hostname="khac.example.vn")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/nowhere", 404), ("/api/v1/nowhere", 404), ("/contests", 302), ("/static/build/none.js", 404)],
)
def test_what_the_program_says_arrives_once_and_whole(get: Any, path: str, status: int) -> None:
    answer = get(path)
    assert (answer.status_code, said(answer)) == (status, WHOLE)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_door_that_is_closed_says_the_same(city: tuple[City, Front, list[dict[str, str]]]) -> None:
    _city, front, people = city
    pupil = contestant(front, people[0], 0)
    with pupil.http:
        pupil.sign_in()
        answer = pupil.http.get(f"{front.address}/admin", timeout=20)
    assert (answer.status_code, said(answer)) == (403, WHOLE)
    assert "__Host-session" in str(answer.request.headers["Cookie"])


def test_static_files_come_from_nginx_smaller_and_for_a_year(get: Any) -> None:
    name = next(STATIC.glob("attempt-*.js")).name
    path = f"/static/build/{name}"
    whole = get(path, headers={"Accept-Encoding": "identity"})
    kinds = {"gzip": "gz", "br": "br"} if BROTLI.exists() else {"gzip": "gz"}
    for kind, ending in kinds.items():
        small = get(path, headers={"Accept-Encoding": kind}, stream=True)
        sent = small.raw.read(decode_content=False)
        assert (small.headers["Content-Encoding"], small.status_code) == (kind, 200)
        assert sent == (STATIC / f"{name}.{ending}").read_bytes(), "the twin that set-up made, not one made now"
        assert len(sent) < len(whole.content) / 2
        assert said(small) == WHOLE and small.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_body_too_large_for_everybody_is_refused_by_nginx_in_words(
    city: tuple[City, Front, list[dict[str, str]]],
) -> None:
    front = city[1]
    for path, size, shape in (
        ("/api/v1/session", 1_300_000, "application/problem+json"),
        ("/sign-in", 1_300_000, "text/html; charset=utf-8"),
        ("/api/v1/session", 1_060_000, "application/problem+json"),
    ):
        answer = requests.post(front.address + path, data=b"x" * size, verify=front.certificate, timeout=20)
        assert (answer.status_code, answer.headers["Content-Type"], said(answer)) == (413, shape, WHOLE)
        assert "quá" in answer.text


def test_machines_ask_for_health(get: Any) -> None:
    assert get("/healthz").json()["alive"] is True
    assert get("/readyz").json() == {"ready": True, "schema": "current"}


def test_the_log_names_nobody(city: tuple[City, Front, list[dict[str, str]]], get: Any) -> None:
    get("/receipts/K7QM-2XW9-HD4R-8TBN?who=secret")

    def asked() -> list[str]:
        return [row["path"] for row in city[1].log() if row["path"].startswith("/receipts")]

    assert until(asked, 10) and set(asked()) == {"/receipts/-"}
    assert "127.0.0.1 " not in (city[1].folder / "access.log").read_text().replace("node=127.0.0.1", "")


def test_the_program_knows_that_it_is_reached_over_tls(city: tuple[City, Front, list[dict[str, str]]]) -> None:
    _city, front, people = city
    stranger = contestant(front, people[5], 5)
    with stranger.http as http:
        csrf = http.get(f"{front.address}/api/v1/session", timeout=20).json()["csrf"]
        http.headers["Referer"] = "https://khac.example.vn/"
        answer = http.post(f"{front.address}/sign-in", data={"csrf_token": csrf, "code": "x", "pin": "y"}, timeout=20)
    assert (answer.status_code, said(answer)) == (400, WHOLE)


def test_guessing_is_throttled_whatever_address_is_claimed(city: tuple[City, Front, list[dict[str, str]]]) -> None:
    _city, front, people = city
    guesser = contestant(front, people[6], 6)
    with guesser.http:
        heard = []
        for number in range(12):
            guesser.http.headers["X-Forwarded-For"] = f"203.0.113.{number}"
            heard.append(guesser.guess(people[6]["code"], "000000"))
    assert heard == [401] * 10 + [429] * 2


def half_a_save(pupil: Contestant, front: Front, no: int) -> ssl.SSLSocket:
    """Send the head and the first byte of a save, and leave it at that."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in pupil.http.cookies)
    head = [
        f"PUT /api/v1/attempts/{pupil.ledger.attempt}/responses/{no} HTTP/1.1",
        f"Host: {front.address.removeprefix('https://')}",
        f"Referer: {front.address}/",
        f"Cookie: {cookies}",
        f"X-CSRFToken: {pupil.http.headers['X-CSRFToken']}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        "Connection: close",
    ]
    port = int(front.address.rpartition(":")[2])
    trust = ssl.create_default_context(cafile=front.certificate)
    link = trust.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname="localhost")
    link.sendall("\r\n".join([*head, "", ""]).encode() + BODY[:1])
    return link


BODY = json.dumps({"seq": 1, "choice": [0]}).encode()


def test_slow_bodies_wait_at_nginx_and_hold_no_node(city: tuple[City, Front, list[dict[str, str]]]) -> None:
    made, front, people = city
    pupil, honest = contestant(front, people[1], 1), contestant(front, people[2], 2)
    with pupil.http, honest.http, ExitStack() as stack:
        for one in (pupil, honest):
            one.sign_in()
            one.begin()
        assert until(lambda: all(connections_to(port) == 0 for port in made.ports), 10)
        links = [stack.enter_context(half_a_save(pupil, front, no)) for no in range(1, SLOW + 1)]
        for item in honest._items[:10]:
            honest.save(item)
        assert (honest.surprises, honest.cuts) == ([], 0)
        assert [connections_to(port) for port in made.ports] == [0, 0], "no node knows of the slow ones yet"
        links[0].sendall(BODY[1:])
        answer = http.client.HTTPResponse(links[0], method="PUT")
        answer.begin()
        assert (answer.status, json.loads(answer.read())["seq"]) == (200, 1)


def test_without_buffering_the_slow_ones_would_be_at_the_nodes(
    city: tuple[City, Front, list[dict[str, str]]], tmp_path: Path
) -> None:
    """The control of the test above: it does see connections where there are any."""
    made, _front, people = city
    off = {"proxy_request_buffering on;": "proxy_request_buffering off;"}
    with in_front(tmp_path / "nginx", made.ports, **off) as front:
        pupil = contestant(front, people[3], 3)
        with pupil.http, ExitStack() as stack:
            pupil.sign_in()
            pupil.begin()
            for no in range(1, 5):
                stack.enter_context(half_a_save(pupil, front, no))
            assert until(lambda: sum(connections_to(port) for port in made.ports) == 4, 10)


@contextmanager
def signed_in(front: Front, card: dict[str, str], number: int) -> Iterator[Contestant]:
    """Yield somebody at a paper."""
    made = contestant(front, card, number)
    with made.http:
        made.sign_in()
        made.begin()
        yield made


def save_while_killing(crowd: list[Contestant], node: Program) -> None:
    """Let all save at once, fifty changes each, and kill ``node`` while they do."""

    def act(number: int) -> None:
        if number == len(crowd):
            assert until(lambda: sum(one.saves for one in crowd) >= 100, PATIENCE_S, 0.005)
            node.kill()
            return
        for _ in range(50):
            crowd[number].save(crowd[number].chance.choice(crowd[number]._items))

    at_once(len(crowd) + 1, act)


def tried_both(front: Front, ports: list[int]) -> bool:
    """Tell whether the log has a request that was taken to the first node in vain and then to the second."""
    return f"node=127.0.0.1:{ports[0]}, 127.0.0.1:{ports[1]} " in (front.folder / "access.log").read_text()


def test_saves_go_to_both_nodes_and_on_when_one_dies(city: tuple[City, Front, list[dict[str, str]]]) -> None:
    made, front, people = city
    others = list(enumerate(people[7:14]))
    with ExitStack() as stack:
        pupil = stack.enter_context(signed_in(front, people[4], 4))
        seen = len(front.log())
        for item in pupil._items[:20]:
            pupil.save(item)
        assert until(lambda: len(front.log()) >= seen + 20, 10)
        served = [row["node"] for row in front.log()[seen:] if row["method"] == "PUT"]
        assert {served.count(f"127.0.0.1:{port}") for port in made.ports} == {10}

        crowd = [pupil, *(stack.enter_context(signed_in(front, card, 20 + number)) for number, card in others)]
        save_while_killing(crowd, made.programs[0])
        pupil.hand_in()
        assert [(one.surprises, one.cuts) for one in crowd] == [([], 0)] * len(crowd), "nobody noticed"
        assert until(lambda: tried_both(front, made.ports), 10), "nginx did turn from one node to the other"

        made.programs[1].kill()
        for path, shape in (("/", "text/html; charset=utf-8"), ("/api/v1/rounds", "application/problem+json")):
            answer = pupil.http.get(front.address + path, timeout=20)
            assert (answer.status_code, answer.headers["Content-Type"], said(answer)) == (503, shape, WHOLE)
            assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("5", "no-store")
            assert "vẫn còn nguyên" in answer.text
    inside = House(made.nodes[0].settings)
    assert audit(inside, [one.ledger for one in crowd]) == []
    inside.engine.dispose()
