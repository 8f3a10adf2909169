import { useWords } from '../../words';
import { type Rule, values } from '../rules';
import { type Tag, tagName } from '../tags';
import { Enum } from './Enum';
import { Place } from './Place';
import { Typed } from './Typed';

export interface EditorProps {
  rule: Rule;
  tag: Tag;
  /** How many of all members have each value, by its label; empty for a tag that is no dimension. */
  ofAll: ReadonlyMap<string, number>;
  /** What was typed takes the address's place; what was picked is a step that Back undoes. */
  change: (rule: Rule, how: 'typed' | 'picked') => void;
}

/** The editor that fits the tag's type and the operator. */
export function Editor(props: EditorProps) {
  const { rule, tag, ofAll, change } = props;
  const words = useWords();
  const name = tagName(tag, words);
  const type = (value: string) => change({ ...rule, value }, 'typed');
  const isNumeric = tag.kind === 'number' || tag.kind === 'enum';
  const placeholder = tag.kind === 'date' ? words.build.oneDay : '';

  switch (rule.op) {
    case 'LOCATE':
      return <Place {...props} />;
    case 'LEFTDAYS':
    case 'RIGHTDAYS':
      return (
        <Typed label={words.build.value(name)} unit={words.build.days} value={rule.value} isNumeric change={type} />
      );
    case 'BETWEEN': {
      const [low = '', high = ''] = rule.value.split(',');
      return (
        <div className="range">
          <Typed
            label={`${name}: ${words.build.from}`}
            value={low}
            placeholder={placeholder || words.build.from}
            isNumeric={isNumeric}
            change={(end) => type(`${end},${high}`)}
          />
          <span aria-hidden="true">–</span>
          <Typed
            label={`${name}: ${words.build.to}`}
            value={high}
            placeholder={placeholder || words.build.to}
            isNumeric={isNumeric}
            change={(end) => type(`${low},${end}`)}
          />
        </div>
      );
    }
    default: {
      const isList = rule.op === 'IN' || rule.op === 'NOTIN';
      const isCompared = isList || rule.op === 'EQ' || rule.op === 'NEQ';
      // An open list whose values nobody has yet can only be typed.
      const isOffered = 0 < tag.values.length || 0 < ofAll.size || 0 < values(rule).length;
      if (tag.kind === 'enum' && isCompared && isOffered) return <Enum {...props} />;
      return (
        <Typed
          label={words.build.value(name)}
          value={rule.value}
          placeholder={isList ? words.build.several : placeholder}
          isNumeric={isNumeric && !isList}
          isWide
          change={type}
        />
      );
    }
  }
}
