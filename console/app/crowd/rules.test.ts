import { expect, test } from 'vitest';
import {
  conditions,
  isWhole,
  narrowed,
  places,
  type Rule,
  readRule,
  readRules,
  refusedRule,
  values,
  withOperator,
  writeRule,
} from './rules';

const rule = (text: string): Rule => {
  const read = readRule(text);
  if (read === undefined) throw new Error(text);
  return read;
};

test('a rule reads back from the address as it was written', () => {
  for (const text of [
    'pam_age:IN:3,4',
    'note:LIKE:a:b, c',
    'since:EQ:',
    'place:LOCATE:121.47,31.23,500',
    'n:LIKE:两 行\n',
  ]) {
    expect(writeRule(rule(text))).toBe(text);
  }
});

test('what is no rule is left out', () => {
  expect(readRules(['pam_age:IN:3', '', 'x', 'a:b:c', ':IN:3', 'a b:IN:3', 'pam_age:IN'])).toEqual([
    rule('pam_age:IN:3'),
  ]);
  expect(readRules()).toEqual([]);
});

test('half a rule is not asked', () => {
  const whole = ['a:EQ:1', 'a:IN:1,2', 'a:BETWEEN:1,2', 'a:LOCATE:1,2,3', 'a:LIKE:x, y', 'a:BETWEEN:2,1'];
  const half = ['a:EQ:', 'a:EQ: ', 'a:IN:1,', 'a:IN:,', 'a:BETWEEN:1,', 'a:BETWEEN:1', 'a:LOCATE:1,2', 'a:LOCATE:1,2,'];
  expect(whole.filter((text) => !isWhole(rule(text)))).toEqual([]);
  expect(half.filter((text) => isWhole(rule(text)))).toEqual([]);
});

test('conditions are those of the contract, and are absent without a whole rule', () => {
  const rules = ['pam_gender:IN:1', 'pam_age:IN:', 'spent:GTEQ:5'].map(rule);
  expect(conditions(rules)).toBe(
    '[{"op":"IN","tagCode":"pam_gender","value":"1"},{"op":"GTEQ","tagCode":"spent","value":"5"}]',
  );
  expect(places(rules)).toEqual([0, undefined, 1]);
  expect(conditions([rule('pam_age:IN:')])).toBeUndefined();
  expect(conditions([])).toBeUndefined();
});

test('a bar narrows the rule that lists it, or adds one', () => {
  const rules = ['pam_age:IN:3,4', 'pam_gender:NEQ:1'].map(rule);
  expect(narrowed(rules, 'pam_age', '4').map(writeRule)).toEqual(['pam_age:IN:4', 'pam_gender:NEQ:1']);
  expect(narrowed(rules, 'pam_gender', '2').map(writeRule)).toEqual([
    'pam_age:IN:3,4',
    'pam_gender:NEQ:1',
    'pam_gender:IN:2',
  ]);
  expect(narrowed([], 'pam_age', '1').map(writeRule)).toEqual(['pam_age:IN:1']);
});

test('another operator keeps what it can of the value', () => {
  const changes = [
    ['a:IN:1,2', 'NOTIN', 'a:NOTIN:1,2'],
    ['a:IN:1,2', 'EQ', 'a:EQ:1'],
    ['a:EQ:7', 'IN', 'a:IN:7'],
    ['a:EQ:7', 'BETWEEN', 'a:BETWEEN:7,'],
    ['a:BETWEEN:1,9', 'GT', 'a:GT:1'],
    ['a:BETWEEN:1,9', 'IN', 'a:IN:'],
    ['a:GT:5', 'LT', 'a:LT:5'],
    ['a:LOCATE:1,2,3', 'IN', 'a:IN:'],
  ] as const;
  for (const [before, op, after] of changes) expect(writeRule(withOperator(rule(before), op))).toBe(after);
});

test('values of a list have no blanks around them', () => {
  expect(values(rule('a:IN: 1 , 2,,'))).toEqual(['1', '2']);
});

test('a refusal is shown at its rule, whichever are left out before it', () => {
  const rules = ['a:IN:', 'b:EQ:x', 'c:EQ:y'].map(rule);
  expect(refusedRule(rules, 'conditions[1]', '')).toBe(2);
  expect(refusedRule(rules, undefined, '参数有误: conditions[0] 标签不存在: b')).toBe(1);
  expect(refusedRule(rules, undefined, '参数有误: conditions[9] x')).toBeUndefined();
  expect(refusedRule(rules, 'name', '')).toBeUndefined();
});
