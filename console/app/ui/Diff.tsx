import { useWords } from '../words';

interface Props {
  /** What each side is, in order. */
  labels: readonly [string, string];
  texts: readonly [string, string];
}

/** Two texts and the first place where they differ; around it both are cut where they are long. */
export function Diff({ labels, texts: [left, right] }: Props) {
  const words = useWords();
  const at = firstDifference(left, right);
  if (at === undefined) return <p>{words.diff.same}</p>;
  return (
    <div className="diff">
      <p>{words.diff.at(at.byte, at.left, at.right)}</p>
      {[left, right].map((text, side) => (
        <figure key={labels[side]} className="code">
          <figcaption>{labels[side]}</figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by keyboard. */}
          <section tabIndex={0} aria-label={labels[side]}>
            <pre>
              {before(text, at.place)}
              <mark>{text.slice(at.place, at.place + 1) || '␄'}</mark>
              {after(text, at.place)}
            </pre>
          </section>
        </figure>
      ))}
    </div>
  );
}

const AROUND = 400;

function before(text: string, place: number): string {
  return (AROUND < place ? '…' : '') + text.slice(Math.max(0, place - AROUND), place);
}

function after(text: string, place: number): string {
  const end = place + 1 + AROUND;
  return text.slice(place + 1, end) + (end < text.length ? '…' : '');
}

/** Where two texts part: the place in characters, the byte of UTF-8 counted from 1, and each side's character. */
export function firstDifference(left: string, right: string) {
  if (left === right) return undefined;
  let place = 0;
  while (left[place] !== undefined && left[place] === right[place]) place += 1;
  const byte = new TextEncoder().encode(left.slice(0, place)).length + 1;
  return { place, byte, left: named(left, place), right: named(right, place) };
}

function named(text: string, place: number): string {
  const code = text.codePointAt(place);
  if (code === undefined) return '';
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return code <= 0x20 ? point : `${String.fromCodePoint(code)} (${point})`;
}
