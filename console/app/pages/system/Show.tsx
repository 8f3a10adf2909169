import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call, type Request, WHOLE_STORE } from '../../api/call';
import { barred, standsStill } from '../../api/can';
import type { Row } from '../../api/generated';
import { useSession } from '../../api/session';
import { clockQuery, formatTime } from '../../clock';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Detail } from '../../ui/Detail';
import { List } from '../../ui/List';
import { Page, Part } from '../../ui/Page';
import { State } from '../../ui/State';
import { Trouble } from '../../ui/Trouble';
import { When } from '../../ui/When';
import { useWords } from '../../words';

export function load({ queries }: At) {
  return queries.prefetchQuery(clockQuery);
}

/** The store's clock and what is due next; every sum computed anew; the build. */
export default function System() {
  const words = useWords();
  const session = useSession();
  return (
    <Page title={words.system.title}>
      <div className="stack">
        <Clock />
        <Proof />
        <Part title={words.system.build}>
          <Detail
            facts={[
              { label: words.system.version, value: session.version },
              {
                label: words.system.mode,
                value: session.mode === 'platform' ? words.app.platform : words.app.standIn,
              },
              { label: words.system.operator, value: session.name },
            ]}
          />
        </Part>
      </div>
    </Page>
  );
}

function Clock() {
  const words = useWords();
  const session = useSession();
  const queries = useQueryClient();
  const query = useQuery(clockQuery);
  const [to, setTo] = useState('');
  const moving = useMutation({
    mutationFn: (move: Request<'punchcard.clock.move'>) => call(WHOLE_STORE, 'punchcard.clock.move', move),
    // Whatever is shown may be of another time now.
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Part title={words.system.clock}>
      <Answer query={query}>
        {(clock) => {
          const why = barred(session, 'punchcard.clock.move', words) ?? standsStill(clock, words);
          const button = (label: string, move: Request<'punchcard.clock.move'>) => (
            <Button disabled={why !== undefined || moving.isPending} title={why} onClick={() => moving.mutate(move)}>
              {label}
            </Button>
          );
          return (
            <>
              <Detail
                facts={[
                  { label: words.system.now, value: <When time={formatTime(clock.now)} /> },
                  { label: words.system.kind, value: clock.manual ? words.system.manual : words.system.system },
                  {
                    label: words.system.due,
                    value: clock.next_due === null ? '–' : <When time={formatTime(clock.next_due)} />,
                  },
                ]}
              />
              <p className="bar">
                {button(words.system.hour, { by: '1h' })}
                {button(words.system.day, { by: '1d' })}
                {button(words.system.days, { by: '90d' })}
                {button(words.system.next, { next: true })}
              </p>
              <form
                className="bar"
                onSubmit={(event) => {
                  event.preventDefault();
                  if (why === undefined && to.trim() !== '') moving.mutate({ to: to.trim() });
                }}
              >
                <Input
                  aria-label={words.system.to}
                  placeholder={words.system.to}
                  value={to}
                  maxLength={32}
                  disabled={why !== undefined}
                  onChange={({ target }) => setTo(target.value)}
                />
                <Button htmlType="submit" disabled={why !== undefined || to.trim() === ''} title={why}>
                  {words.system.set}
                </Button>
              </form>
              {why && <p className="soft">{why}</p>}
              {moving.error && <Trouble error={moving.error} />}
              {moving.data && (
                <p role="status">
                  {words.system.moved(formatTime(moving.data.from), formatTime(moving.data.to), moving.data.stops)}
                </p>
              )}
            </>
          );
        }}
      </Answer>
    </Part>
  );
}

/** Runs when asked: on a large store it takes a while. */
function Proof() {
  const words = useWords();
  const session = useSession();
  const why = barred(session, 'punchcard.prove.run', words);
  const proof = useMutation({ mutationFn: () => call(WHOLE_STORE, 'punchcard.prove.run', {}) });
  const wrong = proof.data?.filter(({ differences }) => 0 < differences) ?? [];
  return (
    <Part
      title={words.system.proof}
      aside={
        <Button disabled={why !== undefined} title={why} loading={proof.isPending} onClick={() => proof.mutate()}>
          {words.system.run}
        </Button>
      }
    >
      {proof.error && <Trouble error={proof.error} again={() => proof.mutate()} />}
      {!proof.data && !proof.error && <p className="soft">{words.system.proofText}</p>}
      {proof.data && (
        <>
          <p role="status">
            <State mood={wrong.length === 0 ? 'good' : 'bad'}>
              {wrong.length === 0 ? words.system.proven : words.system.differs(wrong.length)}
            </State>
          </p>
          <List
            caption={words.system.proof}
            rows={proof.data}
            keyOf={({ name }) => name}
            empty={null}
            columns={[
              { title: words.system.what, isKey: true, show: ({ name }) => name },
              { title: words.system.differences, isKey: true, show: (row) => <Difference row={row} /> },
              { title: words.system.checked, isNumber: true, show: ({ checked }) => words.number(checked) },
            ]}
          />
        </>
      )}
    </Part>
  );
}

function Difference({ row: { differences, named } }: { row: Row }) {
  const words = useWords();
  if (differences === 0) return <State mood="good">{words.number(0)}</State>;
  return (
    <>
      <State mood="bad">{words.number(differences)}</State>
      <ul className="sentences">
        {named.map(({ subject, stored, computed }) => (
          <li key={subject}>{words.system.named(subject, stored, computed)}</li>
        ))}
      </ul>
    </>
  );
}
