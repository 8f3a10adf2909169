import { CloseOutlined } from '@ant-design/icons';
import { useWords } from '../words';
import { Editor, type EditorProps } from './editors/Editor';
import { isWhole, withOperator } from './rules';
import { inWords, type Tag, tagName } from './tags';

interface Props extends Omit<EditorProps, 'tag'> {
  tag: Tag | undefined;
  tags: readonly Tag[];
  /** What is left after this rule and those above it. */
  leaves?: string | undefined;
  /** What the server says against it. */
  refusal?: string | undefined;
  remove: () => void;
}

/** One rule of the draft: tag, operator, value; and what it leaves. */
export function RuleCard({ rule, tag, tags, ofAll, leaves, refusal, change, remove }: Props) {
  const words = useWords();
  const name = tag ? tagName(tag, words) : rule.tag;
  return (
    <li className={refusal === undefined ? 'rule' : 'rule rule-refused'}>
      <div className="rule-head">
        <strong>{name}</strong>
        {tag && (
          <select
            aria-label={words.build.operator(name)}
            value={rule.op}
            onChange={({ target }) => change(withOperator(rule, target.value), 'picked')}
          >
            {tag.operators.map((op) => (
              <option key={op} value={op}>
                {words.rules.operators[op] ?? op}
              </option>
            ))}
          </select>
        )}
        <button
          type="button"
          className="plain"
          onClick={remove}
          aria-label={words.build.remove(inWords(rule, tags, words))}
        >
          <CloseOutlined />
        </button>
      </div>
      {tag ? <Editor rule={rule} tag={tag} ofAll={ofAll} change={change} /> : <p>{words.build.unknownTag}</p>}
      {refusal !== undefined ? (
        <p className="rule-said" role="alert">
          {refusal}
        </p>
      ) : (
        <p className="rule-leaves number">{isWhole(rule) ? leaves : words.build.incomplete}</p>
      )}
    </li>
  );
}
