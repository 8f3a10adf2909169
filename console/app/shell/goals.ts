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
  return [...pages, ...merchants].filter(({ label }) => label.toLowerCase().includes(wanted));
}
