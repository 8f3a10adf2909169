import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { ask } from '../../api/call';
import { barred } from '../../api/can';
import { Refusal } from '../../api/errors';
import { useSession } from '../../api/session';
import { Breakdown } from '../../crowd/Breakdown';
import { counted, spread } from '../../crowd/count';
import { RuleCard } from '../../crowd/RuleCard';
import {
  conditions,
  fromConditions,
  isWhole,
  narrowed,
  places,
  type Rule,
  readRules,
  refusedRule,
  writeRules,
} from '../../crowd/rules';
import { Sample } from '../../crowd/Sample';
import { Size } from '../../crowd/Size';
import { type Tag, tagName, tagsQuery } from '../../crowd/tags';
import { CrowdSave } from '../../forms/CrowdSave';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { AsCall } from '../../ui/AsCall';
import { percent } from '../../ui/Histogram';
import { Page, Part } from '../../ui/Page';
import { Trouble } from '../../ui/Trouble';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/crowds/build');

export function load({ queries, params: { pid = '' }, search: { r } }: At) {
  const rules = readRules([r ?? []].flat());
  return Promise.all([
    queries.prefetchQuery(tagsQuery(pid)),
    queries.prefetchQuery(counted(pid, [])),
    queries.prefetchQuery(counted(pid, rules)),
  ]);
}

/** The crowd builder: left the rules, right the answer, always both. The address has every rule, so Back is undo. */
export default function Build() {
  const words = useWords();
  const { pid } = route.useParams();
  const { of } = route.useSearch();
  const tags = useQuery(tagsQuery(pid));
  const saved = useQuery({
    ...ask(pid, 'koubei.marketing.campaign.crowd.detail.query', { crowd_group_id: of ?? '' }),
    enabled: of !== undefined,
  });
  const title = of === undefined ? words.build.title : words.build.editing(saved.data?.name ?? of);
  const up = (
    <Link to={paths.crowds} params={{ pid }}>
      {words.crowds.title}
    </Link>
  );
  return (
    <Page title={title} up={up}>
      {saved.error && <Trouble error={saved.error} />}
      <Answer query={tags}>
        {({ tags }) => (
          <Builder
            tags={tags}
            {...(of && saved.data
              ? { of: { id: of, name: saved.data.name, rules: fromConditions(saved.data.crowd_group_info) } }
              : {})}
          />
        )}
      </Answer>
    </Page>
  );
}

