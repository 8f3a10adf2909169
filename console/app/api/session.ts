import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { call, type Method, WHOLE_STORE } from './call';

/** Who is signed in, and what that operator may do. */
export const sessionQuery = queryOptions({
  queryKey: [WHOLE_STORE, 'punchcard.session.show', {}],
  queryFn: ({ signal }) => call(WHOLE_STORE, 'punchcard.session.show', {}, signal),
  staleTime: 60_000,
});

export function useSession() {
  return useSuspenseQuery(sessionQuery).data;
}

export type Session = ReturnType<typeof useSession>;

export function hasMethod(session: Session, method: Method): boolean {
  return session.methods.includes(method);
}

export function merchantName(session: Session, pid: string): string {
  return session.merchants.find((merchant) => merchant.pid === pid)?.name ?? pid;
}
