"""Drives alipay-sdk-python, unmodified, through ../cases.json against a running server; see ../README.md."""

import base64
import http.client
import http.server
import json
import pathlib
import re
import socket
import sys
import threading

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.FileItem import FileItem
from alipay.aop.api.exception.Exception import ResponseException

from client import TESTS, key, sdk_class

PUBLIC = ("code", "msg", "sub_code", "sub_msg")
# Methods whose success has no code.
BARE = ("alipay.system.oauth.token",)


class Routes:
    """Leads connections to port 80 of a name elsewhere, because the SDK drops the port of its URL."""

    def __init__(self):
        self.targets = {}
        self.connect = socket.create_connection
        socket.create_connection = self.create_connection

    def create_connection(self, address, *rest, **named):
        return self.connect(self.targets.get(address, address), *rest, **named)

    def add(self, name, target):
        self.targets[name, 80] = target
        return name


class Proxy:
    """Hands every call to the gateway and its answer back through `change`."""

    def __init__(self, routes, name, gateway, change):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                connection = http.client.HTTPConnection(gateway, timeout=15)
                connection.request("POST", self.path, body, dict(self.headers))
                answer = connection.getresponse()
                body = change(answer.read())
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.host = routes.add(name, server.server_address)


class Run:
    """One charset and one sign type."""

    def __init__(self, book, gateway, charset, sign_type, known):
        self.book, self.gateway, self.charset, self.sign_type = book, gateway, charset, sign_type
        run = f"python-{charset}-{sign_type}."
        self.known = {"run": run, "tag": re.sub("[^0-9A-Za-z]", "_", run)} | known
        self.failed = False

    def all(self, routes, proxied):
        for case in self.book["cases"]:
            self.report(case["call"], case["case"], lambda: self.check(case))
        self.tampering(routes, proxied)

    def report(self, method, name, check):
        try:
            check()
            verdict, detail = "ok", ""
        except Exception as error:  # Whatever the SDK throws is a finding, not the end of the run.
            verdict, detail, self.failed = "FAIL", f": {type(error).__name__} {error}", True
        print(verdict, method, "python", self.charset, self.sign_type, name + detail, flush=True)

    def execute(self, case, host):
        """The SDK's answer to a case, in the SDK's own response class."""
        app, call = self.book["apps"][case["app"]], case["call"]
        config = AlipayClientConfig()
        config.server_url = f"http://{host}/gateway.do"
        config.app_id = app["app_id"]
        config.app_private_key = key(app["key"] + ".private.pem")
        config.alipay_public_key = key("platform.public.pem")
        config.charset = case.get("charset", self.charset)
        config.sign_type = self.sign_type
        request = sdk_class("request", call)()
        if "send" in case:
            sent = {field: self.text(value) for field, value in case["send"].items()}
            request.biz_content = sent | self.filled(case.get("plain", {}))
        for field, value in case.get("parameters", {}).items():
            setattr(request, field, self.text(value))
        for field, file in case.get("files", {}).items():
            setattr(request, field, FileItem(file["name"], base64.b64decode(file["base64"])))
        if "app_auth_token" in app:
            request.add_other_text_param("app_auth_token", app["app_auth_token"])
        response = sdk_class("response", call)()
        response.parse_response_content(DefaultAlipayClient(config).execute(request))
        return response

    def check(self, case):
        response = self.execute(case, self.gateway)
        expect(response.msg == self.book["msg"].get(response.code), response.body)
        members = {field: value for field, value in json.loads(response.body).items() if field not in PUBLIC}
        if "refused" in case:
            code, sub_code, *words = case["refused"].split(" ")
            expect(not response.is_success(), response.body)
            expect((response.code, response.sub_code, members) == (code, sub_code, {}), response.body)
            expect(all(self.text(word) in response.sub_msg for word in words), response.body)
        else:
            expect(response.is_success() and response.code == (None if case["call"] in BARE else "10000"), response.body)
            expect(members.keys() == case["answer"].keys(), response.body)
            for field, wanted in case["answer"].items():
                self.compare(wanted, members[field])
                # A member that the SDK does not know is not in its class.
                kept = getattr(response, field, members[field])
                expect(agree(kept, members[field]), f"{kept} is not {members[field]}")

    def compare(self, wanted, found):
        unknown = isinstance(wanted, str) and re.fullmatch(r"\{([a-z]+)\}", wanted)
        if unknown and unknown[1] not in self.known:
            expect(isinstance(found, str) and found != "", f"{wanted} is {found!r}")
            self.known[unknown[1]] = found
        elif isinstance(wanted, (list, dict)) and isinstance(found, str):
            self.compare(wanted, json.loads(found))
        elif isinstance(wanted, list):
            expect(isinstance(found, list) and len(found) == len(wanted), f"{found} is not {wanted}")
            for one_wanted, one_found in zip(wanted, found):
                self.compare(one_wanted, one_found)
        elif isinstance(wanted, dict):
            expect(isinstance(found, dict) and found.keys() == wanted.keys(), f"{found} is not {wanted}")
            for name in wanted:
                self.compare(wanted[name], found[name])
        else:
            expect(found == self.filled(wanted), f"{found!r} is not {self.filled(wanted)!r}")

    def filled(self, value):
        """A value of cases.json with what is known by now."""
        if isinstance(value, str):
            return re.sub(r"\{([a-z]+)\}", lambda name: self.known[name[1]], value)
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        return value

    def text(self, value):
        """What is sent for a value of cases.json; numbers stay numbers."""
        value = self.filled(value)
        return json.dumps(value, ensure_ascii=False, indent=1) if isinstance(value, (list, dict)) else value

    def tampering(self, routes, gateway):
        """One byte of the answer changed on its way: in the code, in the business member, in a refusal, in the signature."""
        method = "koubei.marketing.campaign.crowd.create"
        crowd = next(case for case in self.book["cases"] if case["call"] == method and "answer" in case)
        refusal = next(case for case in self.book["cases"] if case["call"] == method and "refused" in case)
        for name, case, before in [
            ("nothing changed on the way", crowd, None),
            ("the code changed on the way", crowd, b'"code":"'),
            ("the crowd's id changed on the way", crowd, b'"crowd_group_id":"'),
            ("the sub_code changed on the way", refusal, b'"sub_code":"'),
            ("the signature changed on the way", crowd, b'"sign":"'),
        ]:
            proxy = Proxy(routes, "proxy-" + name.replace(" ", "-"), gateway, lambda body: flip(body, before) if before else body)
            self.report(method, name, lambda: self.passes_or_not(case, proxy.host, before is None))

    def passes_or_not(self, case, host, honest):
        try:
            response = self.execute(case, host)
        except ResponseException as error:
            expect(not honest and "response sign verify failed" in str(error), str(error))
        else:
            expect(honest and response.crowd_group_id == self.known["crowd"], f"accepted {response.body}")


def agree(kept, found):
    """Whether what the SDK has made of an answer says the same, as far as its classes know the members."""
    kept = kept.to_alipay_dict() if hasattr(kept, "to_alipay_dict") else kept
    if isinstance(kept, list):
        return len(kept) == len(found) and all(agree(one_kept, one_found) for one_kept, one_found in zip(kept, found))
    if isinstance(kept, dict):
        return all(name in found and agree(one, found[name]) for name, one in kept.items())
    return kept == found


def flip(body, before):
    """The body with the byte that follows `before` changed."""
    at = body.index(before) + len(before)
    return body[:at] + (b"B" if body[at:at + 1] == b"A" else b"A") + body[at + 1:]


def expect(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


def main():
    given = json.loads(pathlib.Path(sys.argv[1]).read_text())
    book = json.loads((TESTS / "cases.json").read_text())
    routes = Routes()
    host, port = given["gateway"].rsplit(":", 1)
    gateway = given["portless"] or routes.add("gateway", (host, int(port)))
    runs = [Run(book, gateway, run["charset"], run["sign_type"], run["known"]) for run in given["runs"]]
    for run in runs:
        run.all(routes, given["gateway"])
    sys.exit(any(run.failed for run in runs))


main()
