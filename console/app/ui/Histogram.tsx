import { useWords } from '../words';

export interface Bar {
  value: string;
  label: string;
  count: number;
  /** How many of all members have the value, where that is known. */
  ofAll?: number | undefined;
}

interface Props {
  title: string;
  bars: readonly Bar[];
  /** How many are counted, and how many members there are in all. */
  total: number;
  totalOfAll?: number | undefined;
  /** Narrows to a value. */
  narrow?: ((value: string) => void) | undefined;
  /** Which values a rule names already. */
  chosen?: readonly string[];
}

/** How many have each value: a table, with a bar, the share, and beside it the share in all members. */
export function Histogram({ title, bars, total, totalOfAll, narrow, chosen = [] }: Props) {
  const words = useWords();
  // The longest bar is the largest share, be it of these or of all.
  const shares = bars.map(({ count, ofAll = 0 }) => [count / (total || 1), ofAll / (totalOfAll || 1)]);
  const largest = Math.max(...shares.flat()) || 1;
  const length = (share: number | undefined) => ({ inlineSize: `${(100 * (share ?? 0)) / largest}%` });
  return (
    <table className="histogram">
      <caption>{title}</caption>
      <colgroup>
        <col className="histogram-label" />
        <col />
        <col className="histogram-count" />
        <col className="histogram-share" />
        {totalOfAll !== undefined && <col className="histogram-share" />}
      </colgroup>
      <thead className="only-read">
        <tr>
          <th scope="col">{words.histogram.value}</th>
          <th scope="col">{words.histogram.bar}</th>
          <th scope="col">{words.histogram.count}</th>
          <th scope="col">{words.histogram.share}</th>
          {totalOfAll !== undefined && <th scope="col">{words.histogram.ofAll}</th>}
        </tr>
      </thead>
      <tbody>
        {bars.map(({ value, label, count, ofAll }, at) => (
          <tr key={value} data-chosen={chosen.includes(value) || undefined}>
            <th scope="row">
              {narrow ? (
                <button
                  type="button"
                  className="plain"
                  onClick={() => narrow(value)}
                  title={words.histogram.narrow(label)}
                >
                  {label}
                </button>
              ) : (
                label
              )}
            </th>
            <td className="histogram-bar" aria-hidden="true">
              <span style={length(shares[at]?.[0])} />
              {totalOfAll !== undefined && <span className="histogram-all" style={length(shares[at]?.[1])} />}
            </td>
            <td className="number">{words.number(count)}</td>
            <td className="number">{percent(count, total)}</td>
            {totalOfAll !== undefined && (
              <td className="number soft" title={words.histogram.ofAll}>
                {ofAll === undefined ? '–' : percent(ofAll, totalOfAll)}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const tenths = Math.round((part * 1000) / whole);
  if (tenths === 0 && 0 < part) return '<0.1%';
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}
