"""Makes the same calls in every mode that alipay-sdk-python, unmodified, has; see ../README.md."""

import base64
import html
import json
import re
import sys
import urllib.parse
import urllib.request

from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.FileItem import FileItem

from client import TESTS, config, key, lead_to, sdk_class

given = json.loads(sys.argv[1])
APP = json.loads((TESTS / "cases.json").read_text())["apps"]["merchant"]
CREATE, QUERY, UPLOAD = "alipay.trade.create", "alipay.trade.query", "alipay.offline.material.image.upload"
orders = 0
lead_to(given["gateway"])


def client_of(mode):
    keys = (key(APP["key"] + ".private.pem"), key("platform.public.pem"))
    aes_key = APP["aes_key"] if mode["content"] == "AES" else None
    return DefaultAlipayClient(config(APP["app_id"], *keys, mode["charset"], mode["sign_type"], aes_key))


def visited(page, charset):
    """What a browser that is sent to a page gets."""
    if page.startswith("http"):
        return urllib.request.urlopen(page).read()
    action = html.unescape(re.search('action="(.*?)"', page)[1])
    # The SDK escapes quotes alone.
    fields = re.findall('<input type="hidden" name="(.*?)" value="(.*?)">', page, re.DOTALL)
    fields = [(name, value.replace("&quot;", '"')) for name, value in fields]
    return urllib.request.urlopen(action, urllib.parse.urlencode(fields, encoding=charset).encode()).read()


def answer(mode, method, content):
    """The members of the answer to one call, whose signature the SDK has verified."""
    client, request = client_of(mode), sdk_class("request", method)()
    request.biz_content = content
    if mode["how"] == "POST":
        return json.loads(client.execute(request))
    page = client.page_execute(request, mode["how"].removeprefix("page-"))
    return json.loads(client._DefaultAlipayClient__parse_response(visited(page, mode["charset"])))


def check(mode):
    global orders
    if mode["how"] == "upload":
        request = sdk_class("request", UPLOAD)()
        request.image_type, request.image_name = "png", "海报"
        request.image_content = FileItem("海报.png", base64.b64decode(given["picture"]))
        told = json.loads(client_of(mode).execute(request))
        assert told["code"] == "10000" and len(told["image_id"]) == 32, told
        return
    orders += 1
    number = f"{given['run']}_{orders}"
    unknown = answer(mode, QUERY, {"out_trade_no": number})
    assert unknown["sub_code"] == "ACQ.TRADE_NOT_EXIST" and "交易不存在" in unknown["sub_msg"], unknown
    # The SDK cannot encrypt Chinese in GBK.
    subject = "peaches" if (mode["charset"], mode["content"]) == ("GBK", "AES") else "三个桃子"
    order = {"out_trade_no": number, "subject": subject, "total_amount": "8.80", "buyer_id": given["buyer"]}
    made = answer(mode, CREATE, order)
    assert made["code"] == "10000" and made["trade_no"], made
    assert answer(mode, QUERY, {"out_trade_no": number})["trade_no"] == made["trade_no"]


for mode in given["modes"]:
    try:
        check(mode)
        verdict = "ok"
    except Exception as error:  # Whatever the SDK throws is a finding.
        verdict = f"{type(error).__name__} {error}".replace("\n", " ")
    print(json.dumps(mode | {"verdict": verdict}), flush=True)
