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
  ],
];
