import { useWords } from '../words';

/** A number of points with its unit. */
export function Points({ count }: { count: number }) {
  const words = useWords();
  return <span className="number">{words.points(count)}</span>;
}
