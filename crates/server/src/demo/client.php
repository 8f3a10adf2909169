<?php
// Counts the demo merchant's members with the official PHP SDK (alipay-sdk-php-all, v2), unmodified: put this file
// beside its folder aop.

require_once 'aop/AopClient.php';
require_once 'aop/request/KoubeiMarketingCampaignCrowdCountRequest.php';

$client = new AopClient();
$client->gatewayUrl = '@GATEWAY_URL@';
$client->appId = '@APP_ID@';
$client->rsaPrivateKey = '@APP_PRIVATE_KEY_PKCS1@';
$client->alipayrsaPublicKey = '@ALIPAY_PUBLIC_KEY@';
$client->signType = 'RSA2';
$client->postCharset = 'UTF-8';
$client->format = 'json';

$request = new KoubeiMarketingCampaignCrowdCountRequest();
$request->setBizContent(json_encode([
    'conditions' => json_encode([['op' => 'IN', 'tagCode' => 'pam_gender', 'value' => '1']]),
    'dimensions' => json_encode(['pam_gender', 'pam_age']),
]));
var_dump($client->execute($request));
