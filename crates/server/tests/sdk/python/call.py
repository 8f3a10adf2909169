"""Makes the calls that it is told, one a line, with alipay-sdk-python, unmodified; see ../README.md."""

import base64
import importlib
import json
import pathlib
import socket
import sys

from Crypto.Cipher import AES
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.FileItem import FileItem

given = json.loads(sys.argv[1])
host, port = given["gateway"].rsplit(":", 1)
connect = socket.create_connection


def create_connection(address, *rest, **named):
    """The SDK drops the port of its URL, so connections to this name are led to the server."""
    return connect((host, int(port)) if address == ("gateway", 80) else address, *rest, **named)


socket.create_connection = create_connection
new_cipher = AES.new


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
    lines = (pathlib.Path(__file__).resolve().parent.parent / "keys" / file).read_text().splitlines()
    return "".join(line for line in lines if not line.startswith("-----"))


def sdk_class(kind, method):
    name = "".join(part.capitalize() for part in method.split(".")) + kind.capitalize()
    return getattr(importlib.import_module(f"alipay.aop.api.{kind}.{name}"), name)


def answer(call):
    config = AlipayClientConfig()
    config.server_url = "http://gateway/gateway.do"
    config.app_id = given["app_id"]
    config.app_private_key = key("isv.private.pem")
    config.alipay_public_key = given["platform_key"]
    config.charset, config.sign_type = call["charset"], call["sign_type"]
    if given["aes_key"]:
        config.encrypt_type, config.encrypt_key = "AES", given["aes_key"]
    request = sdk_class("request", call["method"])()
    if "image_content" in call["send"]:
        # An upload: its fields stand beside biz_content, and one is a file.
        content = FileItem("海报.png", base64.b64decode(call["send"]["image_content"]))
        for field, value in (call["send"] | {"image_content": content}).items():
            setattr(request, field, value)
    else:
        request.biz_content = call["send"]
    if call["notify_url"]:
        request.notify_url = call["notify_url"]
    request.add_other_text_param("app_auth_token", given["app_auth_token"])
    response = sdk_class("response", call["method"])()
    response.parse_response_content(DefaultAlipayClient(config).execute(request))
    return json.loads(response.body)


for line in sys.stdin:
    try:
        told = answer(json.loads(line))
    except Exception as error:  # Whatever the SDK throws is a finding, told to whoever asked.
        told = {"thrown": f"{type(error).__name__} {error}"}
    print(json.dumps(told), flush=True)
