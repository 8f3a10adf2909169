import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call';
import { Answer } from '../ui/Answer';
import { Id } from '../ui/Id';
import { Part } from '../ui/Page';
import { useWords } from '../words';

export const usageOf = (pid: string, crowd: string) => ask(pid, 'punchcard.crowd.usage', { pid, crowd });

/** What a change of the crowd changes too: activities for its members, and vouchers sent to it. */
export function UsedBy({ pid, crowd }: { pid: string; crowd: string }) {
  const words = useWords();
  const query = useQuery(usageOf(pid, crowd));
  return (
    <Part title={words.crowd.usedBy}>
      <Answer query={query}>
        {({ activities, batches }) =>
          activities.length + batches.length === 0 ? (
            <p className="soft">{words.crowd.unused}</p>
          ) : (
            <ul className="sentences">
              {activities.map(({ camp_id, name, status }) => (
                <li key={camp_id}>
                  {name} <span className="soft">{words.activities.states[status] ?? status}</span>{' '}
                  <Id value={camp_id} />
                </li>
              ))}
              {batches.map(({ batch_id, sent }) => (
                <li key={batch_id}>
                  {words.crowd.sent(sent)} <Id value={batch_id} />
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Part>
  );
}
