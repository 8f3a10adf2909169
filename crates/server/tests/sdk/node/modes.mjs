// Makes the same calls in every mode that npm alipay-sdk, unmodified, has; see ../README.md.

import { createRequire } from 'node:module';
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { AlipayFormData, AlipaySdk } = createRequire(`${process.env.PUNCHCARD_TEST_NODE_MODULES}/`)('alipay-sdk');

const file = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const given = JSON.parse(process.argv[2]);
const { app_id, key, aes_key } = JSON.parse(file('cases.json')).apps.merchant;
const CREATE = 'alipay.trade.create';
const QUERY = 'alipay.trade.query';
const UPLOAD = 'alipay.offline.material.image.upload';
let orders = 0;

function sdkOf(keys, signType) {
  const known = keys === 'certificates'
    ? { appCertContent: file(`keys/${key}.crt`), alipayRootCertContent: file('keys/root.crt'), alipayPublicCertContent: file('keys/platform.crt') }
    : { alipayPublicKey: file('keys/platform.public.pem') };
  return new AlipaySdk({
    gateway: `http://${given.gateway}/gateway.do`,
    endpoint: `http://${given.gateway}`,
    appId: app_id,
    privateKey: file(`keys/${key}.private.pem`),
    signType,
    encryptKey: aes_key,
    ...known,
  });
}

/** What a browser that is sent to a page gets: the node, whose signature the SDK verifies where it can. */
async function visited(sdk, page, isEncrypted, method) {
  let text;
  if (page.startsWith('http')) {
    text = await (await fetch(page)).text();
  } else {
    const unescaped = (value) => value.replaceAll('&quot;', '"');
    const fields = [...page.matchAll(/<input type="hidden" name="(.*?)" value="(.*?)" \/>/gs)].map(([, name, value]) => [name, unescaped(value)]);
    const action = /action="(.*?)"/.exec(page)[1];
    text = await (await fetch(action, { method: 'POST', body: new URLSearchParams(fields) })).text();
  }
  const responseKey = `${method.replaceAll('.', '_')}_response`;
  const { [responseKey]: node, sign } = JSON.parse(text);
  if (!isEncrypted) {
    sdk.checkResponseSign(text, responseKey, sign, '');
    return node;
  }
  const cipher = createDecipheriv('aes-128-cbc', Buffer.from(aes_key, 'base64'), Buffer.alloc(16));
  return JSON.parse(cipher.update(node, 'base64', 'utf8') + cipher.final('utf8'));
}

/** The members of the answer to one call, a refusal's too. */
async function answer(sdk, how, isEncrypted, method, content) {
  const needEncrypt = isEncrypted ? { needEncrypt: true } : {};
  switch (how) {
    case 'POST':
      // The SDK looks for braces around what is signed, which an encrypted answer has not.
      return sdk.exec(method, { bizContent: content, ...needEncrypt }, { validateSign: !isEncrypted });
    case 'page-GET':
    case 'page-POST':
      return visited(sdk, sdk.pageExecute(method, how.slice(5), { bizContent: content, ...needEncrypt }), isEncrypted, method);
    case 'v3-POST':
    case 'v3-GET': {
      const options = how === 'v3-GET' ? { query: content } : { body: content, needEncrypt: isEncrypted };
      try {
        const { data } = await sdk.curl(how.slice(3), `/v3/${method.replaceAll('.', '/')}`, options);
        return { code: '10000', ...data };
      } catch (error) {
        if (!error.responseHttpStatus) throw error;
        return { code: '40004', sub_code: error.code, sub_msg: error.message };
      }
    }
  }
}

async function check(sdk, how, isEncrypted) {
  const expect = (holds, what) => {
    if (!holds) throw new Error(JSON.stringify(what));
  };
  if (how === 'upload') {
    const formData = new AlipayFormData();
    formData.addField('imageType', 'png');
    formData.addField('imageName', '海报');
    formData.addFile('imageContent', '海报.png', Buffer.from(given.picture, 'base64'));
    const { code, imageId } = await sdk.exec(UPLOAD, {}, { formData, validateSign: true });
    return expect(code === '10000' && imageId?.length === 32, { code, imageId });
  }
  const out_trade_no = `${given.run}_${(orders += 1)}`;
  const unknown = await answer(sdk, how, isEncrypted, QUERY, { out_trade_no });
  const [subCode, subMsg] = [unknown.subCode ?? unknown.sub_code, unknown.subMsg ?? unknown.sub_msg];
  expect(subCode === 'ACQ.TRADE_NOT_EXIST' && subMsg.includes('交易不存在'), unknown);
  if (how !== 'v3-GET') {
    const order = { out_trade_no, subject: '三个桃子', total_amount: '8.80', buyer_id: given.buyer };
    const made = await answer(sdk, how, isEncrypted, CREATE, order);
    expect(made.code === '10000' && (made.tradeNo ?? made.trade_no), made);
    const found = await answer(sdk, how, isEncrypted, QUERY, { out_trade_no });
    expect((found.tradeNo ?? found.trade_no) === (made.tradeNo ?? made.trade_no), found);
  }
}

for (const { keys, sign_type, content, how } of given.modes) {
  let verdict = 'ok';
  try {
    await check(sdkOf(keys, sign_type), how, content === 'AES');
  } catch (error) { // Whatever the SDK throws is a finding.
    verdict = `${error.name} ${error.message}`.replaceAll('\n', ' ');
  }
  console.log(JSON.stringify({ keys, charset: 'utf-8', sign_type, content, how, verdict }));
}
