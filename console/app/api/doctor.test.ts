import { expect, test } from 'vitest';
import { fault, finding } from './doctor';

test('a finding has its sentence in both languages, and the string that was verified, with its own empty lines', () => {
  const detail =
    'the key is wrong\n密钥不匹配\ntried: gbk\nsign: AA==\n\nthe string that the gateway verified, in utf-8:\na=1\n\nb=2';
  expect(finding(detail)).toEqual({
    en: 'the key is wrong',
    zh: '密钥不匹配',
    more: ['tried: gbk'],
    verified: 'a=1\n\nb=2',
  });
  expect(finding('no such method')).toEqual({ en: 'no such method', zh: '', more: [], verified: undefined });
});

test('what is wrong with an answer is named', () => {
  expect(fault({ status: 200, answer: 'success' })).toBeUndefined();
  expect(fault({ status: 200, answer: 'success\n' })).toBe('around');
  expect(fault({ status: 200, answer: 'SUCCESS' })).toBe('case');
  expect(fault({ status: 200, answer: null })).toBe('other');
  expect(fault({ status: 302, answer: 'success' })).toBe('status');
  expect(fault({ status: null, answer: null })).toBe('unreachable');
});
