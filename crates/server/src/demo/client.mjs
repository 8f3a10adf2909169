// Counts the demo merchant's members with the official Node SDK, unmodified:
//
//     npm install alipay-sdk@4.14.0
//     node client.mjs

import { AlipaySdk } from 'alipay-sdk';

const sdk = new AlipaySdk({
  gateway: '@GATEWAY_URL@',
  appId: '@APP_ID@',
  privateKey: '@APP_PRIVATE_KEY_PKCS1@',
  alipayPublicKey: '@ALIPAY_PUBLIC_KEY@',
});

const answer = await sdk.exec(
  'koubei.marketing.campaign.crowd.count',
  {
    bizContent: {
      conditions: JSON.stringify([{ op: 'IN', tagCode: 'pam_gender', value: '1' }]),
      dimensions: JSON.stringify(['pam_gender', 'pam_age']),
    },
  },
  { validateSign: true },
);
console.log(answer);
