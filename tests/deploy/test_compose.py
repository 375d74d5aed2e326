"""The compose file names what is there. No Docker runs where the tests do: that it starts is not shown here."""

import os
import re
import subprocess
import sys

import boto3
import yaml

from quizapp.config import ROOT
from tests.foundation.s3_server import new_bucket

COMPOSE = ROOT / "deploy" / "compose"
TEXT = (COMPOSE / "compose.yaml").read_text("utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]


def test_every_setting_there_is_known_to_the_program() -> None:
    known = (ROOT / "quizapp" / "config.py").read_text("utf-8")
    given = {name for one in SERVICES.values() for name in one.get("environment", {}) if name.startswith("QUIZAPP_")}
    assert len(given) >= 6 and [name for name in given if f'"{name}"' not in known] == []


def test_what_must_be_told_is_asked_for_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+):[?-]", TEXT)) - {"S3_IMAGE"}
    example = (COMPOSE / "env.example").read_text("utf-8")
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_no_secret_has_a_default() -> None:
    assert not re.search(r"\$\{\w*(PASSWORD|SECRET|KEY)\w*:-", TEXT)
    assert (
        re.findall(r"^(?:\w*(?:PASSWORD|SECRET\w*))=(.+)$", (COMPOSE / "env.example").read_text(), re.MULTILINE) == []
    )


def test_every_service_waits_for_services_there_are() -> None:
    waited = {name for one in SERVICES.values() for name in one.get("depends_on", {})}
    assert waited <= set(SERVICES) and {"prepare", "postgres", "redis", "web"} <= waited


def test_only_nginx_is_seen_from_outside() -> None:
    assert [name for name, one in SERVICES.items() if one.get("ports") or "outside" in one["networks"]] == ["nginx"]


def test_the_image_copies_files_there_are() -> None:
    copied = re.findall(r"cp (deploy/\S+)", (COMPOSE / "Dockerfile").read_text("utf-8"))
    assert len(copied) == 3 and [name for name in copied if not (ROOT / name).exists()] == []
    assert "server web:8000 " in (COMPOSE / "nodes.conf").read_text("utf-8")


def test_the_bucket_is_made_once(s3: str) -> None:
    url = new_bucket(s3).replace("s3://quizapp-", "s3://fresh-")
    for _ in range(2):
        command = [sys.executable, COMPOSE / "make_bucket.py"]
        subprocess.run(command, env=os.environ | {"QUIZAPP_S3_URL": url}, check=True, timeout=60)
    names = [known["Name"] for known in boto3.client("s3", endpoint_url=s3).list_buckets()["Buckets"]]
    assert names.count(url.removeprefix("s3://").partition("/")[0]) == 1
