import { Select } from 'antd';
import { useWords } from '../../words';
import { values } from '../rules';
import { bucketOf, valueLabel } from '../tags';
import type { EditorProps } from './Editor';

/** Up to so many values each have a button of their own. */
const BUTTONS_MAX = 12;

/** Values of a closed list, or of those that members have: one click each, with how many of all members have it. */
export function Enum({ rule, tag, ofAll, change }: EditorProps) {
  const words = useWords();
  const chosen = values(rule);
  const isMany = rule.op === 'IN' || rule.op === 'NOTIN';
  const known = tag.values.length === 0 ? [...ofAll.keys()] : tag.values.map(({ value }) => value);
  const offered = [...new Set([...known, ...chosen])];
  const count = (value: string) => ofAll.get(bucketOf(tag, value)) ?? 0;
  const choose = (list: readonly string[]) => change({ ...rule, value: list.join(',') }, 'picked');

  if (offered.length <= BUTTONS_MAX) {
    return (
      <div className="choices">
        {offered.map((value) => {
          const isChosen = chosen.includes(value);
          const others = isMany ? chosen.filter((other) => other !== value) : [];
          return (
            <button
              key={value}
              type="button"
              aria-pressed={isChosen}
              onClick={() => choose(isChosen ? others : [...others, value])}
            >
              {valueLabel(tag, value, words)} <span className="number">{words.number(count(value))}</span>
            </button>
          );
        })}
      </div>
    );
  }
  return (
    <Select
      className="wide"
      aria-label={words.build.value(tag.name)}
      mode={isMany ? 'multiple' : undefined}
      showSearch
      optionFilterProp="label"
      placeholder={words.build.searchValues}
      value={isMany ? chosen : chosen[0]}
      maxCount={isMany ? 1000 : undefined}
      onChange={(picked: string | string[] | undefined) => choose([picked ?? []].flat())}
      options={offered.map((value) => ({ value, label: valueLabel(tag, value, words) }))}
      optionRender={({ label, value }) => (
        <span className="option">
          {label} <span className="number soft">{words.number(count(String(value)))}</span>
        </span>
      )}
    />
  );
}
