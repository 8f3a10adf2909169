"""Receives notifications and says `success` to those that alipay-sdk-python, unmodified, finds signed; see ../README.md."""

import http.server
import sys
import urllib.parse

from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa


def is_signed(members):
    """As its users do it: the SDK has the parts of the check, and no function for the whole."""
    unsigned = {name: value for name, value in members.items() if name not in ("sign", "sign_type")}
    try:
        message = get_sign_content(unsigned).encode(members["charset"])
        return verify_with_rsa(sys.argv[1], message, members["sign"])
    except Exception:
        return False


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        charset = dict(urllib.parse.parse_qsl(body))["charset"]
        members = dict(urllib.parse.parse_qsl(body, keep_blank_values=True, encoding=charset, errors="strict"))
        altered = {**members, "total_amount": "0.01"}
        answer = b"success" if is_signed(members) and not is_signed(altered) else b"fail"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
