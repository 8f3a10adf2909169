import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call';
import { Answer } from '../ui/Answer';
import { State } from '../ui/State';
import { When } from '../ui/When';
import { useWords } from '../words';
import { inWords, type Tag, valueLabel } from './tags';

interface Props {
  pid: string;
  crowd: string;
  user: string;
  tags: readonly Tag[];
}

/** Why somebody is in the crowd, or is not: each rule with the user's own value, and when that changes by itself. */
export function Why({ pid, crowd, user, tags }: Props) {
  const words = useWords();
  const query = useQuery(ask(pid, 'punchcard.crowd.why', { pid, crowd, user_id: user }));
  return (
    <Answer query={query}>
      {({ is_in, changes_at, conditions }) => (
        <div className="why">
          <p>
            <State mood={is_in ? 'good' : 'off'}>{is_in ? words.why.isIn(user) : words.why.isOut(user)}</State>
            {changes_at && (
              <>
                {' '}
                {words.why.until} <When time={changes_at} />
              </>
            )}
          </p>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{words.why.rule}</th>
                <th scope="col">{words.why.value}</th>
                <th scope="col">{words.why.holds}</th>
              </tr>
            </thead>
            <tbody>
              {conditions.map(({ condition, value, holds }) => {
                if (!('tagCode' in condition)) return null;
                const { op, tagCode, value: asked } = condition;
                const tag = tags.find(({ code }) => code === tagCode);
                const own = value == null ? words.why.unknown : tag ? valueLabel(tag, value, words) : value;
                return (
                  <tr key={`${tagCode} ${op} ${asked}`}>
                    <td>{inWords({ tag: tagCode, op, value: asked }, tags, words)}</td>
                    <td>{own}</td>
                    <td>
                      <State mood={holds ? 'good' : 'bad'}>{holds ? words.why.yes : words.why.no}</State>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Answer>
  );
}
