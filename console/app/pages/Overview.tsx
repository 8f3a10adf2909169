import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ask } from '../api/call';
import * as decode from '../api/decode';
import type { CallSummary } from '../api/generated';
import { scopeOf } from '../api/scope';
import { type Session, sessionQuery, useSession } from '../api/session';
import { paths } from '../paths';
import type { At } from '../routes';
import { Answer } from '../ui/Answer';
import { Code } from '../ui/Code';
import { Empty } from '../ui/Empty';
import { List } from '../ui/List';
import { Money } from '../ui/Money';
import { Name } from '../ui/Name';
import { Page, Part } from '../ui/Page';
import { State } from '../ui/State';
import { When } from '../ui/When';
import { useWords } from '../words';
import { causeName, Result } from './calls/Result';

const route = getRouteApi('/in/$pid');

// Every member of the merchant is one of these: the platform has no count without conditions.
const EVERYBODY = '[{"op":"NEQ","tagCode":"pam_gender","value":"9"}]';

const members = (pid: string) => ask(pid, 'koubei.marketing.campaign.crowd.count', { conditions: EVERYBODY });
const crowds = (pid: string) => ask(pid, 'koubei.marketing.campaign.crowd.batchquery', { page_size: '1' });
const running = (pid: string) => ask(pid, 'punchcard.activity.list', { pid, status: 'STARTED', limit: 100 });
const toReview = (pid: string) => ask(pid, 'punchcard.activity.list', { pid, status: 'CREATED', limit: 100 });
const failed = (pid: string) => ask(pid, 'punchcard.notice.list', { pid, state: 'FAILED', limit: 100 });
const holds = (pid: string) => ask(pid, 'punchcard.points.frozen', { pid, limit: 1 });
const calls = (session: Session, pid: string) =>
  ask(scopeOf(session, pid, undefined), 'punchcard.log.list', { limit: 50 });

/** A call is at the top within a second. */
const EVERY_MS = 1_000;

export async function load({ queries, params: { pid = '' } }: At) {
  const session = await queries.ensureQueryData(sessionQuery);
  await Promise.all([queries.prefetchQuery(members(pid)), queries.prefetchQuery(calls(session, pid))]);
}

/** How things stand: numbers, each a link to its list; what needs somebody; the last calls. */
export default function Overview() {
  const words = useWords();
  const { pid } = route.useParams();
  return (
    <Page title={words.overview.title}>
      <Numbers pid={pid} />
      <div className="columns columns-wide">
        <Waiting pid={pid} />
        <LastCalls pid={pid} />
      </div>
    </Page>
  );
}

function Numbers({ pid }: { pid: string }) {
  const words = useWords();
  const counted = useQuery(members(pid));
  return (
    <Answer query={counted} lines={2}>
      {(answer) => {
        const { total, sum } = decode.count(answer);
        return (
          <ul className="figures">
            <Figure label={words.overview.members}>{words.number(total)}</Figure>
            {sum !== undefined && (
              <Figure label={words.overview.paid}>
                <Money yuan={sum} />
              </Figure>
            )}
            <Crowds pid={pid} />
            <Running pid={pid} />
          </ul>
        );
      }}
    </Answer>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <li>
      <span className="figures-label">{label}</span>
      <span className="figures-value">{children}</span>
    </li>
  );
}

function Crowds({ pid }: { pid: string }) {
  const words = useWords();
  const { data } = useQuery(crowds(pid));
  return (
    <Figure label={words.overview.crowds}>
      <Link to={paths.crowds} params={{ pid }}>
        {data ? words.number(Number(data.total_number)) : '–'}
      </Link>
    </Figure>
  );
}

function Running({ pid }: { pid: string }) {
  const words = useWords();
  const { data } = useQuery(running(pid));
  return <Figure label={words.overview.running}>{data ? words.number(data.length) : '–'}</Figure>;
}

