import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { ask, call, WHOLE_STORE } from '../../api/call';
import { barred } from '../../api/can';
import type { AuthSummary } from '../../api/generated';
import { useSession } from '../../api/session';
import { Workshop } from '../../key/Workshop';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Choice } from '../../ui/Choice';
import { Confirm } from '../../ui/Confirm';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Page, Part } from '../../ui/Page';
import { State } from '../../ui/State';
import { When } from '../../ui/When';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/apps');

const auths = (whose: string | undefined) =>
  ask(WHOLE_STORE, 'punchcard.auth.list', { members: whose === 'members', limit: 100 });

export function load({ queries, search: { whose } }: At) {
  return queries.prefetchQuery(auths(whose?.toString()));
}

/** Keys, and what apps were authorised for. */
export default function Apps() {
  const words = useWords();
  const { whose } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(auths(whose));
  const [asked, ask] = useState<AuthSummary>();
  return (
    <Page title={words.apps.title}>
      <div className="stack">
        <Workshop />
        <Part
          title={words.apps.auths}
          aside={
            <Choice
              label={words.apps.whose}
              value={whose ?? ''}
              choose={(whose) => navigate({ search: { whose }, replace: true, resetScroll: false })}
              choices={[
                ['', words.apps.merchants],
                ['members', words.apps.members],
              ]}
            />
          }
        >
          <Answer query={query} lines={4}>
            {(auths) => (
              <List
                caption={words.apps.auths}
                rows={auths}
                keyOf={({ name }) => name}
                columns={[
                  { title: words.calls.app, isKey: true, show: ({ app_id }) => <Id value={app_id} /> },
                  { title: words.apps.state, isKey: true, show: (auth) => <Standing auth={auth} /> },
                  { title: words.apps.account, show: ({ account_id }) => <Id value={account_id} /> },
                  { title: words.apps.allowed, show: ({ allowed }) => allowed.join(', ') },
                  { title: words.apps.until, show: ({ until }) => <When time={until} /> },
                  { title: words.app.more, show: (auth) => <Revoke auth={auth} go={() => ask(auth)} /> },
                ]}
                empty={<Empty title={words.apps.empty}>{words.apps.emptyText}</Empty>}
              />
            )}
          </Answer>
        </Part>
      </div>
      {asked && <Sure auth={asked} close={() => ask(undefined)} />}
    </Page>
  );
}

function Standing({ auth: { status } }: { auth: AuthSummary }) {
  const words = useWords();
  return <State mood={status === 'valid' ? 'good' : 'off'}>{words.apps.states[status] ?? status}</State>;
}

function Revoke({ auth, go }: { auth: AuthSummary; go: () => void }) {
  const words = useWords();
  const session = useSession();
  const why =
    barred(session, 'punchcard.auth.revoke', words) ?? (auth.status === 'valid' ? undefined : words.apps.over);
  return (
    <Button danger disabled={why !== undefined} title={why} onClick={go}>
      {words.apps.revoke}
    </Button>
  );
}

function Sure({ auth, close }: { auth: AuthSummary; close: () => void }) {
  const words = useWords();
  const queries = useQueryClient();
  const revoking = useMutation({
    mutationFn: () => call(WHOLE_STORE, 'punchcard.auth.revoke', { token: auth.name }),
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: [WHOLE_STORE, 'punchcard.auth.list'] });
      close();
    },
  });
  return (
    <Confirm
      title={words.apps.revokeTitle(auth.app_id)}
      isOpen
      close={close}
      act={words.apps.revoke}
      isDangerous
      isBusy={revoking.isPending}
      error={revoking.error}
      typed={auth.account_id}
      go={() => revoking.mutate()}
    >
      <p>{words.apps.revokeText(auth.account_id)}</p>
    </Confirm>
  );
}
