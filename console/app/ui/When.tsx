import { parseTime, relative, useClock } from '../clock';
import { usePreferences } from '../preferences';

/** A moment as the wire has it, `yyyy-MM-dd HH:mm:ss` in UTC+8; how long ago by the store's clock when pointed at. */
export function When({ time }: { time: string }) {
  const { now } = useClock();
  const { language } = usePreferences();
  const ms = parseTime(time);
  if (ms === undefined) return <span className="number">{time}</span>;
  return (
    <time className="number" dateTime={`${time.replace(' ', 'T')}+08:00`} title={relative(ms, now, language)}>
      {time}
    </time>
  );
}
