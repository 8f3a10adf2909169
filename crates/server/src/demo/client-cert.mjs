// Counts the demo merchant's members in certificate mode with the official Node SDK, unmodified:
//
//     npm install alipay-sdk@4.14.0
//     node client-cert.mjs

import { AlipaySdk } from 'alipay-sdk';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(`certs/${name}`, import.meta.url));

const sdk = new AlipaySdk({
  gateway: '@GATEWAY_URL@',
  appId: '@CERT_APP_ID@',
  privateKey: readFileSync(file('app_@CERT_APP_ID@.private.pem'), 'utf8'),
  keyType: 'PKCS8',
  appCertPath: file('appCertPublicKey_@CERT_APP_ID@.crt'),
  alipayRootCertPath: file('alipayRootCert.crt'),
  alipayPublicCertPath: file('alipayCertPublicKey_RSA2.crt'),
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
