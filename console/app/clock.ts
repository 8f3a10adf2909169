import { useQuery } from '@tanstack/react-query';
import { ask, WHOLE_STORE } from './api/call';

export const clockQuery = ask(WHOLE_STORE, 'punchcard.clock.show', {});

/** The store's clock as it was last read: whether it is manual, and its time in UTC milliseconds. */
export function useClock(): { manual: boolean; now: number } {
  const { data, dataUpdatedAt } = useQuery({ ...clockQuery, staleTime: 30_000 });
  if (data === undefined) return { manual: false, now: Date.now() };
  return { manual: data.manual, now: data.manual ? data.now : data.now + Date.now() - dataUpdatedAt };
}

const HOURS_8 = 8 * 3_600_000;

/** `yyyy-MM-dd HH:mm:ss` in UTC+8, as the wire has times. */
export function formatTime(ms: number): string {
  return new Date(ms + HOURS_8).toISOString().slice(0, 19).replace('T', ' ');
}

/** UTC milliseconds of a time as the wire has it; nothing for another text. */
export function parseTime(text: string): number | undefined {
  const found = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(text);
  const ms = found ? Date.parse(`${found[1]}T${found[2]}+08:00`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** "3 hours ago", "in 2 days". */
export function relative(ms: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const seconds = Math.trunc((ms - now) / 1000);
  const unit = UNITS.find(([, size]) => size <= Math.abs(seconds));
  return unit ? format.format(Math.trunc(seconds / unit[1]), unit[0]) : format.format(seconds, 'second');
}
