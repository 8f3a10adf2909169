import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { ask, type Response } from '../api/call';
import { Answer } from '../ui/Answer';
import { Empty } from '../ui/Empty';
import { type Column, List } from '../ui/List';
import { Part } from '../ui/Page';
import { Person } from '../ui/Person';
import { useWords, type Words } from '../words';
import type { Rule } from './rules';
import { type Tag, tagName, valueLabel, valueOfLabel } from './tags';

type Sampled = Response<'punchcard.crowd.sample'>['members'][number];

interface Props {
  pid: string;
  /** A saved crowd, or the conditions of a draft. */
  of: { crowd: string } | { conditions: string };
  /** The rules, one for one with each member's values. */
  rules: readonly Rule[];
  tags: readonly Tag[];
}

/** Twenty of the members, each with the values for which it is in. The seed stays until others are asked for. */
export function Sample({ pid, of, rules, tags }: Props) {
  const words = useWords();
  // Two rules about one tag show the same value.
  const asked = rules
    .map((rule, at) => ({ at, code: rule.tag, tag: tags.find(({ code }) => code === rule.tag) }))
    .filter(({ code }, at) => rules.findIndex((rule) => rule.tag === code) === at);
  const [seed, setSeed] = useState(1);
  const query = useQuery(ask(pid, 'punchcard.crowd.sample', { pid, ...of, seed }));
  const values = asked.map(
    ({ tag, at }): Column<Sampled> => ({
      title: tag ? tagName(tag, words) : (rules[at]?.tag ?? ''),
      isKey: at === 0,
      show: ({ values }) => shownValue(tag, values[at], words),
    }),
  );
  const columns: Column<Sampled>[] = [
    {
      title: words.sample.member,
      isKey: true,
      show: ({ user_id, login_id, taobao_nick }) => (
        <Person userId={user_id} name={login_id ?? taobao_nick ?? undefined} />
      ),
    },
    ...values,
  ];
  const others = (
    <Button size="small" onClick={() => setSeed(seed + 1)}>
      {words.sample.others}
    </Button>
  );
  return (
    <Part title={words.sample.title} aside={others}>
      <Answer query={query} lines={6}>
        {({ members }) => (
          <List
            caption={words.sample.title}
            rows={members}
            keyOf={({ user_id }) => user_id}
            empty={<Empty title={words.sample.empty} />}
            columns={columns}
          />
        )}
      </Answer>
    </Part>
  );
}

/** The server tells a value by its label, in Chinese for the platform's tags. */
function shownValue(tag: Tag | undefined, label: string | null | undefined, words: Words): string {
  if (!label) return words.why.unknown;
  return tag ? valueLabel(tag, valueOfLabel(tag, label), words) : label;
}
