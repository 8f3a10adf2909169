import { ask, type Response } from '../api/call';
import { conditions, type Rule } from './rules';
import { type Tag, valueOfLabel } from './tags';

/** The tags that a count can be broken down by: the eight that every merchant's members have. */
const DIMENSIONS = [
  'pam_gender',
  'pam_age',
  'pam_constellation',
  'pam_hometown_code',
  'pam_city_code',
  'pam_occupation',
  'pam_consume_level',
  'pam_have_baby',
];

/** One request an edit: the number, what each rule leaves, and how the members spread. */
export function counted(pid: string, rules: readonly Rule[]) {
  const text = conditions(rules);
  return ask(pid, 'punchcard.crowd.count', {
    pid,
    steps: true,
    dimensions: DIMENSIONS,
    ...(text !== undefined && { conditions: text }),
  });
}

export type Counted = Response<'punchcard.crowd.count'>;

/** How many members have each value of a tag, by the value's label. */
export function spread(count: Counted | undefined, tag: string): ReadonlyMap<string, number> {
  const found = count?.dimensions?.find(({ label }) => label === tag);
  return new Map(Object.entries(found?.value ?? {}));
}

/** The values of a tag as a table shows them: a list's in its own order, others with the most members first. */
export function bars(tag: Tag, count: Counted, all: Counted | undefined) {
  const ofAll = spread(all, tag.code);
  const found = [...spread(count, tag.code)].map(([label, number]) => ({
    value: valueOfLabel(tag, label),
    count: number,
    ofAll: ofAll.get(label),
  }));
  const order = tag.values.map(({ value }) => value);
  const isOrdered = 0 < order.length || tag.code === 'pam_age';
  return isOrdered
    ? found.sort((a, b) => place(order, a.value) - place(order, b.value))
    : found.sort((a, b) => b.count - a.count);
}

function place(order: readonly string[], value: string): number {
  const at = order.indexOf(value);
  return at === -1 ? Number(value) : at;
}
