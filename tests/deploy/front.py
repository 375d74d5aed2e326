"""nginx as it is shipped (deploy/nginx), on loopback: only addresses, name, certificate and folders are its own."""

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from quizapp.config import ROOT
from quizapp.foundation import clock as clocks
from tests.resilience.programs import free_port
from tests.services import nginx_path

SHIPPED = ROOT / "deploy" / "nginx"
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")

MAIN = """
{user}
{module}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


@dataclass
class Front:
    """A running nginx."""

    process: subprocess.Popen[bytes]
    folder: Path
    address: str
    plain_address: str

    @property
    def certificate(self) -> str:
        """What its visitors must trust."""
        return str(self.folder / "cert.pem")

    def log(self) -> list[dict[str, str]]:
        """Return the access log, each line by its names."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [dict(zip(("at", "status", "method", "path"), line.split(), strict=False))
                | dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]  # fmt: skip

    def end(self) -> None:
        """Stop it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def lay_out(folder: Path, nodes: list[int], **changed: str) -> tuple[int, int]:
    """Write the shipped configuration into ``folder`` for ``nodes`` (ports), and return nginx's ports (TLS, plain).

    ``changed`` exchanges further words of it, for controls: each must be there.
    """
    tls, plain = free_port(), free_port()
    make_certificate(folder)
    own = {
        "10.0.0.11:8000": f"127.0.0.1:{nodes[0]}",
        "10.0.0.12:8000": f"127.0.0.1:{nodes[1]}",
        "listen 80 default_server;": f"listen 127.0.0.1:{plain} default_server;",
        "listen 443 ssl default_server;": f"listen 127.0.0.1:{tls} ssl default_server;",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        "https://thi.example.vn$request_uri": f"https://localhost:{tls}$request_uri",
        "server_name thi.example.vn;": "server_name localhost;",
        "/etc/ssl/quizapp/fullchain.pem": f"{folder}/cert.pem",
        "/etc/ssl/quizapp/key.pem": f"{folder}/key.pem",
        "/var/log/nginx/quizapp.log quizapp": f"{folder}/access.log quizapp",
        "/srv/quizapp": str(ROOT),
    }
    text = "".join((SHIPPED / name).read_text("utf-8") for name in ("nodes.conf", "quizapp.conf"))
    for old, new in [*own.items(), *changed.items()]:
        assert old in text, f"deploy/nginx says nothing of {old}"
        text = text.replace(old, new)
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "quizapp.conf").write_text(text, "utf-8")
    if BROTLI.exists():
        shutil.copy(SHIPPED / "brotli.conf", folder / "conf.d")
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    module = f"load_module {BROTLI};" if BROTLI.exists() else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user, module=module), "utf-8")
    return tls, plain


def command(folder: Path, *words: str) -> list[str]:
    return [
        nginx_path() or "nginx",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "error.log"),
        *words,
    ]


def start(folder: Path, nodes: list[int], **changed: str) -> Front:
    """Start nginx in front of ``nodes``."""
    tls, plain = lay_out(folder, nodes, **changed)
    tested = subprocess.run(command(folder, "-t"), capture_output=True, text=True, check=False)
    assert tested.returncode == 0 and "[warn]" not in tested.stderr, tested.stderr
    process = subprocess.Popen(command(folder, "-g", "daemon off;"), stdin=subprocess.DEVNULL, start_new_session=True)
    return Front(process, folder, f"https://localhost:{tls}", f"http://127.0.0.1:{plain}")


def make_certificate(folder: Path) -> None:
    """Write a certificate for localhost that lasts a day, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), clocks.now()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
    made = made.not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = made.sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*pem))


def connections_to(port: int) -> int:
    """Return how many connections stand open to ``port`` of this machine."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows)
