// Receives Punchcard's notifications, believes only what the platform signed, prints them and answers `success`. It needs
// nothing but Node:
//
//     node receive.mjs            listens on 127.0.0.1:8090; another port is the first argument
//
// Then give http://127.0.0.1:8090/ to a call as its notify_url. A notification comes again until it is answered with
// `success`, and may come again after that: its notify_id tells.

import { createServer } from 'node:http';
import { createPublicKey, verify } from 'node:crypto';

const publicKey = createPublicKey({
  key: Buffer.from('@ALIPAY_PUBLIC_KEY@', 'base64'), format: 'der', type: 'spki',
});

// The members of a form, as bytes: what is signed are the bytes in the message's own charset.
function members(body) {
  const decode = (text) => Buffer.from(
    text.replaceAll('+', ' ').replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
  return body.split('&').filter(Boolean).map((pair) => {
    const [name, ...value] = pair.split('=');
    return [decode(name).toString('latin1'), decode(value.join('='))];
  });
}

// All members but sign and sign_type, by name, as name=value with & between.
function isSigned(all) {
  const of = (name) => all.find(([other]) => other === name)?.[1].toString('latin1') ?? '';
  const signed = all.filter(([name, value]) => name !== 'sign' && name !== 'sign_type' && value.length > 0);
  signed.sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = signed.flatMap(([name, value], at) => [Buffer.from(`${at === 0 ? '' : '&'}${name}=`, 'latin1'), value]);
  const algorithm = of('sign_type') === 'RSA' ? 'RSA-SHA1' : 'RSA-SHA256';
  return verify(algorithm, Buffer.concat(parts), publicKey, Buffer.from(of('sign'), 'base64'));
}

// JSON as a terminal may have it: characters that it obeys, that turn the direction of a text or that are not seen, as \u….
function shown(value) {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    found.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
}

const server = createServer((request, response) => {
  const chunks = [];
  let length = 0;
  request.on('data', (chunk) => {
    length += chunk.length;
    if (length > 1 << 20) request.destroy();
    chunks.push(chunk);
  });
  request.on('end', () => {
    const all = members(Buffer.concat(chunks).toString('latin1'));
    const charset = all.find(([name]) => name === 'charset')?.[1].toString('latin1').toLowerCase();
    const text = new TextDecoder(charset === 'gbk' ? 'gbk' : 'utf-8');
    const good = isSigned(all);
    if (good) {
      console.log('verified', shown(Object.fromEntries(all.map(([name, value]) => [name, text.decode(value)]))));
    } else {
      console.log('NOT SIGNED BY THE PLATFORM: compare with punchcard notify show ID --signed');
    }
    response.setHeader('Content-Type', 'text/plain');
    response.end(good ? 'success' : 'fail');
  });
});
server.listen(Number(process.argv[2] ?? 8090), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});
