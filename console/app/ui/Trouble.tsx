import { ExclamationCircleOutlined, LockOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { type Reason, Refusal } from '../api/errors';
import { usePreferences } from '../preferences';
import { useWords, type Words } from '../words';
import { meaning } from '../words/codes';
import { Id } from './Id';

interface Props {
  error: Error;
  again?: () => void;
}

/** A refusal or a failure, where it arose: the server's text verbatim, what it means, what to do, and the trace id. */
export function Trouble({ error, again }: Props) {
  const words = useWords();
  const { language } = usePreferences();
  const refusal = error instanceof Refusal ? error : undefined;
  const reason = refusal?.reason ?? 'offline';
  const { title, text } = told(reason, words);
  const known = refusal ? meaning(refusal.subCode, language) : undefined;
  // A code or a status alone is no sentence.
  const said = refusal && refusal.message !== reason ? refusal.message : refusal ? undefined : error.message;
  return (
    <div className={`trouble trouble-${reason}`} role="alert">
      <span className="trouble-mark" aria-hidden="true">
        {reason === 'not-allowed' ? <LockOutlined /> : <ExclamationCircleOutlined />}
      </span>
      <div>
        <p className="trouble-title">{title}</p>
        {said && <p className="trouble-said">{said}</p>}
        {known ? (
          <p>
            {known.means} {known.todo}
          </p>
        ) : (
          text && <p>{text}</p>
        )}
        {refusal && (refusal.subCode || refusal.traceId) && (
          <p className="trouble-foot">
            {refusal.subCode && <code>{refusal.subCode}</code>}
            {refusal.traceId && (
              <span>
                {words.app.traceId} <Id value={refusal.traceId} />
              </span>
            )}
          </p>
        )}
      </div>
      {again && reason !== 'not-allowed' && <Button onClick={again}>{words.app.again}</Button>}
    </div>
  );
}

function told(reason: Reason, words: Words): { title: string; text?: string } {
  const { refused } = words;
  switch (reason) {
    case 'refused':
      return { title: refused.refused };
    case 'signed-out':
      return { title: refused.signedOut, text: refused.signedOutText };
    case 'not-allowed':
      return { title: refused.notAllowed, text: refused.notAllowedText };
    case 'unknown':
      return { title: refused.unknown, text: refused.unknownText };
    case 'approval':
      return { title: refused.approval, text: refused.approvalText };
    case 'busy':
      return { title: refused.busy, text: refused.busyText };
    case 'not-ready':
      return { title: refused.notReady, text: refused.notReadyText };
    case 'offline':
      return { title: refused.offline, text: refused.offlineText };
  }
}
