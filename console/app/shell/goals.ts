import type { Session } from '../api/session';
import { paths } from '../paths';
import type { Goal } from '../ui/Palette';
import type { Words } from '../words';
import type { Entry } from './menu';

/** What a text in the palette may mean: a page or a merchant by its name, a thing by its id. */
export function goals(text: string, pid: string, entries: readonly Entry[], session: Session, words: Words): Goal[] {
  const wanted = text.toLowerCase();
  const pages = entries.map(({ label, to, letter }) => ({
    label: label(words),
    hint: `g ${letter}`,
    to,
    params: { pid },
  }));
  const merchants = session.merchants
    .filter((merchant) => merchant.pid !== pid)
    .map((merchant) => ({
      label: `${merchant.name} · ${merchant.pid}`,
      hint: words.app.merchant,
      to: paths.overview,
      params: { pid: merchant.pid },
    }));
  const named = [...pages, ...merchants].filter(({ label }) => label.toLowerCase().includes(wanted));
  return [...named, ...things(text, pid, words)];
}

/** What an id may be the id of; only the server knows which. */
function things(text: string, pid: string, words: Words): Goal[] {
  const isTrace = /^[0-9a-f]{8,32}$/.test(text);
  const isNumber = /^\d{16,32}$/.test(text);
  const isNotice = /^[0-9a-zA-Z]{20,64}$/.test(text);
  const { palette } = words;
  return [
    ...(isTrace ? [{ label: palette.call(text), to: paths.call, params: { pid, trace: text } }] : []),
    ...(isNumber ? [{ label: palette.trade(text), to: paths.trades, params: { pid }, search: { no: text } }] : []),
    ...(isNumber ? [{ label: palette.crowd(text), to: paths.crowd, params: { pid, crowd: text } }] : []),
    ...(isNotice ? [{ label: palette.notice(text), to: paths.notice, params: { pid, notice: text } }] : []),
  ];
}
