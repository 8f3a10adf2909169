// Makes requests as npm alipay-sdk, unmodified, makes them under wrong settings, and prints what it would send; see
// ../wrong/README.md.

import { createHash, constants, createSign, privateEncrypt } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import http from 'node:http';

const { AlipaySdk } = createRequire(`${process.env.PUNCHCARD_TEST_NODE_MODULES}/`)('alipay-sdk');

const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));
let sent;
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    sent = { query: request.url.split('?')[1] ?? '', body: Buffer.concat(chunks).toString('latin1') };
    response.end('{}');
  });
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

async function made(setting) {
  const privateKey = given.keys[setting.key ?? 'merchant'];
  const appId = setting.app_id ?? given.app_id;
  if (setting.how === 'hand') return byHand(setting.hand, appId, privateKey);
  const sdk = new AlipaySdk({
    gateway: `http://127.0.0.1:${server.address().port}/gateway.do`,
    appId,
    privateKey,
    keyType: 'PKCS1',
    charset: setting.charset ?? 'utf-8',
  });
  const params = { bizContent: given.content };
  if (setting.how === 'sdk') return { query: sdk.sdkExecute(given.method, params), body: '' };
  if (setting.how === 'page') return submitted(sdk.pageExecute(given.method, 'POST', params));
  // It finds no answer in what this server says.
  await sdk.exec(given.method, params).catch(() => {});
  return sent;
}

/** What a browser on a page in UTF-8 sends of the SDK's form. */
function submitted(form) {
  const inputs = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
  const values = inputs.map(([, name, value]) => [name, value.replaceAll('&quot;', '"')]);
  return { query: /action="[^?"]*\?([^"]*)"/.exec(form)[1], body: new URLSearchParams(values).toString() };
}

/** Signed without the SDK, wrongly. */
function byHand(how, appId, key) {
  const params = {
    method: given.method, app_id: appId, timestamp: '2026-01-01 12:00:00', version: '1.0', charset: 'utf-8', sign_type: 'RSA2',
    biz_content: JSON.stringify(given.content),
  };
  const joined = (names, of) => names.map((name) => `${name}=${of[name]}`).join('&');
  const names = Object.keys(params).sort();
  const string = {
    unsorted: () => joined(Object.keys(params), params),
    indented: () => joined(names, { ...params, biz_content: JSON.stringify(given.content, null, 2) }),
    encoded: () => new URLSearchParams(names.map((name) => [name, params[name]])).toString(),
    hashed: () => createHash('sha256').update(joined(names, params)).digest('hex'),
  }[how]?.() ?? joined(names, params);
  const pem = `-----BEGIN RSA PRIVATE KEY-----\n${key.match(/.{1,64}/g).join('\n')}\n-----END RSA PRIVATE KEY-----`;
  const signing = createSign('RSA-SHA256').update(string, 'utf8');
  const sign = {
    base64url: () => signing.sign(pem, 'base64url'),
    pss: () => signing.sign({ key: pem, padding: constants.RSA_PKCS1_PSS_PADDING }, 'base64'),
    'private-encrypt': () => privateEncrypt(pem, createHash('sha256').update(string).digest()).toString('base64'),
  }[how]?.() ?? signing.sign(pem, 'base64');
  return { query: '', body: new URLSearchParams({ ...params, sign }).toString() };
}

for (const setting of given.settings) console.log(JSON.stringify({ name: setting.name, ...await made(setting) }));
server.close();
