import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { ask, call, WHOLE_STORE } from '../../api/call';
import { barred } from '../../api/can';
import { useSession } from '../../api/session';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Choice } from '../../ui/Choice';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Page } from '../../ui/Page';
import { Trouble } from '../../ui/Trouble';
import { When } from '../../ui/When';
import { useWords } from '../../words';
import { Progress } from './Progress';

const route = getRouteApi('/in/$pid/notices');

const STATES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
/** An attempt is seen within a second. */
const EVERY_MS = 1_000;

const notices = (pid: string, state: string | undefined) =>
  ask(pid, 'punchcard.notice.list', { pid, limit: 100, ...(state && { state }) });

export function load({ queries, params: { pid = '' }, search: { state } }: At) {
  return queries.prefetchQuery(notices(pid, state?.toString()));
}

/** What the merchant's apps were told, the newest first, and how far it came; chosen ones are sent again. */
export default function Notices() {
  const words = useWords();
  const session = useSession();
  const queries = useQueryClient();
  const { pid } = route.useParams();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const query = useQuery({ ...notices(pid, state), refetchInterval: EVERY_MS });
  const why = barred(session, 'punchcard.notice.resend', words);
  const sending = useMutation({
    mutationFn: () => call(WHOLE_STORE, 'punchcard.notice.resend', { notify_ids: [...chosen] }),
    onSuccess: () => {
      choose(new Set());
      queries.invalidateQueries({ queryKey: [pid, 'punchcard.notice.list'] });
    },
  });
  return (
    <Page
      title={words.notices.title}
      note={words.notices.note}
      actions={
        <Button
          type="primary"
          disabled={why !== undefined || chosen.size === 0}
          title={why ?? (chosen.size === 0 ? words.notices.choose : undefined)}
          loading={sending.isPending}
          onClick={() => sending.mutate()}
        >
          {words.notices.resendChosen(chosen.size)}
        </Button>
      }
    >
      <search className="bar" data-filter>
        <Choice
          label={words.notices.state}
          value={state ?? ''}
          choose={(state) => navigate({ search: { state }, replace: true })}
          choices={[['', words.app.all], ...STATES.map((name) => [name, words.state[name]] as const)]}
        />
      </search>
      {sending.error && <Trouble error={sending.error} />}
      {sending.data !== undefined && <p role="status">{words.notices.resent(sending.data)}</p>}
      <Answer query={query} lines={10}>
        {(notices) => (
          <List
            caption={words.notices.title}
            rows={notices}
            keyOf={({ notify_id }) => notify_id}
            selection={why === undefined ? { chosen, choose, label: words.notices.chooseOne } : undefined}
            columns={[
              {
                title: words.notices.about,
                isKey: true,
                show: ({ notify_id, notify_type, subject }) => (
                  <Link to={paths.notice} params={{ pid, notice: notify_id }}>
                    {notify_type} {subject}
                  </Link>
                ),
              },
              { title: words.notices.state, isKey: true, show: ({ state }) => <Progress state={state} /> },
              { title: words.notices.tries, isNumber: true, show: ({ attempts }) => words.number(attempts) },
              { title: words.notices.next, show: ({ next_at }) => (next_at ? <When time={next_at} /> : '–') },
              { title: words.calls.app, show: ({ app_id }) => app_id },
              { title: words.notices.id, show: ({ notify_id }) => <Id value={notify_id} /> },
              { title: words.notices.made, show: ({ created_at }) => <When time={created_at} /> },
            ]}
            empty={
              state ? (
                <Empty title={words.notices.noneSo} />
              ) : (
                <Empty title={words.notices.empty}>{words.notices.emptyText}</Empty>
              )
            }
          />
        )}
      </Answer>
    </Page>
  );
}
