import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { ask, call } from '../../api/call';
import { barred } from '../../api/can';
import type { OperatorView } from '../../api/generated';
import { scopeOf } from '../../api/scope';
import { sessionQuery, useSession } from '../../api/session';
import { OperatorInvite } from '../../forms/OperatorInvite';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { List } from '../../ui/List';
import { Page, Part } from '../../ui/Page';
import { State } from '../../ui/State';
import { Trouble } from '../../ui/Trouble';
import { When } from '../../ui/When';
import { useWords } from '../../words';
import { Acts } from './Acts';

const route = getRouteApi('/in/$pid/operators');

const operators = (scope: string) => ask(scope, 'punchcard.operator.list', { limit: 100 });

export async function load({ queries, params: { pid = '' } }: At) {
  const session = await queries.ensureQueryData(sessionQuery);
  await queries.prefetchQuery(operators(scopeOf(session, pid, undefined)));
}

/** Who may sign in and as what, and who did what. */
export default function Operators() {
  const words = useWords();
  const session = useSession();
  const { pid } = route.useParams();
  const { after } = route.useSearch();
  const scope = scopeOf(session, pid, undefined);
  const query = useQuery(operators(scope));
  const [isOpen, open] = useState(false);
  const why = barred(session, 'punchcard.operator.invite', words);
  return (
    <Page
      title={words.operators.title}
      actions={
        <Button type="primary" disabled={why !== undefined} title={why} onClick={() => open(true)}>
          {words.operators.invite}
        </Button>
      }
    >
      <div className="stack">
        <Part title={words.operators.who}>
          <Answer query={query} lines={4}>
            {({ operators }) => (
              <List
                caption={words.operators.who}
                rows={operators}
                keyOf={({ name }) => name}
                columns={[
                  { title: words.operators.name, isKey: true, show: ({ name }) => name },
                  { title: words.operators.state, isKey: true, show: (of) => <Standing of={of} /> },
                  { title: words.operators.role, show: (of) => <Grants of={of} /> },
                  { title: words.operators.sessions, isNumber: true, show: ({ sessions }) => words.number(sessions) },
                  { title: words.operators.seen, show: ({ seen_at }) => (seen_at ? <When time={seen_at} /> : '–') },
                  { title: words.app.more, show: (of) => <Acting of={of} scope={scope} /> },
                ]}
                empty={<Empty title={words.operators.empty}>{words.operators.emptyText}</Empty>}
              />
            )}
          </Answer>
        </Part>
        <Part
          title={words.operators.acts}
          aside={
            after && (
              <Link to={paths.operators} params={{ pid }} search={{}}>
                {words.app.newest}
              </Link>
            )
          }
        >
          <Acts pid={pid} scope={scope} after={after} />
        </Part>
      </div>
      <OperatorInvite scope={scope} isOpen={isOpen} close={() => open(false)} />
    </Page>
  );
}

function Standing({ of: { enabled, has_password } }: { of: OperatorView }) {
  const words = useWords();
  if (!enabled) return <State mood="off">{words.operators.disabled}</State>;
  if (!has_password) return <State mood="wait">{words.operators.waits}</State>;
  return <State mood="good">{words.operators.enabled}</State>;
}

function Grants({ of: { grants } }: { of: OperatorView }) {
  const words = useWords();
  return grants
    .map(({ pid, role }) => {
      const name = words.operators.roles[role] ?? role;
      return pid === '*' ? name : words.operators.roleFor(name, pid);
    })
    .join('; ');
}

/** Shuts an operator out or lets one in again; either way the sessions end. */
function Acting({ of, scope }: { of: OperatorView; scope: string }) {
  const words = useWords();
  const session = useSession();
  const queries = useQueryClient();
  const why = barred(session, 'punchcard.operator.enable', words);
  const changed = () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === scope });
  const enabling = useMutation({
    mutationFn: () => call(scope, 'punchcard.operator.enable', { name: of.name, enabled: !of.enabled }),
    onSuccess: changed,
  });
  const ending = useMutation({
    mutationFn: () => call(scope, 'punchcard.session.end', { name: of.name }),
    onSuccess: changed,
  });
  const error = enabling.error ?? ending.error;
  return (
    <>
      <Button
        disabled={why !== undefined}
        title={why}
        danger={of.enabled}
        loading={enabling.isPending}
        onClick={() => enabling.mutate()}
      >
        {of.enabled ? words.operators.disable : words.operators.enable}
      </Button>{' '}
      <Button
        disabled={why !== undefined || of.sessions === 0}
        title={why ?? (of.sessions === 0 ? words.operators.noSession : undefined)}
        loading={ending.isPending}
        onClick={() => ending.mutate()}
      >
        {words.operators.end}
      </Button>
      {error && <Trouble error={error} />}
    </>
  );
}
