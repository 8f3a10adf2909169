// Receives notifications and says `success` to those that npm alipay-sdk, unmodified, finds signed; see ../README.md.

import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';

const { AlipaySdk } = createRequire(`${process.env.PUNCHCARD_TEST_NODE_MODULES}/`)('alipay-sdk');

const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'der' });
const sdk = new AlipaySdk({
  appId: '2021000000000001',
  privateKey: own.toString('base64'),
  keyType: 'PKCS8',
  alipayPublicKey: process.argv[2],
});

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const members = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('ascii')));
    const altered = { ...members, total_amount: '0.01' };
    const signed = sdk.checkNotifySign(members) && sdk.checkNotifySignV2(members);
    response.end(signed && !sdk.checkNotifySign(altered) ? 'success' : 'fail');
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
