import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { ask, call } from '../../api/call';
import { barred, inUse } from '../../api/can';
import { useSession } from '../../api/session';
import { Breakdown } from '../../crowd/Breakdown';
import { Compare } from '../../crowd/Compare';
import { counted } from '../../crowd/count';
import { fromConditions, narrowed, type Rule, writeRules } from '../../crowd/rules';
import { Sample } from '../../crowd/Sample';
import { Size } from '../../crowd/Size';
import { inWords, type Tag, tagsQuery } from '../../crowd/tags';
import { UsedBy, usageOf } from '../../crowd/UsedBy';
import { Why } from '../../crowd/Why';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Confirm } from '../../ui/Confirm';
import { Id } from '../../ui/Id';
import { Page, Part } from '../../ui/Page';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/crowds/$crowd');

const detail = (pid: string, crowd: string) =>
  ask(pid, 'koubei.marketing.campaign.crowd.detail.query', { crowd_group_id: crowd });

export async function load({ queries, params: { pid = '', crowd = '' } }: At) {
  await Promise.all([queries.prefetchQuery(tagsQuery(pid)), queries.prefetchQuery(detail(pid, crowd))]);
}

/** A saved crowd: its rules, its size now, who they are, and why somebody is in it. */
export default function Crowd() {
  const words = useWords();
  const { pid, crowd } = route.useParams();
  const found = useQuery(detail(pid, crowd));
  const tags = useQuery(tagsQuery(pid));
  const rules = found.data ? fromConditions(found.data.crowd_group_info) : [];
  const up = (
    <Link to={paths.crowds} params={{ pid }}>
      {words.crowds.title}
    </Link>
  );
  return (
    <Page
      title={found.data?.name ?? words.palette.crowd(crowd)}
      up={up}
      note={<Id value={crowd} />}
      actions={found.data && <Actions name={found.data.name} rules={rules} />}
    >
      <Answer query={found}>
        {() => <Answer query={tags}>{({ tags }) => <Whole tags={tags} rules={rules} />}</Answer>}
      </Answer>
    </Page>
  );
}

function Whole({ tags, rules }: { tags: readonly Tag[]; rules: Rule[] }) {
  const words = useWords();
  const { pid, crowd } = route.useParams();
  const { user } = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const all = useQuery(counted(pid, []));
  const query = useQuery(counted(pid, rules));
  const narrow = (tag: string, value: string) =>
    go({ to: paths.crowdBuild, params: { pid }, search: { of: crowd, r: writeRules(narrowed(rules, tag, value)) } });
  return (
    <div className="builder">
      <div className="stack">
        <Part title={words.build.rules}>
          <ol className="sentences">
            {rules.map((rule) => (
              <li key={inWords(rule, tags, words)}>{inWords(rule, tags, words)}</li>
            ))}
          </ol>
        </Part>
        <Part title={words.why.title}>
          <Input.Search
            aria-label={words.why.user}
            placeholder={words.why.user}
            enterButton={words.why.ask}
            defaultValue={user}
            maxLength={64}
            onSearch={(text) => navigate({ search: (old) => ({ ...old, user: text.trim() }), resetScroll: false })}
          />
          {user && <Why pid={pid} crowd={crowd} user={user} tags={tags} />}
        </Part>
        <Compare pid={pid} crowd={crowd} />
        <UsedBy pid={pid} crowd={crowd} />
      </div>
      <Answer query={query} lines={12}>
        {(count) => (
          <div className="answer">
            <Size count={count} all={all.data} isOld={query.isPlaceholderData} />
            <Part title={words.histogram.title}>
              <Breakdown tags={tags} count={count} all={all.data} rules={rules} narrow={narrow} />
            </Part>
            <Sample pid={pid} of={{ crowd }} rules={rules} tags={tags} />
          </div>
        )}
      </Answer>
    </div>
  );
}

function Actions({ name, rules }: { name: string; rules: readonly Rule[] }) {
  const words = useWords();
  const session = useSession();
  const navigate = useNavigate();
  const { pid, crowd } = route.useParams();
  const [isAsked, ask] = useState(false);
  const usage = useQuery(usageOf(pid, crowd)).data;
  const why = barred(session, 'koubei.marketing.campaign.crowd.delete', words) ?? inUse(usage, words);
  const deleting = useMutation({
    mutationFn: () => call(pid, 'koubei.marketing.campaign.crowd.delete', { crowd_group_id: crowd }),
    onSuccess: () => navigate({ to: paths.crowds, params: { pid } }),
  });
  const build = (search: { of?: string; r: string[] }) => navigate({ to: paths.crowdBuild, params: { pid }, search });
  return (
    <>
      <Button onClick={() => build({ of: crowd, r: writeRules(rules) })}>{words.crowd.edit}</Button>
      <Button onClick={() => build({ r: writeRules(rules) })}>{words.crowd.copy}</Button>
      <Button danger disabled={why !== undefined} title={why} onClick={() => ask(true)}>
        {words.app.delete}
      </Button>
      <Confirm
        title={words.crowd.deleteTitle(name)}
        isOpen={isAsked}
        close={() => ask(false)}
        act={words.app.delete}
        isDangerous
        isBusy={deleting.isPending}
        error={deleting.error}
        go={() => deleting.mutate()}
      >
        <p>{words.crowd.deleteText}</p>
      </Confirm>
    </>
  );
}
