import { WHOLE_STORE } from './call';
import type { Session } from './session';

/**
 * Whose calls are looked at. A call whose signature was refused acts for no merchant, so whoever may see the whole store
 * sees it there: in a stand-in everybody. `merchant` in the address asks for the merchant's alone.
 */
export function scopeOf(session: Session, pid: string, of: string | undefined): string {
  return session.mode === 'platform' ? (of === 'store' ? WHOLE_STORE : pid) : of === 'merchant' ? pid : WHOLE_STORE;
}
