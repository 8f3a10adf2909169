import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { Refusal } from '../api/errors';
import { useWords } from '../words';

/** Says that the server cannot be reached while what was read before is still shown. */
export function OfflineBanner() {
  const words = useWords();
  const cache = useQueryClient().getQueryCache();
  const isOffline = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () =>
      cache
        .findAll({ type: 'active' })
        .some(({ state }) => state.data !== undefined && isLost(state.fetchFailureReason ?? state.error)),
  );
  return isOffline ? (
    <p className="banner" role="status">
      {words.app.offline}
    </p>
  ) : null;
}

function isLost(error: unknown): boolean {
  return error instanceof Refusal && error.reason === 'offline';
}
