"""Makes requests as alipay-sdk-python, unmodified, makes them under wrong settings, and prints what it would send; see
../wrong/README.md."""

import base64
import http.server
import json
import pathlib
import re
import socket
import sys
import threading
import urllib.parse

import rsa
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.request.AlipayTradeCreateRequest import AlipayTradeCreateRequest
from alipay.aop.api.util.SignatureUtils import fill_private_key_marker, get_sign_content, sign_with_rsa, sign_with_rsa2

given = json.loads(pathlib.Path(sys.argv[1]).read_text())
sent = {}


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent.update(query=self.path.partition("?")[2], body=body.decode("latin-1"))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


recorder = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=recorder.serve_forever, daemon=True).start()
connect = socket.create_connection
# The SDK drops the port of its URL.
socket.create_connection = lambda address, *rest, **named: connect(
    recorder.server_address if address == ("gateway", 80) else address, *rest, **named
)


def made(setting):
    key = given["keys"][setting.get("key") or "merchant"]
    app_id, charset = setting.get("app_id") or given["app_id"], setting.get("charset") or "utf-8"
    if setting["how"] == "hand":
        return by_hand(setting["hand"], app_id, key)
    config = AlipayClientConfig()
    config.server_url, config.app_id, config.app_private_key = "http://gateway/gateway.do", app_id, key
    config.charset, config.sign_type = charset, "RSA2"
    request = AlipayTradeCreateRequest()
    request.biz_content = given["content"]
    client = DefaultAlipayClient(config)
    if setting["how"] == "sdk":
        return {"query": client.sdk_execute(request), "body": ""}
    if setting["how"] == "page":
        return submitted(client.page_execute(request))
    try:
        client.execute(request)
    except Exception:  # It finds no answer in what the recorder says.
        pass
    return dict(sent)


def submitted(form):
    """What a browser on a page in UTF-8 sends of the SDK's form."""
    values = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    body = urllib.parse.urlencode([(name, value.replace("&quot;", '"')) for name, value in values])
    return {"query": re.search(r'action="[^?"]*\?([^"]*)"', form)[1], "body": body}


def by_hand(how, app_id, key):
    """Signed with the SDK's helpers and not by its client, wrongly."""
    content = json.dumps(given["content"], ensure_ascii=False, separators=(",", ":"))
    params = {
        "app_id": app_id, "method": given["method"], "charset": "utf-8", "sign_type": "RSA2", "version": "1.0",
        "timestamp": "2026-01-01 12:00:00", "biz_content": content,
    }
    signed, sends = dict(params), dict(params)
    if how == "without sign_type":
        del signed["sign_type"]
    elif how == "ascii":
        sends["biz_content"] = json.dumps(given["content"], separators=(",", ":"))
    elif how == "spaced":
        signed["biz_content"] = json.dumps(given["content"], ensure_ascii=False)
    elif how == "two timestamps":
        sends["timestamp"] = "2026-01-01 12:00:01"
    elif how == "token added":
        sends["app_auth_token"] = "202601BBsdk_tests_app_auth_token_0000001"
    elif how == "empty":
        signed |= {"notify_url": "", "return_url": ""}
    elif how == "none":
        signed["notify_url"] = None
    string = get_sign_content(signed)
    if how == "rsa":
        sends["sign"] = sign_with_rsa(key, string, "utf-8")
    elif how == "gbk":
        sends["sign"] = sign_with_rsa2(key, string, "GBK")
    elif how in ("bytes", "encodebytes"):
        private = rsa.PrivateKey.load_pkcs1(fill_private_key_marker(key), format="PEM")
        signature = rsa.sign(string.encode(), private, "SHA-256")
        sends["sign"] = str(base64.b64encode(signature)) if how == "bytes" else base64.encodebytes(signature).decode()
    else:
        sends["sign"] = sign_with_rsa2(key, string, "utf-8")
    if how == "quoted twice":
        sends = {name: urllib.parse.quote(value, safe="") for name, value in sends.items()}
        # The charset and its like have nothing to quote; what is read first must be read as it is.
        sends["timestamp"] = params["timestamp"]
    return {"query": "", "body": urllib.parse.urlencode(sends)}


for setting in given["settings"]:
    print(json.dumps({"name": setting["name"]} | made(setting)), flush=True)
