import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { ask, call, WHOLE_STORE } from '../../api/call';
import { barred } from '../../api/can';
import { fault } from '../../api/doctor';
import type { Delivery, NoticeView } from '../../api/generated';
import { useSession } from '../../api/session';
import { paths } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Code } from '../../ui/Code';
import { Detail } from '../../ui/Detail';
import { Id } from '../../ui/Id';
import { Page, Part } from '../../ui/Page';
import { State } from '../../ui/State';
import { Trouble } from '../../ui/Trouble';
import { When } from '../../ui/When';
import { useWords } from '../../words';
import { Progress } from './Progress';

const route = getRouteApi('/in/$pid/notices/$notice');

const EVERY_MS = 1_000;
const shown = (id: string) => ask(WHOLE_STORE, 'punchcard.notice.show', { notify_id: id });

export function load({ queries, params: { notice = '' } }: At) {
  return queries.prefetchQuery(shown(notice));
}

/** A notification: how far it is, each delivery with what was wrong with it, what it says. */
export default function Notice() {
  const words = useWords();
  const session = useSession();
  const queries = useQueryClient();
  const { pid, notice } = route.useParams();
  const query = useQuery({ ...shown(notice), refetchInterval: EVERY_MS });
  const why = barred(session, 'punchcard.notice.resend', words);
  const sending = useMutation({
    mutationFn: () => call(WHOLE_STORE, 'punchcard.notice.resend', { notify_ids: [notice] }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [WHOLE_STORE, 'punchcard.notice.show'] }),
  });
  const up = (
    <Link to={paths.notices} params={{ pid }}>
      {words.notices.title}
    </Link>
  );
  return (
    <Page
      title={query.data ? `${query.data.notify_type} ${query.data.subject}` : words.notices.one}
      up={up}
      note={<Id value={notice} />}
      actions={
        <Button
          type="primary"
          disabled={why !== undefined}
          title={why}
          loading={sending.isPending}
          onClick={() => sending.mutate()}
        >
          {words.notices.resend}
        </Button>
      }
    >
      {sending.error && <Trouble error={sending.error} />}
      {sending.data !== undefined && <p role="status">{words.notices.resent(sending.data)}</p>}
      <Answer query={query} lines={10}>
        {(notice) => <Whole notice={notice} />}
      </Answer>
    </Page>
  );
}

function Whole({ notice }: { notice: NoticeView }) {
  const words = useWords();
  return (
    <div className="stack">
      <Part title={words.calls.facts}>
        <Detail
          facts={[
            { label: words.notices.state, value: <Progress state={notice.state} /> },
            { label: words.notices.url, value: <code>{notice.url}</code> },
            { label: words.notices.tries, value: words.number(notice.attempts) },
            { label: words.notices.next, value: notice.next_at ? <When time={notice.next_at} /> : '–' },
            { label: words.notices.made, value: <When time={notice.created_at} /> },
            { label: words.calls.app, value: <Id value={notice.app_id} /> },
            { label: words.notices.signType, value: notice.sign_type },
          ]}
        />
      </Part>
      <Part title={words.notices.deliveries}>
        {notice.deliveries.length === 0 && <p className="soft">{words.notices.noDelivery}</p>}
        {notice.deliveries.toReversed().map((delivery) => (
          <Attempt key={delivery.attempt} delivery={delivery} />
        ))}
      </Part>
      <Part title={words.notices.says}>
        <Code label="JSON" text={JSON.stringify(notice.members, null, 2)} />
      </Part>
    </div>
  );
}

function Attempt({ delivery }: { delivery: Delivery }) {
  const words = useWords();
  const wrong = fault(delivery);
  return (
    <section className="attempt">
      <h3>{words.notices.attempt(delivery.attempt)}</h3>
      <p>
        {wrong === undefined ? (
          <State mood="good">{words.notices.taken}</State>
        ) : (
          <State mood="bad">{words.notices.faults[wrong]}</State>
        )}
      </p>
      <Detail
        facts={[
          { label: words.calls.time, value: <When time={delivery.at} /> },
          { label: words.calls.took, value: words.calls.ms(delivery.took_ms * 1_000) },
          { label: words.notices.status, value: delivery.status === null ? '–' : String(delivery.status) },
          {
            label: delivery.error ? words.notices.error : words.notices.answer,
            value: <code>{delivery.error ?? JSON.stringify(delivery.answer ?? '')}</code>,
          },
        ]}
      />
      {delivery.signed && <Code label={words.notices.signed(delivery.charset)} text={delivery.signed} />}
    </section>
  );
}
