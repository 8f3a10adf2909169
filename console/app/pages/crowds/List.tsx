import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { ask } from '../../api/call';
import { inWords, tagsQuery } from '../../crowd/tags';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { List } from '../../ui/List';
import { Page } from '../../ui/Page';
import { When } from '../../ui/When';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/crowds');

/** Each crowd that is shown is counted, so a page has few of them. */
const SHOWN = 20;

function crowds(pid: string, name: string | undefined, after: string | undefined) {
  return ask(pid, 'punchcard.crowd.list', { pid, limit: SHOWN, ...(name && { name }), ...(after && { after }) });
}

export function load({ queries, params: { pid = '' }, search: { name, after } }: At) {
  return Promise.all([
    queries.prefetchQuery(tagsQuery(pid)),
    queries.prefetchQuery(crowds(pid, name?.toString(), after?.toString())),
  ]);
}

/** The merchant's crowds, newest first: what each asks for, how many members it has now, what uses it. */
export default function Crowds() {
  const words = useWords();
  const { pid } = route.useParams();
  const { name, after } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(crowds(pid, name, after));
  const { data: { tags } = { tags: [] } } = useQuery(tagsQuery(pid));
  const build = (
    <Button type="primary" onClick={() => navigate({ to: paths.crowdBuild, params: { pid }, search: {} })}>
      {words.crowds.build}
    </Button>
  );
  return (
    <Page title={words.crowds.title} actions={build}>
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
        {({ crowds, next }) => (
          <List
            caption={words.crowds.title}
            rows={crowds}
            keyOf={({ crowd_id }) => crowd_id}
            columns={[
              {
                title: words.crowds.name,
                isKey: true,
                show: ({ crowd_id, name }) => (
                  <Link to={paths.crowd} params={{ pid, crowd: crowd_id }}>
                    {name}
                  </Link>
                ),
              },
              {
                title: words.crowds.size,
                isKey: true,
                isNumber: true,
                show: ({ total }) => (total == null ? '–' : words.number(total)),
              },
              {
                title: words.crowds.rules,
                show: ({ conditions }) =>
                  conditions
                    .map(({ op, tagCode, value }) => inWords({ tag: tagCode, op, value }, tags, words))
                    .join('; '),
              },
              {
                title: words.crowds.usedBy,
                isNumber: true,
                show: ({ activities, batches }) => words.number(activities + batches),
              },
              { title: words.crowds.made, show: ({ created_at }) => <When time={created_at} /> },
            ]}
            empty={
              name ? (
                <Empty title={words.crowds.noneLike(name)} />
              ) : (
                <Empty title={words.crowds.empty} action={build}>
                  {words.crowds.emptyText}
                </Empty>
              )
            }
            foot={
              (next || after) && (
                <p className="list-foot">
                  {next && (
                    <Link to={paths.crowds} params={{ pid }} search={{ name, after: next }}>
                      {words.app.older}
                    </Link>
                  )}
                  {after && (
                    <Link to={paths.crowds} params={{ pid }} search={{ name }}>
                      {words.app.newest}
                    </Link>
                  )}
                </p>
              )
            }
          />
        )}
      </Answer>
    </Page>
  );
}