function Builder({ tags, of }: { tags: readonly Tag[]; of?: { id: string; name: string; rules: Rule[] } }) {
  const words = useWords();
  const session = useSession();
  const { pid } = route.useParams();
  const { r } = route.useSearch();
  const navigate = route.useNavigate();
  const [saving, save] = useState<'changes' | 'new'>();

  const rules = readRules(r);
  const text = conditions(rules);
  const all = useQuery(counted(pid, []));
  const counting = useQuery(counted(pid, rules));
  const before = useQuery({ ...counted(pid, of?.rules ?? []), enabled: of !== undefined });
  const { error, isPlaceholderData } = counting;
  const refused = error instanceof Refusal ? refusedRule(rules, error.field, error.message) : undefined;
  // While a rule is refused the last number is not that of the rules.
  const isOld = isPlaceholderData || error !== null;
  const count = counting.data;

  const edit = (change: (rules: Rule[]) => Rule[], how: 'typed' | 'picked') =>
    navigate({
      search: (old) => ({ ...old, r: writeRules(change(readRules(old.r))) }),
      replace: how === 'typed',
      resetScroll: false,
    });
  const narrow = (tag: string, value: string) => edit((rules) => narrowed(rules, tag, value), 'picked');

  const left = places(rules).map((place) => (place === undefined || isOld ? undefined : count?.steps?.[place + 1]));
  const leaves = (at: number): string | undefined => {
    const number = left[at];
    return number === undefined || all.data === undefined
      ? undefined
      : words.build.leaves(words.number(number), percent(number, all.data.total));
  };
  const method = of ? 'koubei.marketing.campaign.crowd.modify' : 'koubei.marketing.campaign.crowd.create';
  const why = text === undefined ? words.build.mustHaveRule : barred(session, method, words);
  const isUnsaved = why !== undefined || isOld;

  return (
    <div className="builder">
      <Part title={words.build.rules}>
        {rules.length === 0 && (
          <p className="soft">
            <strong>{words.build.noRules}</strong> {words.build.noRulesText}
          </p>
        )}
        <ol className="rules">
          {rules.map((rule, at) => {
            const tag = tags.find(({ code }) => code === rule.tag);
            return (
              <RuleCard
                // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place; two may be the same.
                key={`${at} ${rule.tag}`}
                rule={rule}
                tag={tag}
                tags={tags}
                ofAll={spread(all.data, rule.tag)}
                leaves={leaves(at)}
                refusal={refused === at ? error?.message : undefined}
                change={(changed, how) => edit((rules) => rules.with(at, changed), how)}
                remove={() => edit((rules) => rules.toSpliced(at, 1), 'picked')}
              />
            );
          })}
        </ol>
        <div>
          <AddRule tags={tags} add={(rule) => edit((rules) => [...rules, rule], 'picked')} />
        </div>
        <div className="bar">
          {of && (
            <Button type="primary" disabled={isUnsaved} title={why} onClick={() => save('changes')}>
              {words.build.saveChanges}
            </Button>
          )}
          <Button type={of ? 'default' : 'primary'} disabled={isUnsaved} title={why} onClick={() => save('new')}>
            {of ? words.build.saveNew : words.build.save}
          </Button>
          {text && <AsCall method="koubei.marketing.campaign.crowd.count" biz={{ conditions: text }} />}
          {why && <span className="soft">{why}</span>}
        </div>
      </Part>
      <div className="answer">
        <Size count={count} all={all.data} isOld={isOld} />
        {error && refused === undefined && <Trouble error={error} again={() => counting.refetch()} />}
        {count && (
          <Part
            title={words.histogram.title}
            aside={words.build.took(tenths(count.took_us), words.number(count.index_version))}
          >
            <div className={isOld ? 'dim' : undefined}>
              <Breakdown tags={tags} count={count} all={all.data} rules={rules} narrow={narrow} />
            </div>
          </Part>
        )}
        {text && !isOld && <Sample pid={pid} of={{ conditions: text }} rules={rules.filter(isWhole)} tags={tags} />}
      </div>
      {saving && text && (
        <CrowdSave
          pid={pid}
          conditions={text}
          close={() => save(undefined)}
          of={
            saving === 'changes' && of
              ? {
                  id: of.id,
                  name: of.name,
                  before: before.data ? words.members(before.data.total) : '–',
                  after: count ? words.members(count.total) : '–',
                }
              : undefined
          }
        />
      )}
    </div>
  );
}

function tenths(us: number): string {
  const tenth = Math.round(us / 100);
  return `${Math.floor(tenth / 10)}.${tenth % 10}`;
}

/** A tag to ask about; its first operator stands until another is chosen. */
function AddRule({ tags, add }: { tags: readonly Tag[]; add: (rule: Rule) => void }) {
  const words = useWords();
  return (
    <select
      className="field"
      aria-label={words.build.addRule}
      value=""
      onChange={({ target }) => {
        const tag = tags.find(({ code }) => code === target.value);
        const [first = 'EQ'] = tag?.operators ?? [];
        if (tag)
          add({ tag: tag.code, op: tag.operators.includes('IN') && tag.kind === 'enum' ? 'IN' : first, value: '' });
      }}
    >
      <option value="">{words.build.addRule}…</option>
      {tags.map((tag) => (
        <option key={tag.code} value={tag.code}>
          {tagName(tag, words)}
        </option>
      ))}
    </select>
  );
}
