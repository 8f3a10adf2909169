import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { readKey, toBase64, toPem } from './der';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = createPublicKey(privateKey);
const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const pkcs1 = privateKey.export({ format: 'der', type: 'pkcs1' }).toString('base64');
const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');

test('a key is the same key in every form', () => {
  const texts = {
    public: spki,
    'pkcs1-public': publicKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
    pkcs8: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    pkcs1,
  };
  for (const [kind, text] of Object.entries(texts)) {
    const key = readKey(text);
    expect(key?.kind).toBe(kind);
    expect(key?.bits).toBe(2048);
    expect(key && toBase64(key.spki)).toBe(spki);
    const isPrivate = kind === 'pkcs1' || kind === 'pkcs8';
    expect(key?.pkcs1 && toBase64(key.pkcs1)).toBe(isPrivate ? pkcs1 : undefined);
    expect(key?.pkcs8 && toBase64(key.pkcs8)).toBe(isPrivate ? pkcs8 : undefined);
  }
});

test('PEM is what other tools write', () => {
  const key = readKey(spki);
  expect(key && `${toPem('PUBLIC KEY', key.spki)}\n`).toBe(publicKey.export({ format: 'pem', type: 'spki' }));
});

test('what is no RSA key is nothing, however it ends', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(readKey(ec.publicKey.export({ format: 'pem', type: 'spki' }).toString())).toBeUndefined();
  expect(readKey(ec.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toBeUndefined();
  for (const text of ['', 'hello', '!!!', 'MIIB', spki.slice(0, 100), 'A'.repeat(20_000)]) {
    expect(readKey(text)).toBeUndefined();
  }
});
