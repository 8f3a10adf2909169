import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '../words';
import { Trouble } from './Trouble';

interface Props<Data> {
  query: UseQueryResult<Data>;
  /** How many lines the skeleton has. */
  lines?: number;
  children: (data: Data) => ReactNode;
}

/**
 * What a query's state looks like: a skeleton after 150 ms, the answer, or the trouble. While a new answer comes, the
 * old one stays, dimmed; when it fails, the old one stays below the trouble.
 */
export function Answer<Data>({ query, lines = 3, children }: Props<Data>) {
  const words = useWords();
  const { data, error, isPending, isPlaceholderData, refetch } = query;
  const again = () => {
    refetch();
  };
  if (isPending) {
    return (
      <div className="bones" role="status" aria-label={words.app.loading}>
        {Array.from({ length: lines }, (_, line) => `line ${line}`).map((line) => (
          <div key={line} className="bone bone-line" />
        ))}
      </div>
    );
  }
  return (
    <>
      {error && <Trouble error={error} again={again} />}
      {data !== undefined && (
        <div className={isPlaceholderData ? 'dim' : undefined} aria-busy={isPlaceholderData}>
          {children(data)}
        </div>
      )}
    </>
  );
}
