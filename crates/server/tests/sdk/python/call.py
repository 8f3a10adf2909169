"""Makes the calls that it is told, one a line, with alipay-sdk-python, unmodified; see ../README.md."""

import base64
import json
import sys

from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.FileItem import FileItem

from client import config, key, lead_to, sdk_class

given = json.loads(sys.argv[1])
lead_to(given["gateway"])


def answer(call):
    settings = config(
        given["app_id"], key("isv.private.pem"), given["platform_key"], call["charset"], call["sign_type"], given["aes_key"]
    )
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
    response.parse_response_content(DefaultAlipayClient(settings).execute(request))
    return json.loads(response.body)


for line in sys.stdin:
    try:
        told = answer(json.loads(line))
    except Exception as error:  # Whatever the SDK throws is a finding, told to whoever asked.
        told = {"thrown": f"{type(error).__name__} {error}"}
    print(json.dumps(told), flush=True)
