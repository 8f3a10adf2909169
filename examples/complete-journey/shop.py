"""A merchant's calls to Punchcard through the official alipay-sdk-python, unmodified."""

import decimal
import json
import socket

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.request.KoubeiCateringCrowdgroupConditionQueryRequest import KoubeiCateringCrowdgroupConditionQueryRequest
from alipay.aop.api.request.KoubeiCateringCrowdgroupConditionSetRequest import KoubeiCateringCrowdgroupConditionSetRequest
from alipay.aop.api.request.KoubeiMarketingCampaignCrowdCountRequest import KoubeiMarketingCampaignCrowdCountRequest
from alipay.aop.api.request.KoubeiMarketingCampaignCrowdCreateRequest import KoubeiMarketingCampaignCrowdCreateRequest
from alipay.aop.api.response.KoubeiCateringCrowdgroupConditionQueryResponse import KoubeiCateringCrowdgroupConditionQueryResponse
from alipay.aop.api.response.KoubeiCateringCrowdgroupConditionSetResponse import KoubeiCateringCrowdgroupConditionSetResponse
from alipay.aop.api.response.KoubeiMarketingCampaignCrowdCountResponse import KoubeiMarketingCampaignCrowdCountResponse
from alipay.aop.api.response.KoubeiMarketingCampaignCrowdCreateResponse import KoubeiMarketingCampaignCrowdCreateResponse

DIMENSIONS = ["pam_age", "pam_gender", "pam_constellation", "pam_hometown_code", "pam_city_code", "pam_occupation",
              "pam_consume_level", "pam_have_baby"]
# Who sets crowd groups.
OPERATOR = "2088201700000001"
CONNECT = socket.create_connection


class Shop:
    """One app of one merchant."""

    def __init__(self, app_id, private_key, alipay_public_key):
        self.app_id = app_id
        config = AlipayClientConfig()
        config.server_url = "http://punchcard/gateway.do"
        config.app_id = app_id
        config.app_private_key = private_key
        config.alipay_public_key = alipay_public_key
        self.client = DefaultAlipayClient(config)

    def create(self, name, conditions):
        """Saves a crowd and gives back its id."""
        request = KoubeiMarketingCampaignCrowdCreateRequest()
        request.biz_content = {"out_biz_no": name, "name": name, "conditions": text(conditions)}
        return self.execute(request, KoubeiMarketingCampaignCrowdCreateResponse()).crowd_group_id

    def count(self, **what):
        """The members of a crowd, by `crowd_group_id` or by `conditions`: the total, and a histogram for each dimension."""
        request = KoubeiMarketingCampaignCrowdCountRequest()
        request.biz_content = {name: text(value) for name, value in what.items()} | {"dimensions": json.dumps(DIMENSIONS)}
        response = self.execute(request, KoubeiMarketingCampaignCrowdCountResponse())
        histograms = json.loads(response.dimension_values)
        if [histogram["label"] for histogram in histograms] != DIMENSIONS:
            raise ValueError(f"dimensions out of order: {response.dimension_values}")
        return json.loads(response.summary_values)["total"], [histogram["value"] for histogram in histograms]

    def sum(self, **what):
        """What the members of a crowd paid in all, yuan."""
        request = KoubeiMarketingCampaignCrowdCountRequest()
        request.biz_content = what
        response = self.execute(request, KoubeiMarketingCampaignCrowdCountResponse())
        return decimal.Decimal(json.loads(response.summary_values, parse_float=str)["sum"])

    def set_group(self, operation, shop_id, group, conditions=None, describe=None):
        """Creates, updates, reads or deletes a crowd group of a shop; gives the conditions that the answer has."""
        request = KoubeiCateringCrowdgroupConditionSetRequest()
        content = {"operation": operation, "shop_id": shop_id, "crowd_group_id": group, "operator_id": OPERATOR}
        request.biz_content = content | ({"condition_model_list": conditions, "describe": describe} if conditions else {})
        response = self.execute(request, KoubeiCateringCrowdgroupConditionSetResponse())
        if (response.status, response.crowd_group_id) != ("success", group):
            raise ValueError(f"{operation} of {group}: {response.body}")
        return [condition.to_alipay_dict() for condition in response.condition_model_list or []]

    def groups_of(self, shop_id, user_id):
        """The crowd groups of a shop that a user is in: id, description and conditions of each."""
        request = KoubeiCateringCrowdgroupConditionQueryRequest()
        request.biz_content = {"shop_id": shop_id, "user_id": user_id}
        found = self.execute(request, KoubeiCateringCrowdgroupConditionQueryResponse()).condition_list
        return [(group.crowd_group_id, group.describe, [condition.to_alipay_dict() for condition in group.hit_crowd_conditons])
                for group in found]

    def execute(self, request, response):
        response.parse_response_content(self.client.execute(request))
        if not response.is_success():
            raise ValueError(f"{request.get_params()}: {response.body}")
        return response


def text(value):
    """Conditions as the JSON text that the methods take; what is text already stays."""
    if isinstance(value, str):
        return value
    return json.dumps([{"op": op, "tagCode": tag, "value": wanted} for op, tag, wanted in value], ensure_ascii=False)


def lead_sdk_to(port):
    """The SDK drops the port of its URL and always connects to 80: lead its connection, and nothing else of it, to the server."""
    socket.create_connection = lambda _, *rest, **named: CONNECT(("127.0.0.1", port), *rest, **named)
