/** What `punchcard.signature.show` tells of a refused call, line by line: crates/server/src/doors/gateway.rs writes it. */
export interface Finding {
  /** What is most likely wrong, and what to change; English, Chinese. */
  en: string;
  zh: string;
  /** Other lines, such as what was tried. */
  more: string[];
  /** The string that the gateway verified. */
  verified: string | undefined;
}

const VERIFIED = /\n\nthe string that the gateway verified, in [^\n]*:\n/;

export function finding(detail: string): Finding {
  const [told = '', verified] = detail.split(VERIFIED, 2);
  const [en = '', zh = '', ...more] = told.split('\n');
  return { en, zh, more: more.filter((line) => line !== '' && !line.startsWith('sign: ')), verified };
}

/** What is wrong with a receiver's answer to a notification: it must be `success` and nothing else. */
export type Fault = 'unreachable' | 'status' | 'around' | 'case' | 'other';

export function fault(delivery: { status: number | null; answer: string | null }): Fault | undefined {
  const { status, answer } = delivery;
  if (status === null) return 'unreachable';
  if (status < 200 || 299 < status) return 'status';
  if (answer === 'success') return undefined;
  if (answer?.trim() === 'success') return 'around';
  return answer?.trim().toLowerCase() === 'success' ? 'case' : 'other';
}
