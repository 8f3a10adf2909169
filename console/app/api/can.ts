import type { Words } from '../words';
import type { Method } from './call';
import { entries } from './generated';
import { hasMethod, type Session } from './session';

/**
 * What may be done, and why not. Only this file copies rules of the server, and names the file of each; the door
 * refuses the same, and a browser test tries it.
 */

/** Why this operator may not call a method; nothing if so. The door: crates/server/src/doors/console.rs. */
export function barred(session: Session, method: Method, words: Words): string | undefined {
  if (hasMethod(session, method)) return undefined;
  const facts = Object.entries(entries).find(([name]) => name === method)?.[1];
  // What needs no right is refused only where it cannot be called at all.
  const needed = facts === undefined || facts.need === 'nothing' ? undefined : words.rights[facts.need];
  return needed === undefined ? words.refused.notAllowedHere : words.refused.needs(needed);
}

/** crates/server/src/clock_driver.rs, `ClockError::System`. */
export function standsStill(clock: { manual: boolean }, words: Words): string | undefined {
  return clock.manual ? undefined : words.clock.notManual;
}

/** crates/domain/src/crowd.rs, `Crowd::delete`. */
export function inUse(usage: { can_be_deleted: boolean } | undefined, words: Words): string | undefined {
  return usage?.can_be_deleted === false ? words.crowd.inUse : undefined;
}
