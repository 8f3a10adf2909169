import type { Method } from '../api/call';
import { paths } from '../paths';
import type { Words } from '../words';

export interface Entry {
  label: (words: Words) => string;
  to: string;
  /** Its second key: `g` and this letter. */
  letter: string;
  /** A page stands in the menu if THE LIST has this method. */
  method?: Method;
}

/** The menu in its order; each group is a list of its own. */
export const MENU: readonly (readonly Entry[])[] = [
  [{ label: (words) => words.nav.overview, to: paths.overview, letter: 'o' }],
  [
    {
      label: (words) => words.nav.crowds,
      to: paths.crowds,
      letter: 'c',
      method: 'koubei.marketing.campaign.crowd.batchquery',
    },
    { label: (words) => words.holds.title, to: paths.holds, letter: 'h', method: 'punchcard.points.frozen' },
    { label: (words) => words.trades.title, to: paths.trades, letter: 't', method: 'punchcard.trade.show' },
  ],
  [
    { label: (words) => words.calls.title, to: paths.calls, letter: 'l', method: 'punchcard.log.list' },
    { label: (words) => words.notices.title, to: paths.notices, letter: 'n', method: 'punchcard.notice.list' },
    { label: (words) => words.apps.title, to: paths.apps, letter: 'a', method: 'punchcard.key.owner' },
  ],
  [
    { label: (words) => words.system.title, to: paths.system, letter: 's', method: 'punchcard.clock.show' },
    { label: (words) => words.operators.title, to: paths.operators, letter: 'p', method: 'punchcard.operator.list' },
  ],
];
