import type { CallSummary } from '../../api/generated';
import { State } from '../../ui/State';
import { useWords } from '../../words';

/** How a call ended: by what its caller did wrong, where that is known. */
export function Result({ call }: { call: CallSummary }) {
  const words = useWords();
  if (call.code === '10000') return <State mood="good">{words.state.ok}</State>;
  return <State mood="bad">{causeName(call.cause, words) || call.sub_code || call.code}</State>;
}

export function causeName(cause: string | undefined, words: ReturnType<typeof useWords>): string {
  return cause ? (words.calls.causes[cause] ?? cause) : '';
}
