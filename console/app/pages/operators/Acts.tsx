import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../api/call';
import { paths } from '../../paths';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Name } from '../../ui/Name';
import { State } from '../../ui/State';
import { When } from '../../ui/When';
import { useWords } from '../../words';

/** What operators did, the newest first. A success has two rows: what began, and how it ended. */
export function Acts({ pid, scope, after }: { pid: string; scope: string; after: string | undefined }) {
  const words = useWords();
  const query = useQuery(ask(scope, 'punchcard.audit.list', { limit: 50, ...(after && { after }) }));
  return (
    <Answer query={query} lines={8}>
      {({ acts, next }) => (
        <List
          caption={words.operators.acts}
          rows={acts}
          keyOf={({ id }) => String(id)}
          columns={[
            { title: words.operators.act, isKey: true, show: ({ method }) => <Name of={method} /> },
            {
              title: words.calls.result,
              isKey: true,
              show: ({ code, sub_code }) =>
                code === '' ? (
                  <State mood="wait">{words.operators.began}</State>
                ) : code === '10000' ? (
                  <State mood="good">{words.state.ok}</State>
                ) : (
                  <State mood="bad">{sub_code || code}</State>
                ),
            },
            { title: words.operators.name, show: ({ name, address }) => `${name} ${address}` },
            { title: words.app.merchant, show: ({ pid }) => pid || '–' },
            { title: words.operators.request, show: ({ request }) => <code>{request}</code> },
            { title: words.app.traceId, show: ({ trace_id }) => (trace_id ? <Id value={trace_id} /> : '–') },
            { title: words.operators.wall, show: ({ wall_at }) => <When time={wall_at} /> },
          ]}
          empty={<Empty title={words.operators.noAct} />}
          foot={
            next !== null && (
              <p className="list-foot">
                <Link to={paths.operators} params={{ pid }} search={{ after: String(next) }}>
                  {words.app.older}
                </Link>
              </p>
            )
          }
        />
      )}
    </Answer>
  );
}
