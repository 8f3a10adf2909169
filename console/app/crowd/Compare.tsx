import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ask } from '../api/call';
import { Answer } from '../ui/Answer';
import { percent } from '../ui/Histogram';
import { Part } from '../ui/Page';
import { useWords } from '../words';

const route = getRouteApi('/in/$pid/crowds/$crowd');

/** This crowd beside another of the merchant: how many are in one alone, in the other alone, and in both. */
export function Compare({ pid, crowd }: { pid: string; crowd: string }) {
  const words = useWords();
  const { with: other } = route.useSearch();
  const navigate = route.useNavigate();
  const crowds = useQuery(ask(pid, 'punchcard.crowd.list', { pid, limit: 100 }));
  return (
    <Part title={words.compare.title}>
      <Answer query={crowds} lines={1}>
        {({ crowds }) => (
          <select
            className="field"
            aria-label={words.compare.other}
            value={other ?? ''}
            onChange={({ target }) =>
              navigate({ search: (old) => ({ ...old, with: target.value || undefined }), resetScroll: false })
            }
          >
            <option value="">{words.compare.choose}</option>
            {crowds
              .filter(({ crowd_id }) => crowd_id !== crowd)
              .map(({ crowd_id, name }) => (
                <option key={crowd_id} value={crowd_id}>
                  {name}
                </option>
              ))}
          </select>
        )}
      </Answer>
      {other && <Both pid={pid} crowd={crowd} other={other} />}
    </Part>
  );
}

function Both({ pid, crowd, other }: { pid: string; crowd: string; other: string }) {
  const words = useWords();
  const query = useQuery(ask(pid, 'punchcard.crowd.compare', { pid, crowd, other }));
  return (
    <Answer query={query}>
      {({ name, other_name, total, other_total, both }) => {
        const all = total + other_total - both;
        const parts = [
          [words.compare.only(name), total - both],
          [words.compare.both, both],
          [words.compare.only(other_name), other_total - both],
        ] as const;
        return (
          <table className="histogram compare">
            <tbody>
              {parts.map(([label, count]) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td className="number">{words.number(count)}</td>
                  <td className="number soft">{percent(count, all)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        );
      }}
    </Answer>
  );
}
