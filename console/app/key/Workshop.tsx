import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useId, useMemo, useState } from 'react';
import { ask, WHOLE_STORE } from '../api/call';
import { Answer } from '../ui/Answer';
import { Code } from '../ui/Code';
import { Detail } from '../ui/Detail';
import { Id } from '../ui/Id';
import { Part } from '../ui/Page';
import { State } from '../ui/State';
import { Trouble } from '../ui/Trouble';
import { useWords } from '../words';
import { CHARACTERS_MAX, type Key, readKey, toBase64, toPem } from './der';

/** Says of a pasted key what it is and whose; makes a new pair. No private key leaves the browser. */
export function Workshop() {
  const words = useWords();
  const field = useId();
  const [text, setText] = useState('');
  const key = useMemo(() => readKey(text), [text]);
  const making = useMutation({ mutationFn: makePair, onSuccess: setText });
  return (
    <Part
      title={words.key.title}
      aside={
        <Button loading={making.isPending} onClick={() => making.mutate()}>
          {words.key.make}
        </Button>
      }
    >
      <p>
        <label htmlFor={field}>{words.key.paste}</label>
        <textarea
          id={field}
          className="field wide"
          rows={4}
          spellCheck={false}
          autoComplete="off"
          maxLength={CHARACTERS_MAX}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </p>
      {making.error && <Trouble error={making.error} />}
      {text.trim() !== '' && !key && (
        <p role="status">
          <State mood="bad">{words.key.none}</State> {words.key.noneText}
        </p>
      )}
      {key && <Told key={toBase64(key.spki)} of={key} />}
    </Part>
  );
}

function Told({ of: key }: { of: Key }) {
  const words = useWords();
  const print = useQuery({
    queryKey: ['fingerprint', toBase64(key.spki)],
    queryFn: () => fingerprint(key.spki),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <p role="status">
        <State mood={key.pkcs8 ? 'warn' : 'good'}>{words.key.kinds[key.kind]}</State>{' '}
        {key.pkcs8 ? words.key.keepIt : ''}
      </p>
      <Answer query={print} lines={2}>
        {(fingerprint) => (
          <>
            <Detail
              facts={[
                { label: words.key.bits, value: words.number(key.bits) },
                { label: words.key.fingerprint, value: <Id value={fingerprint} /> },
              ]}
            />
            <Owner fingerprint={fingerprint} isPrivate={key.pkcs8 !== undefined} />
          </>
        )}
      </Answer>
      <Code label={words.key.publicLine} text={toBase64(key.spki)} />
      <Code label={words.key.publicPem} text={toPem('PUBLIC KEY', key.spki)} />
      {key.pkcs1 && <Code label={words.key.pkcs1} text={toBase64(key.pkcs1)} />}
      {key.pkcs8 && <Code label={words.key.pkcs8} text={toBase64(key.pkcs8)} />}
    </>
  );
}

/** Only the fingerprint of the public half is asked about. */
function Owner({ fingerprint, isPrivate }: { fingerprint: string; isPrivate: boolean }) {
  const words = useWords();
  const query = useQuery(ask(WHOLE_STORE, 'punchcard.key.owner', { fingerprint }));
  return (
    <Answer query={query} lines={1}>
      {({ is_platform, app_ids }) => (
        <p className="finding">
          {is_platform
            ? words.key.ofPlatform
            : app_ids.length === 0
              ? words.key.ofNobody
              : isPrivate
                ? words.key.signsFor(app_ids.join(', '))
                : words.key.ofApp(app_ids.join(', '))}
        </p>
      )}
    </Answer>
  );
}

async function fingerprint(spki: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', spki);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A new RSA pair of 2048 bits, as the text of its private half. */
async function makePair(): Promise<string> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return toPem('PRIVATE KEY', new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey)));
}
