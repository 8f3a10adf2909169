import { useEffect, useRef, useState } from 'react';
import { percent } from '../ui/Histogram';
import { Money } from '../ui/Money';
import { useWords } from '../words';
import type { Counted } from './count';

interface Props {
  count: Counted | undefined;
  all: Counted | undefined;
  /** Whether a newer number is on its way. */
  isOld: boolean;
}

/** The number: how many, of all, and what they paid. */
export function Size({ count, all, isOld }: Props) {
  const words = useWords();
  const shown = count === undefined ? '–' : words.number(count.total);
  return (
    <div className={isOld ? 'size dim' : 'size'} aria-busy={isOld}>
      <p className="size-label">{words.build.answer}</p>
      <p className="size-number number" data-testid="size">
        {shown}
      </p>
      <p className="soft">
        {count && all ? words.build.ofAll(percent(count.total, all.total), words.number(all.total)) : ' '}
        {count?.sum && (
          <>
            {' · '}
            {words.build.paid} <Money yuan={count.sum} />
          </>
        )}
      </p>
      <Spoken text={count && !isOld ? words.build.live(words.number(count.total)) : ''} />
    </div>
  );
}

/** Reads a text out, at most once a second. */
function Spoken({ text }: { text: string }) {
  const [said, say] = useState('');
  const last = useRef(0);
  useEffect(() => {
    if (text === '') return;
    const wait = Math.max(0, last.current + 1_000 - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      say(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p role="status" className="only-read">
      {said}
    </p>
  );
}
