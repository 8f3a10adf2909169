import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useId, useState } from 'react';
import { ask, call, WHOLE_STORE } from '../../api/call';
import { barred } from '../../api/can';
import { finding } from '../../api/doctor';
import type { CallView, CausedView, RejectedCall } from '../../api/generated';
import { useSession } from '../../api/session';
import { paths } from '../../paths';
import { usePreferences } from '../../preferences';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Code } from '../../ui/Code';
import { Detail } from '../../ui/Detail';
import { Diff } from '../../ui/Diff';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Money } from '../../ui/Money';
import { Name } from '../../ui/Name';
import { Page, Part } from '../../ui/Page';
import { Points } from '../../ui/Points';
import { State } from '../../ui/State';
import { Trouble } from '../../ui/Trouble';
import { When } from '../../ui/When';
import { useWords } from '../../words';
import { causeName, Result } from './Result';

const route = getRouteApi('/in/$pid/calls/$trace');

const shown = (trace: string) => ask(WHOLE_STORE, 'punchcard.log.show', { trace_id: trace });

export function load({ queries, params: { trace = '' } }: At) {
  return queries.prefetchQuery(shown(trace));
}

/** A call: why it was refused first, then what was sent, verified, answered and caused. */
export default function Call() {
  const words = useWords();
  const { pid, trace } = route.useParams();
  const query = useQuery(shown(trace));
  const up = (
    <Link to={paths.calls} params={{ pid }}>
      {words.calls.title}
    </Link>
  );
  return (
    <Page title={query.data?.method || words.calls.one} up={up} note={<Id value={trace} />}>
      <Answer query={query} lines={10}>
        {(call) => <Whole call={call} />}
      </Answer>
    </Page>
  );
}

function Whole({ call }: { call: CallView }) {
  const words = useWords();
  const verified = call.string_to_sign ?? (call.refusal ? finding(call.refusal.detail).verified : undefined);
  return (
    <div className="stack">
      {call.refusal && <Why refusal={call.refusal} />}
      {verified !== undefined && <Compare verified={verified} isOpen={call.sub_code === 'isv.invalid-signature'} />}
      <Part title={words.calls.facts}>
        <Detail
          facts={[
            { label: words.calls.result, value: <Result call={call} /> },
            { label: words.calls.code, value: [call.code, call.sub_code].filter(Boolean).join(' · ') },
            { label: words.calls.time, value: <When time={call.at} /> },
            { label: words.calls.took, value: words.calls.ms(call.took_us) },
            { label: words.calls.app, value: call.app_id ? <Id value={call.app_id} /> : '–' },
            { label: words.app.merchant, value: call.pid ? <Id value={call.pid} /> : '–' },
            { label: words.calls.door, value: call.door },
            { label: words.calls.address, value: call.address },
            { label: words.calls.bytes, value: words.calls.inOut(call.bytes_in, call.bytes_out) },
          ]}
        />
      </Part>
      <Caused caused={call.caused} />
      <Sent call={call} />
    </div>
  );
}

/** The cause in a sentence that says what to change. */
function Why({ refusal }: { refusal: RejectedCall }) {
  const words = useWords();
  const { language } = usePreferences();
  const { en, zh, more } = finding(refusal.detail);
  return (
    <Part title={words.calls.why} aside={<State mood="bad">{causeName(refusal.cause, words)}</State>}>
      <p className="finding">{language === 'zh' ? zh || en : en}</p>
      {0 < more.length && <Code label={words.calls.more} text={more.join('\n')} />}
    </Part>
  );
}

/** The string that the gateway verified beside the one that a program has signed, byte by byte. */
function Compare({ verified, isOpen }: { verified: string; isOpen: boolean }) {
  const words = useWords();
  const field = useId();
  const [own, setOwn] = useState('');
  return (
    <Part title={words.calls.signed}>
      {own === '' ? (
        <Code label={words.calls.verified} text={verified} />
      ) : (
        <Diff labels={[words.calls.verified, words.calls.own]} texts={[verified, own]} />
      )}
      {isOpen && (
        <p>
          <label htmlFor={field}>{words.calls.pasteOwn}</label>
          <textarea
            id={field}
            className="field wide"
            rows={3}
            spellCheck={false}
            value={own}
            onChange={({ target }) => setOwn(target.value)}
          />
        </p>
      )}
    </Part>
  );
}

/** What was sent and answered; where it was not kept, how to keep it the next time. */
function Sent({ call }: { call: CallView }) {
  const words = useWords();
  const { full } = call;
  if (!full) return call.app_id ? <Record app={call.app_id} /> : null;
  return (
    <Part
      title={words.calls.sent}
      aside={
        <State mood={full.verified ? 'good' : 'bad'}>{full.verified ? words.calls.fits : words.calls.fitsNot}</State>
      }
    >
      <Detail facts={full.parameters.map(([label, value]) => ({ label, value: <code>{value}</code> }))} />
      {full.content && <Code label={words.calls.content} text={pretty(full.content)} />}
      {full.unknown && 0 < full.unknown.length && (
        <p>
          <State mood="warn">{words.calls.unknown}</State> {full.unknown.join(', ')}
        </p>
      )}
      <Code label={words.calls.answer} text={pretty(full.answer)} />
    </Part>
  );
}

function Record({ app }: { app: string }) {
  const words = useWords();
  const session = useSession();
  const why = barred(session, 'punchcard.log.record', words);
  const recording = useMutation({
    mutationFn: () => call(WHOLE_STORE, 'punchcard.log.record', { app_id: app, duration: '10m' }),
  });
  return (
    <Part title={words.calls.sent}>
      <p>{recording.data?.until ? words.calls.recorded(recording.data.until) : words.calls.notKept}</p>
      {recording.error && <Trouble error={recording.error} />}
      <p>
        <Button
          disabled={why !== undefined}
          title={why}
          loading={recording.isPending}
          onClick={() => recording.mutate()}
        >
          {words.calls.record(app)}
        </Button>
      </p>
    </Part>
  );
}

function Caused({ caused }: { caused: readonly CausedView[] }) {
  const words = useWords();
  if (caused.length === 0) return null;
  return (
    <Part title={words.calls.caused}>
      <List
        caption={words.calls.caused}
        rows={caused}
        keyOf={({ what, kind, id }) => `${what} ${kind} ${id}`}
        empty={null}
        columns={[
          { title: words.calls.what, isKey: true, show: ({ what, kind }) => `${what} ${kind}` },
          { title: words.calls.id, isKey: true, show: (made) => <Made made={made} /> },
          {
            title: words.calls.amount,
            isNumber: true,
            show: ({ amount, points }) =>
              amount ? <Money yuan={amount} /> : typeof points === 'number' ? <Points count={points} /> : '–',
          },
          { title: words.calls.about, show: ({ subject, to }) => subject ?? to ?? '–' },
          { title: words.calls.time, show: ({ at }) => <When time={at} /> },
        ]}
      />
    </Part>
  );
}

function Made({ made: { what, id } }: { made: CausedView }) {
  const { pid } = route.useParams();
  if (what !== 'notification') return <Id value={id} />;
  return (
    <Id value={id}>
      <Link to={paths.notice} params={{ pid, notice: id }}>
        <Name of={id} />
      </Link>
    </Id>
  );
}

/** JSON with its lines; another text as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
