import { list, members, textOf } from '../api/decode';

/** The draft of a crowd: a flat list of rules that must all hold, which is what the platform's conditions are. */
export interface Rule {
  /** The tag's code. */
  tag: string;
  /** The operator as conditions spell it. */
  op: string;
  /** The value as conditions have it; a list is separated by commas. Empty or half typed, the rule is left out. */
  value: string;
}

/** A rule in the address: `pam_age:IN:3,4`. A tag's code is letters, digits and `_`, so the first colons part it. */
export function writeRule({ tag, op, value }: Rule): string {
  return `${tag}:${op}:${value}`;
}

export function readRule(text: string): Rule | undefined {
  const [, tag, op, value] = /^(\w+):([A-Z]+):(.*)$/s.exec(text) ?? [];
  return tag === undefined || op === undefined || value === undefined ? undefined : { tag, op, value };
}

/** The rules of an address. What nobody has written so is left out. */
export function readRules(texts: readonly string[] = []): Rule[] {
  return texts.map(readRule).filter((rule) => rule !== undefined);
}

export function writeRules(rules: readonly Rule[]): string[] {
  return rules.map(writeRule);
}

/** How many parts, joined by commas, the operator wants; nothing if any number will do. */
function parts(op: string): number | undefined {
  return op === 'BETWEEN' ? 2 : op === 'LOCATE' ? 3 : undefined;
}

/** Whether it can be asked already; whether its value fits the tag is the server's to say. */
export function isWhole({ op, value }: Rule): boolean {
  const found = value.split(',');
  const wanted = parts(op);
  return found.every((part) => part.trim() !== '') && (wanted === undefined || found.length === wanted);
}

/** The `conditions` of the whole rules, in order; nothing where there are none. */
export function conditions(rules: readonly Rule[]): string | undefined {
  const whole = rules.filter(isWhole);
  const elements = whole.map(({ tag, op, value }) => ({ op, tagCode: tag, value }));
  return elements.length === 0 ? undefined : JSON.stringify(elements);
}

/** The rules of saved conditions. */
export function fromConditions(text: string): Rule[] {
  return list(text).map((element) => {
    const { op, tagCode, value } = members(element);
    return { tag: textOf(tagCode), op: textOf(op), value: textOf(value) };
  });
}

/** For each rule its place among the conditions; nothing for one that is left out. */
export function places(rules: readonly Rule[]): (number | undefined)[] {
  let next = 0;
  return rules.map((rule) => {
    if (!isWhole(rule)) return undefined;
    next += 1;
    return next - 1;
  });
}

/** The values of a list, without what is empty. */
export function values(rule: Rule): string[] {
  return rule.value
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Only those with this value: a rule that lists it is narrowed to it, else a new one is added. */
export function narrowed(rules: readonly Rule[], tag: string, value: string): Rule[] {
  const only = { tag, op: 'IN', value };
  const at = rules.findIndex((rule) => rule.tag === tag && rule.op === 'IN' && values(rule).includes(value));
  return at === -1 ? [...rules, only] : rules.with(at, only);
}

/** With another operator, as much of the value stays as the new one can have. */
export function withOperator(rule: Rule, op: string): Rule {
  const lists = ['IN', 'NOTIN'];
  const isList = lists.includes(op);
  const wasList = lists.includes(rule.op);
  const [first = ''] = values(rule);
  if (isList) return { ...rule, op, value: parts(rule.op) === undefined ? rule.value : '' };
  if (op === 'BETWEEN') return { ...rule, op, value: rule.op === op ? rule.value : `${first},` };
  if (op === 'LOCATE') return { ...rule, op, value: '' };
  return { ...rule, op, value: wasList || rule.op === 'BETWEEN' ? first : rule.value };
}

/** Which rule a refusal is about: it names `conditions[2]`, counted among the whole ones. */
export function refusedRule(rules: readonly Rule[], field: string | undefined, text: string): number | undefined {
  const [, number] = /conditions\[(\d+)\]/.exec(`${field ?? ''} ${text}`) ?? [];
  if (number === undefined) return undefined;
  const at = places(rules).indexOf(Number(number));
  return at === -1 ? undefined : at;
}
