import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Input } from 'antd';
import { ask, WHOLE_STORE } from '../../api/call';
import { scopeOf } from '../../api/scope';
import { type Session, sessionQuery, useSession } from '../../api/session';
import { paths, search } from '../../paths';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Choice } from '../../ui/Choice';
import { Empty } from '../../ui/Empty';
import { List } from '../../ui/List';
import { Name } from '../../ui/Name';
import { Page } from '../../ui/Page';
import { When } from '../../ui/When';
import { useWords } from '../../words';
import { causeName, Result } from './Result';

const route = getRouteApi('/in/$pid/calls');

const SHOWN = 50;
/** A call is at the top of the list within a second. */
const EVERY_MS = 1_000;

interface Wanted {
  method?: string | undefined;
  code?: string | undefined;
  cause?: string | undefined;
  app?: string | undefined;
  of?: string | undefined;
  before?: string | undefined;
}

function calls(session: Session, pid: string, { method, code, cause, app, of, before }: Wanted) {
  return ask(scopeOf(session, pid, of), 'punchcard.log.list', {
    limit: SHOWN,
    ...(method && { method }),
    ...(code && { code }),
    ...(cause && { cause }),
    ...(app && { app_id: app }),
    ...(before && { before }),
  });
}

const refused = ask(WHOLE_STORE, 'punchcard.signature.list', { limit: 100 });

export async function load({ queries, params: { pid = '' }, search: given }: At) {
  const session = await queries.ensureQueryData(sessionQuery);
  await queries.prefetchQuery(calls(session, pid, search.calls(given)));
}

/** Answered calls, the newest first and followed; the refused ones by their cause. */
export default function Calls() {
  const words = useWords();
  const session = useSession();
  const { pid } = route.useParams();
  const wanted = route.useSearch();
  const navigate = route.useNavigate();
  const isNewest = wanted.before === undefined;
  const query = useQuery({ ...calls(session, pid, wanted), refetchInterval: isNewest && EVERY_MS });
  const filter = (change: Wanted) => navigate({ search: { ...wanted, before: undefined, ...change }, replace: true });
  const isPlatform = session.mode === 'platform';
  const text = (name: 'method' | 'code' | 'app', label: string) => (
    <Input
      type="search"
      aria-label={label}
      placeholder={label}
      value={wanted[name] ?? ''}
      maxLength={128}
      onChange={({ target }) => filter({ [name]: target.value.trim() })}
    />
  );
  return (
    <Page title={words.calls.title} note={isNewest && words.calls.followed}>
      <search className="bar" data-filter>
        {text('method', words.calls.method)}
        {text('code', words.calls.code)}
        {text('app', words.calls.app)}
        <Choice
          label={words.calls.whose}
          value={wanted.of ?? ''}
          choose={(of) => filter({ of })}
          choices={
            isPlatform
              ? [
                  ['', words.calls.ofMerchant],
                  ['store', words.calls.ofStore],
                ]
              : [
                  ['', words.calls.ofStore],
                  ['merchant', words.calls.ofMerchant],
                ]
          }
        />
      </search>
      <Causes chosen={wanted.cause} choose={(cause) => filter({ cause })} />
      <Answer query={query} lines={10}>
        {({ calls }) => (
          <List
            caption={words.calls.title}
            rows={calls}
            keyOf={({ place }) => String(place)}
            columns={[
              {
                title: words.calls.method,
                isKey: true,
                show: ({ method, trace_id }) => (
                  <Link to={paths.call} params={{ pid, trace: trace_id }}>
                    <Name of={method} />
                  </Link>
                ),
              },
              { title: words.calls.result, isKey: true, show: (call) => <Result call={call} /> },
              { title: words.calls.code, show: ({ code, sub_code }) => sub_code || code },
              { title: words.calls.app, show: ({ app_id }) => app_id ?? '–' },
              { title: words.calls.took, isNumber: true, show: ({ took_us }) => words.calls.ms(took_us) },
              { title: words.calls.time, isNumber: true, show: ({ at }) => <When time={at} /> },
            ]}
            empty={<Empty title={words.calls.empty}>{words.calls.emptyText}</Empty>}
            foot={
              <p className="list-foot">
                {calls.length === SHOWN && (
                  <Link to={paths.calls} params={{ pid }} search={{ ...wanted, before: String(calls.at(-1)?.place) }}>
                    {words.app.older}
                  </Link>
                )}
                {!isNewest && (
                  <Link to={paths.calls} params={{ pid }} search={{ ...wanted, before: undefined }}>
                    {words.app.newest}
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

/** The last refused calls by what their callers did wrong; each is a filter. */
function Causes({ chosen, choose }: { chosen: string | undefined; choose: (cause: string) => void }) {
  const words = useWords();
  const { data = [] } = useQuery({ ...refused, refetchInterval: EVERY_MS });
  const counts = new Map<string, number>(chosen ? [[chosen, 0]] : []);
  for (const { cause } of data) if (cause) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  if (counts.size === 0) return null;
  return (
    <fieldset className="choices">
      <legend className="only-read">{words.overview.refusedByCause}</legend>
      {[...counts].map(([cause, count]) => (
        <button
          key={cause}
          type="button"
          aria-pressed={cause === chosen}
          onClick={() => choose(cause === chosen ? '' : cause)}
        >
          {causeName(cause, words)} <span className="number">{words.number(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}