function Waiting({ pid }: { pid: string }) {
  const words = useWords();
  const notices = useQuery(failed(pid));
  const frozen = useQuery(holds(pid));
  const drafts = useQuery(toReview(pid));
  const oldest = frozen.data?.[0];
  const failures = notices.data?.length ?? 0;
  const reviews = drafts.data?.length ?? 0;
  return (
    <Part title={words.overview.waiting}>
      <Answer query={notices}>
        {() =>
          failures === 0 && oldest === undefined && reviews === 0 ? (
            <Empty title={words.overview.nothingWaits}>{words.overview.nothingWaitsText}</Empty>
          ) : (
            <ul className="tasks">
              {0 < failures && (
                <li>
                  <Link to={paths.notices} params={{ pid }} search={{ state: 'FAILED' }}>
                    <State mood="bad">{words.overview.failedNotices}</State>
                  </Link>
                  <span className="number">{words.number(failures)}</span>
                </li>
              )}
              {oldest && (
                <li>
                  <Link to={paths.holds} params={{ pid }}>
                    <State mood="wait">{words.overview.oldestHold}</State>
                  </Link>
                  <When time={oldest.frozen_at} />
                </li>
              )}
              {0 < reviews && (
                <li>
                  <State mood="warn">{words.overview.toReview}</State>
                  <span className="number">{words.number(reviews)}</span>
                </li>
              )}
            </ul>
          )
        }
      </Answer>
    </Part>
  );
}

function LastCalls({ pid }: { pid: string }) {
  const words = useWords();
  const session = useSession();
  const log = useQuery({ ...calls(session, pid), refetchInterval: EVERY_MS });
  return (
    <Part
      title={words.overview.lastCalls}
      aside={
        <Link to={paths.calls} params={{ pid }}>
          {words.app.all}
        </Link>
      }
    >
      <Answer query={log} lines={8}>
        {({ calls }) =>
          calls.length === 0 ? (
            <>
              <Empty title={words.overview.noCalls}>{words.overview.noCallsText}</Empty>
              <Code label="punchcard" text="punchcard call koubei.marketing.campaign.tags.query" />
              {session.mode !== 'platform' && <p className="soft">{words.overview.clients}</p>}
            </>
          ) : (
            <>
              <Causes calls={calls} pid={pid} />
              <List
                caption={words.overview.lastCalls}
                rows={calls.slice(0, 10)}
                keyOf={({ place }) => String(place)}
                empty={null}
                columns={[
                  {
                    title: words.overview.method,
                    isKey: true,
                    show: ({ method, trace_id }) => (
                      <Link to={paths.call} params={{ pid, trace: trace_id }}>
                        <Name of={method} />
                      </Link>
                    ),
                  },
                  { title: words.overview.result, isKey: true, show: (call) => <Result call={call} /> },
                  { title: words.overview.time, isNumber: true, show: ({ at }) => <When time={at} /> },
                ]}
              />
            </>
          )
        }
      </Answer>
    </Part>
  );
}

/** The refused among the last calls, grouped by what their callers did wrong. */
function Causes({ calls, pid }: { calls: readonly CallSummary[]; pid: string }) {
  const words = useWords();
  const causes = new Map<string, { label: string; filter: { cause?: string; code?: string }; count: number }>();
  for (const { code, cause, sub_code } of calls) {
    if (code === '10000') continue;
    const name = cause || sub_code || code;
    const filter = cause ? { cause } : { code: name };
    const { count = 0 } = causes.get(name) ?? {};
    causes.set(name, { label: causeName(cause, words) || name, filter, count: count + 1 });
  }
  if (causes.size === 0) return null;
  return (
    <ul className="chips" aria-label={words.overview.refusedByCause}>
      {[...causes].map(([name, { label, filter, count }]) => (
        <li key={name}>
          <Link to={paths.calls} params={{ pid }} search={filter}>
            {label}
          </Link>{' '}
          <span className="number">{words.overview.calls(count)}</span>
        </li>
      ))}
    </ul>
  );
}
