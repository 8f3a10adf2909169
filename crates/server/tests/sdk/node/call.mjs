// Makes the calls that it is told, one a line, with npm alipay-sdk, unmodified; see ../README.md.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';

const { AlipayFormData, AlipaySdk } = createRequire(`${process.env.PUNCHCARD_TEST_NODE_MODULES}/`)('alipay-sdk');

const given = JSON.parse(process.argv[2]);

async function answer({ method, send, charset, sign_type, notify_url }) {
  const sdk = new AlipaySdk({
    gateway: `http://${given.gateway}/gateway.do`,
    appId: given.app_id,
    privateKey: readFileSync(new URL('../keys/isv.private.pem', import.meta.url), 'utf8'),
    alipayPublicKey: given.platform_key,
    signType: sign_type,
    charset,
    encryptKey: given.aes_key ?? undefined,
  });
  if (send.image_content) {
    // An upload: its fields stand beside biz_content, and one is a file.
    const { image_content, ...fields } = send;
    const formData = new AlipayFormData();
    for (const [name, value] of Object.entries(fields)) formData.addField(name, value);
    formData.addField('appAuthToken', given.app_auth_token);
    formData.addFile('imageContent', '海报.png', Buffer.from(image_content, 'base64'));
    return snake(await sdk.exec(method, {}, { formData, validateSign: true }));
  }
  const params = { bizContent: send, appAuthToken: given.app_auth_token };
  if (notify_url) params.notifyUrl = notify_url;
  if (given.aes_key) params.needEncrypt = true;
  // The SDK looks for braces around what is signed, which an encrypted answer has not.
  return snake(await sdk.exec(method, params, { validateSign: !given.aes_key }));
}

/** The SDK hands members over in camel case. */
function snake(value) {
  if (Array.isArray(value)) return value.map(snake);
  if (value === null || typeof value !== 'object') return value;
  const name = (text) => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [name(member), snake(inner)]));
}

for await (const line of createInterface({ input: process.stdin })) {
  let told;
  try {
    told = await answer(JSON.parse(line));
  } catch (error) { // Whatever the SDK throws is a finding, told to whoever asked.
    told = { thrown: `${error.name} ${error.message}` };
  }
  console.log(JSON.stringify(told));
}
