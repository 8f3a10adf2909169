import { useQueries, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { ask } from '../../api/call';
import * as decode from '../../api/decode';
import { fromConditions } from '../../crowd/rules';
import { inWords, tagsQuery } from '../../crowd/tags';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Page } from '../../ui/Page';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/crowds');

/** Sizes are counted for every crowd that is shown, so a page has few of them. */
const SHOWN = 20;

function crowds(pid: string, name: string | undefined, page: string | undefined) {
  const request = { page_number: page ?? '1', page_size: String(SHOWN), ...(name ? { name } : {}) };
  return ask(pid, 'koubei.marketing.campaign.crowd.batchquery', request);
}

const size = (pid: string, id: string) => ask(pid, 'koubei.marketing.campaign.crowd.count', { crowd_group_id: id });

export function load({ queries, params: { pid = '' }, search: { name, page } }: At) {
  return queries.prefetchQuery(crowds(pid, name?.toString(), page?.toString()));
}

/** The merchant's crowds, newest first, each with how many members it has now. */
export default function Crowds() {
  const words = useWords();
  const { pid } = route.useParams();
  const { name, page } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(crowds(pid, name, page));
  const shown = query.data ? decode.crowds(query.data) : [];
  const sizes = useQueries({ queries: shown.map(({ id }) => size(pid, id)) });

  return (
    <Page
      title={words.crowds.title}
      actions={
        <Button type="primary" onClick={() => navigate({ to: paths.crowdBuild, params: { pid }, search: {} })}>
          {words.crowds.build}
        </Button>
      }
    >
      <search className="bar" data-filter>
        <Input
          type="search"
          allowClear
          aria-label={words.crowds.filter}
          placeholder={words.crowds.filter}
          defaultValue={name}
          maxLength={64}
          onChange={({ target }) => navigate({ search: { name: target.value }, replace: true })}
        />
      </search>
      <Answer query={query} lines={10}>
        {({ total_number }) => (
          <List
            caption={words.crowds.title}
            rows={shown}
            keyOf={({ id }) => id}
            columns={[
              {
                title: words.crowds.name,
                isKey: true,
                show: ({ id, name }) => (
                  <Link to={paths.crowd} params={{ pid, crowd: id }}>
                    {name}
                  </Link>
                ),
              },
              {
                title: words.crowds.size,
                isKey: true,
                isNumber: true,
                show: (crowd) => {
                  const counted = sizes[shown.indexOf(crowd)]?.data;
                  return counted ? words.number(decode.count(counted).total) : '…';
                },
              },
              { title: words.crowds.rules, show: ({ id }) => <Rules pid={pid} crowd={id} /> },
              { title: 'crowd_group_id', show: ({ id }) => <Id value={id} /> },
            ]}
            empty={
              name ? (
                <Empty title={words.crowds.noneLike(name)} />
              ) : (
                <Empty title={words.crowds.empty}>{words.crowds.emptyText}</Empty>
              )
            }
            foot={
              <p className="list-foot">
                <span>{words.crowds.total(Number(total_number))}</span>
                {SHOWN * Number(page ?? 1) < Number(total_number) && (
                  <Link to={paths.crowds} params={{ pid }} search={{ name, page: String(Number(page ?? 1) + 1) }}>
                    {words.app.next}
                  </Link>
                )}
                {page && page !== '1' && (
                  <Link to={paths.crowds} params={{ pid }} search={{ name }}>
                    {words.app.first}
                  </Link>
                )}
              </p>
            }
          />
        )}
      </Answer>
    </Page>
  );
}

/** A crowd's rules, in words. */
function Rules({ pid, crowd }: { pid: string; crowd: string }) {
  const words = useWords();
  const tags = useQuery(tagsQuery(pid));
  const detail = useQuery(ask(pid, 'koubei.marketing.campaign.crowd.detail.query', { crowd_group_id: crowd }));
  if (!tags.data || !detail.data) return '…';
  const rules = fromConditions(detail.data.crowd_group_info);
  return rules.map((rule) => inWords(rule, tags.data.tags, words)).join('; ');
}
