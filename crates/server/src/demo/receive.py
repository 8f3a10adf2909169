"""Receives Punchcard's notifications, believes only what the platform signed, prints them and answers `success`:

    pip install pycryptodome
    python receive.py           listens on 127.0.0.1:8090; another port is the first argument

Then give http://127.0.0.1:8090/ to a call as its notify_url. A notification comes again until it is answered with
`success`, and may come again after that: its notify_id tells.
"""

import base64
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

from Crypto.Hash import SHA1, SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

PUBLIC_KEY = RSA.import_key(base64.b64decode("@ALIPAY_PUBLIC_KEY@"))
BODY_BYTES_MAX = 1 << 20


def members(body):
    """The members of a form, as bytes: what is signed are the bytes in the message's own charset."""
    decode = lambda text: unquote_to_bytes(text.replace(b"+", b" "))
    pairs = [pair.partition(b"=") for pair in body.split(b"&") if pair]
    return {decode(name): decode(value) for name, _, value in pairs}


def is_signed(all):
    """All members but sign and sign_type, by name, as name=value with & between."""
    signed = sorted((name, value) for name, value in all.items() if name not in (b"sign", b"sign_type") and value)
    string = b"&".join(name + b"=" + value for name, value in signed)
    digest = SHA1.new(string) if all.get(b"sign_type") == b"RSA" else SHA256.new(string)
    try:
        pkcs1_15.new(PUBLIC_KEY).verify(digest, base64.b64decode(all.get(b"sign", b"")))
        return True
    except ValueError:
        return False


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            self.send_error(400, "Content-Length is no number of bytes")
            return
        all = members(self.rfile.read(min(int(length), BODY_BYTES_MAX)))
        charset = "gb18030" if all.get(b"charset", b"").lower() == b"gbk" else "utf-8"
        good = is_signed(all)
        if good:
            text = lambda value: value.decode(charset, "replace")
            print("verified", {text(name): text(value) for name, value in all.items()}, flush=True)
        else:
            print("NOT SIGNED BY THE PLATFORM: compare with punchcard notify show ID --signed", flush=True)
        answer = b"success" if good else b"fail"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """What came is printed above."""


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8090), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
