import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type Envelope, Refusal } from './errors';
import type { Methods } from './generated';

export type Method = keyof Methods;
export type Request<M extends Method> = Methods[M]['request'];
export type Response<M extends Method> = Methods[M]['response'];

/** The merchant of what belongs to none. */
export const WHOLE_STORE = '-';

/** Calls a method for a merchant. Throws a `Refusal`, or what aborting throws. */
export async function call<M extends Method>(
  pid: string,
  method: M,
  request: Request<M>,
  signal?: AbortSignal,
): Promise<Response<M>> {
  return post(`${encodeURIComponent(pid)}/${method}`, request, signal);
}

/** Signing in and out are no methods: whoever does them is nobody yet, or nobody afterwards. */
export function signIn(name: string, password: string): Promise<unknown> {
  return post('session', { name, password });
}

export function signOut(): Promise<unknown> {
  return post('session/end', {});
}

export function setPassword(link: string, password: string): Promise<unknown> {
  return post('session/password', { link, password });
}

async function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  let answer: T & Envelope & { result?: T };
  let status: number;
  try {
    const response = await fetch(`/console/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
    status = response.status;
    answer = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal('offline');
  }
  // What an operators' method answers stands in one member: it may be a list, or have a `code` of its own.
  if (status === 200 && answer.code === '10000') return answer.result ?? answer;
  throw Refusal.ofStatus(status, answer);
}

/** The query of a method that only reads. What was answered before stays until the new answer is there. */
export function ask<M extends Method>(pid: string, method: M, request: Request<M>) {
  return queryOptions<Response<M>, Error>({
    queryKey: [pid, method, request],
    queryFn: ({ signal }) => call(pid, method, request, signal),
    placeholderData: keepPreviousData,
  });
}

/** A serial number for a write: made once, when its form opens, so that a repeat is answered with the first result. */
export function serialNumber(): string {
  // `randomUUID` is for secure contexts alone, and a console may stand behind plain HTTP in a closed network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
