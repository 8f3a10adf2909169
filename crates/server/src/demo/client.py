"""Counts the demo merchant's members with the official Python SDK, unmodified:

    pip install --no-deps alipay-sdk-python==3.3.398 && pip install pycryptodome rsa
    python client.py
"""

import json
import socket

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.KoubeiMarketingCampaignCrowdCountModel import KoubeiMarketingCampaignCrowdCountModel
from alipay.aop.api.request.KoubeiMarketingCampaignCrowdCountRequest import KoubeiMarketingCampaignCrowdCountRequest

# This SDK takes no port in its URL and always connects to port 80. Where Punchcard listens on another one, its
# connections are led there; `punchcard serve --listen 127.0.0.80:80` makes this needless.
connect = socket.create_connection
socket.create_connection = lambda address, *rest, **named: connect(
    ("@HOST@", @PORT@) if address == ("@HOST@", 80) else address, *rest, **named
)

config = AlipayClientConfig()
config.server_url = "http://@HOST@/gateway.do"
config.app_id = "@APP_ID@"
config.app_private_key = "@APP_PRIVATE_KEY_PKCS1@"
config.alipay_public_key = "@ALIPAY_PUBLIC_KEY@"

model = KoubeiMarketingCampaignCrowdCountModel()
model.conditions = json.dumps([{"op": "IN", "tagCode": "pam_gender", "value": "1"}])
model.dimensions = json.dumps(["pam_gender", "pam_age"])

client = DefaultAlipayClient(alipay_client_config=config)
print(client.execute(KoubeiMarketingCampaignCrowdCountRequest(biz_model=model)))
