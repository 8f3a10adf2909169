import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ask, WHOLE_STORE } from '../../api/call';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Detail } from '../../ui/Detail';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Page, Part } from '../../ui/Page';
import { Points } from '../../ui/Points';
import { When } from '../../ui/When';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/holds/$card/$user');

const account = (card: string, user: string) =>
  ask(WHOLE_STORE, 'punchcard.points.account', { activity_account: card, user_id: user });

export function load({ queries, params: { card = '', user = '' } }: At) {
  return queries.prefetchQuery(account(card, user));
}

/** What a user has on a card, and every change of it, the newest first. */
export default function Account() {
  const words = useWords();
  const { pid, card, user } = route.useParams();
  const query = useQuery(account(card, user));
  const up = (
    <Link to={paths.holds} params={{ pid }}>
      {words.holds.title}
    </Link>
  );
  return (
    <Page title={words.holds.account(user)} up={up} note={<Id value={card} />}>
      <Answer query={query} lines={8}>
        {({ available, frozen, spent, total, card_ends, entries }) => (
          <div className="stack">
            <Part title={words.holds.balance}>
              <Detail
                facts={[
                  { label: words.holds.available, value: <Points count={available} /> },
                  { label: words.holds.frozen, value: <Points count={frozen} /> },
                  { label: words.holds.spent, value: <Points count={spent} /> },
                  { label: words.holds.total, value: <Points count={total} /> },
                  { label: words.holds.ends, value: <When time={card_ends} /> },
                ]}
              />
            </Part>
            <Part title={words.holds.changes}>
              <List
                caption={words.holds.changes}
                rows={entries}
                keyOf={({ point_log_no, trans_type }) => `${point_log_no} ${trans_type}`}
                columns={[
                  {
                    title: words.holds.kind,
                    isKey: true,
                    show: ({ trans_type }) => words.holds.kinds[trans_type] ?? trans_type,
                  },
                  {
                    title: words.holds.points,
                    isKey: true,
                    isNumber: true,
                    show: ({ points }) => <Points count={points} />,
                  },
                  { title: words.calls.time, show: ({ at }) => <When time={at} /> },
                  { title: words.holds.number, show: ({ point_log_no }) => <Id value={point_log_no} /> },
                  { title: words.holds.because, show: ({ biz_no, memo }) => memo || biz_no || '–' },
                  { title: words.calls.app, show: ({ app_id }) => app_id ?? '–' },
                ]}
                empty={<Empty title={words.holds.noChange} />}
              />
            </Part>
          </div>
        )}
      </Answer>
    </Page>
  );
}
