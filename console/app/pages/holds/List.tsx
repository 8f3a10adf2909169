import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ask } from '../../api/call';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Choice } from '../../ui/Choice';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Page } from '../../ui/Page';
import { Points } from '../../ui/Points';
import { When } from '../../ui/When';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/holds');

const AGES = ['1h', '1d', '7d', '30d'] as const;

const holds = (pid: string, older: string | undefined) =>
  ask(pid, 'punchcard.points.frozen', { pid, limit: 100, ...(older && { older }) });

export function load({ queries, params: { pid = '' }, search: { older } }: At) {
  return queries.prefetchQuery(holds(pid, older?.toString()));
}

/** Points that wait for COMMIT or CANCEL, the oldest first, and what ends them by itself. */
export default function Holds() {
  const words = useWords();
  const { pid } = route.useParams();
  const { older } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(holds(pid, older));
  return (
    <Page title={words.holds.title} note={words.holds.note}>
      <search className="bar" data-filter>
        <Choice
          label={words.holds.age}
          value={older ?? ''}
          choose={(older) => navigate({ search: { older }, replace: true })}
          choices={[['', words.holds.anyAge], ...AGES.map((age) => [age, words.holds.olderThan[age]] as const)]}
        />
      </search>
      <Answer query={query} lines={10}>
        {(holds) => (
          <List
            caption={words.holds.title}
            rows={holds}
            keyOf={({ point_log_no }) => point_log_no}
            columns={[
              {
                title: words.holds.user,
                isKey: true,
                show: ({ user_id, activity_account }) => (
                  <Link to={paths.account} params={{ pid, card: activity_account, user: user_id }}>
                    {user_id}
                  </Link>
                ),
              },
              {
                title: words.holds.points,
                isKey: true,
                isNumber: true,
                show: ({ points }) => <Points count={points} />,
              },
              { title: words.holds.since, show: ({ frozen_at }) => <When time={frozen_at} /> },
              { title: words.holds.ends, show: ({ card_ends }) => <When time={card_ends} /> },
              { title: words.holds.number, show: ({ point_log_no }) => <Id value={point_log_no} /> },
            ]}
            empty={<Empty title={words.holds.empty}>{words.holds.emptyText}</Empty>}
          />
        )}
      </Answer>
    </Page>
  );
}
