import { useState } from 'react';
import { Histogram } from '../ui/Histogram';
import { useWords } from '../words';
import { bars, type Counted } from './count';
import { type Rule, values } from './rules';
import { type Tag, tagName, valueLabel } from './tags';

interface Props {
  tags: readonly Tag[];
  count: Counted;
  /** All members, to see a difference by. */
  all: Counted | undefined;
  rules: readonly Rule[];
  narrow: (tag: string, value: string) => void;
}

/** How the members spread over each of the platform's tags. */
export function Breakdown({ tags, ...rest }: Props) {
  return (
    <div className="histograms">
      {tags
        .filter(({ is_dimension }) => is_dimension)
        .map((tag) => (
          <OneTag key={tag.code} tag={tag} {...rest} />
        ))}
    </div>
  );
}

/** Of a long list these are shown at first. */
const SHOWN = 12;

function OneTag({ tag, count, all, rules, narrow }: Omit<Props, 'tags'> & { tag: Tag }) {
  const words = useWords();
  const [isWhole, setWhole] = useState(false);
  const found = bars(tag, count, all);
  const shown = found.slice(0, isWhole ? 50 : SHOWN);
  return (
    <div>
      <Histogram
        title={tagName(tag, words)}
        bars={shown.map((bar) => ({ ...bar, label: valueLabel(tag, bar.value, words) }))}
        total={count.total}
        totalOfAll={all?.total}
        narrow={(value) => narrow(tag.code, value)}
        chosen={rules.filter((rule) => rule.tag === tag.code && rule.op === 'IN').flatMap(values)}
      />
      {SHOWN < found.length && (
        <button type="button" className="plain soft" onClick={() => setWhole(!isWhole)}>
          {isWhole ? words.app.less : `${words.app.more} (${found.length})`}
        </button>
      )}
    </div>
  );
}
