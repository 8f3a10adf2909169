import { ClockCircleOutlined } from '@ant-design/icons';
import { formatTime, useClock } from '../clock';
import { useWords } from '../words';

/** The store's time where its clock is manual, in amber: it stands still, and every time here is by it. */
export function Clock() {
  const words = useWords();
  const { manual, now } = useClock();
  if (!manual) return null;
  const time = formatTime(now);
  return (
    <span className="top-clock" title={words.clock.manual(time)}>
      <ClockCircleOutlined aria-hidden="true" />
      <span className="only-read">{words.clock.manual(time)}</span>
      <time aria-hidden="true">
        <span className="top-clock-year">{time.slice(0, 5)}</span>
        {time.slice(5, 16)}
        <span className="top-clock-year">{time.slice(16)}</span>
      </time>
    </span>
  );
}
