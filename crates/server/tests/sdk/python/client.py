"""What the programs beside this one make clients of alipay-sdk-python with, unmodified; see ../README.md."""

import importlib
import pathlib
import socket

from Crypto.Cipher import AES
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig

TESTS = pathlib.Path(__file__).resolve().parent.parent
new_cipher = AES.new


def lead_to(gateway):
    """The SDK drops the port of its URL, so connections to the name `gateway` are led to the server."""
    host, port = gateway.rsplit(":", 1)
    connect = socket.create_connection
    socket.create_connection = lambda address, *rest, **named: connect(
        (host, int(port)) if address == ("gateway", 80) else address, *rest, **named
    )


def as_pycrypto(key, mode, iv):
    """The SDK encrypts text, which pycrypto took as its UTF-8 bytes; pycryptodome, which answers to the same name, takes
    bytes alone."""
    cipher = new_cipher(key, mode, octets(iv))
    encrypt = cipher.encrypt
    cipher.encrypt = lambda text: encrypt(octets(text))
    return cipher


def octets(text):
    return text.encode() if isinstance(text, str) else text


AES.new = as_pycrypto


def key(file):
    """A key as the SDK's documentation asks for it: the base64 without its armour."""
    lines = (TESTS / "keys" / file).read_text().splitlines()
    return "".join(line for line in lines if not line.startswith("-----"))


def sdk_class(kind, method):
    name = "".join(part.capitalize() for part in method.split(".")) + kind.capitalize()
    return getattr(importlib.import_module(f"alipay.aop.api.{kind}.{name}"), name)


def config(app_id, private_key, platform_key, charset, sign_type, aes_key):
    """`aes_key` is None where contents are in clear."""
    config = AlipayClientConfig()
    config.server_url = "http://gateway/gateway.do"
    config.app_id, config.app_private_key, config.alipay_public_key = app_id, private_key, platform_key
    config.charset, config.sign_type = charset, sign_type
    if aes_key:
        config.encrypt_type, config.encrypt_key = "AES", aes_key
    return config
