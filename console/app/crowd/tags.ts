import { ask, type Response } from '../api/call';
import type { Words } from '../words';
import { type Rule, values } from './rules';

export const tagsQuery = (pid: string) => ask(pid, 'punchcard.tag.list', { pid });

export type Tag = Response<'punchcard.tag.list'>['tags'][number];

/** The platform's eight tags have Chinese names and labels; the words of the other language are ours. */
export function tagName(tag: Tag, words: Words): string {
  return words.builtIn[tag.code]?.name ?? tag.name;
}

export function valueLabel(tag: Tag, value: string, words: Words): string {
  const own = words.builtIn[tag.code]?.values[value];
  return own ?? tag.values.find((known) => known.value === value)?.label ?? value;
}

/** A histogram's bucket is named by the value's label where it has one. */
export function valueOfLabel(tag: Tag, label: string): string {
  return tag.values.find((known) => known.label === label)?.value ?? label;
}

/** What a histogram calls a value: by the server's own label, in whatever language the page is. */
export function bucketOf(tag: Tag, value: string): string {
  return tag.values.find((known) => known.value === value)?.label ?? value;
}

/** A rule as a sentence would have it: "Gender: is one of Women, Men". */
export function inWords(rule: Rule, tags: readonly Tag[], words: Words): string {
  const tag = tags.find(({ code }) => code === rule.tag);
  if (tag === undefined) return `${rule.tag} ${rule.op} ${rule.value}`;
  const isCode = tag.kind === 'enum' && ['EQ', 'NEQ', 'IN', 'NOTIN'].includes(rule.op);
  const shown = isCode ? values(rule).map((value) => valueLabel(tag, value, words)) : values(rule);
  return words.rules.sentence(tagName(tag, words), rule.op, shown);
}
