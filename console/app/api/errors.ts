/** Why there is no answer to use. The door's file is crates/server/src/doors/console.rs. */
export type Reason =
  /** The method said no; `subCode` and `text` say why. */
  | 'refused'
  /** 401: nobody is signed in, or no longer. */
  | 'signed-out'
  /** 403: the operator's role is not enough. */
  | 'not-allowed'
  /** 404: no such method, or no such merchant for this operator. */
  | 'unknown'
  /** 409: another operator must agree first. */
  | 'approval'
  /** 429. */
  | 'busy'
  /** 503: the index is being built. */
  | 'not-ready'
  /** No answer, or none that can be read. */
  | 'offline';

/** What every answer has. */
export interface Envelope {
  code?: string;
  msg?: string;
  sub_code?: string;
  sub_msg?: string;
  field?: string;
  trace_id?: string;
}

const REASONS: { readonly [status: number]: Reason } = {
  401: 'signed-out',
  403: 'not-allowed',
  404: 'unknown',
  409: 'approval',
  429: 'busy',
  503: 'not-ready',
};

/** A call that failed, with the server's own words. */
export class Refusal extends Error {
  readonly reason: Reason;
  readonly code: string;
  readonly subCode: string;
  /** The request's member that is wrong, where the server names one. */
  readonly field: string | undefined;
  readonly traceId: string | undefined;

  constructor(reason: Reason, envelope: Envelope = {}) {
    super(envelope.sub_msg ?? envelope.msg ?? reason);
    this.reason = reason;
    this.code = envelope.code ?? '';
    this.subCode = envelope.sub_code ?? '';
    this.field = envelope.field;
    this.traceId = envelope.trace_id;
  }

  static ofStatus(status: number, envelope: Envelope): Refusal {
    return new Refusal(REASONS[status] ?? (envelope.code === undefined ? 'offline' : 'refused'), envelope);
  }
}

/** Whether the same call may be answered if it is made again. */
export function isPassing(error: unknown): boolean {
  return error instanceof Refusal && (error.reason === 'offline' || error.reason === 'not-ready');
}
