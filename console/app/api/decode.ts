/** Answers of the platform's own methods hold JSON in a string. These read it, and believe nothing of it. */

export interface Tag {
  code: string;
  name: string;
  values: { value: string; label: string }[];
}

export interface Dimension {
  label: string;
  /** How many members have each value, by the value's label where it has one. */
  counts: Map<string, number>;
}

export interface Count {
  total: number;
  /** What they paid, yuan, once the merchant has trades. */
  sum: string | undefined;
  dimensions: Dimension[];
}

type Members = { readonly [name: string]: unknown };

export function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function list(text: string | undefined): unknown[] {
  if (text === undefined) return [];
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function tags(answer: { tags: string }): Tag[] {
  return list(answer.tags).map((element) => {
    const { code, name, valueRange } = members(element);
    const values = Array.isArray(valueRange) ? valueRange.map(members) : [];
    return {
      code: textOf(code),
      name: textOf(name),
      values: values.map(({ value, label }) => ({ value: textOf(value), label: textOf(label) })),
    };
  });
}

export function count(answer: { summary_values: string; dimension_values?: string | null }): Count {
  const { total, sum } = members(JSON.parse(answer.summary_values));
  return {
    total: Number(textOf(total)),
    sum: textOf(sum) || undefined,
    dimensions: list(answer.dimension_values ?? undefined).map((element) => {
      const { label, value } = members(element);
      const counts = Object.entries(members(value)).map(([of, number]) => [of, Number(number)] as const);
      return { label: textOf(label), counts: new Map(counts) };
    }),
  };
}

export interface Crowd {
  id: string;
  name: string;
}

export function crowds(answer: { crowd_group_sets: string }): Crowd[] {
  return list(answer.crowd_group_sets).map((element) => {
    const { id, name } = members(element);
    return { id: textOf(id), name: textOf(name) };
  });
}
