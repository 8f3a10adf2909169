import { State } from '../../ui/State';
import { useWords } from '../../words';

/** How far a notification is. */
export function Progress({ state }: { state: string }) {
  const words = useWords();
  if (state === 'DELIVERED') return <State mood="good">{words.state.DELIVERED}</State>;
  if (state === 'FAILED') return <State mood="bad">{words.state.FAILED}</State>;
  return <State mood="wait">{state === 'PENDING' ? words.state.PENDING : state}</State>;
}
