import { expect, test } from 'vitest';
import { many, one, parseSearch, paths, stringifySearch } from './paths';

test('addresses stay: people keep them', () => {
  expect(Object.values(paths)).toMatchInlineSnapshot(`
    [
      "/",
      "/sign-in",
      "/password",
      "/$pid",
      "/$pid/crowds",
      "/$pid/crowds/build",
      "/$pid/crowds/$crowd",
      "/$pid/holds",
      "/$pid/holds/$card/$user",
      "/$pid/trades",
      "/$pid/calls",
      "/$pid/calls/$trace",
      "/$pid/notices",
      "/$pid/notices/$notice",
      "/$pid/apps",
      "/$pid/system",
      "/$pid/operators",
    ]
  `);
});

test('parameters are texts, and others are dropped', () => {
  expect(one('name', 'after')({ name: '007', after: '', other: 'x', page: 3 })).toEqual({ name: '007' });
  expect(many('rule')({ rule: 'a' })).toEqual({ rule: ['a'] });
  expect(many('rule')({ rule: ['a', 'b'] })).toEqual({ rule: ['a', 'b'] });
  expect(many('rule')({})).toEqual({});
});

test('an address reads back as it was written', () => {
  const search = { name: '老 顾客 & 1=1', rule: ['pam_age IN 3,4', 'x'], number: '0012' };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
  expect(stringifySearch({ name: undefined, page: '' })).toBe('');
});
