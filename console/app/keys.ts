import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { preferences } from './preferences';

/** The second letter of `g x`, for each page that has one. */
export interface Jump {
  letter: string;
  to: string;
}

interface Acts {
  palette: () => void;
  help: () => void;
  jumps: readonly Jump[];
  pid: string;
}

/**
 * The keys that work everywhere: Ctrl K, `?`, `/`, `j`, `k`, Enter, and `g` with a page's letter. Single letters rest
 * inside of fields and dialogs, and can be switched off.
 */
export function useKeys(acts: Acts): void {
  const navigate = useNavigate();
  const latest = useRef(acts);
  latest.current = acts;

  useEffect(() => {
    let goUntil = 0;
    const pressed = (event: KeyboardEvent) => {
      const { palette, help, jumps, pid } = latest.current;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || preferences().shortcuts === 'off' || isBusy(event.target))
        return;
      const jump = event.timeStamp < goUntil ? jumps.find(({ letter }) => letter === event.key) : undefined;
      goUntil = 0;
      if (jump) navigate({ to: jump.to, params: { pid } });
      else if (event.key === 'g') goUntil = event.timeStamp + 1_500;
      else if (event.key === '?') help();
      else if (event.key === '/')
        document.querySelector<HTMLElement>('[data-filter] input, input[data-filter]')?.focus();
      else if (event.key === 'j') step(1);
      else if (event.key === 'k') step(-1);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [navigate]);
}

/** Whether letters belong to what has the focus. */
function isBusy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest('input, textarea, select, [role=dialog], [role=combobox]') !== null;
}

/** Moves between the rows of the page's first list. A row's first link is what has the focus, so Enter opens it. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row] a, main [data-row] [data-open]')];
  const links = rows.filter((link, at) => rows[at - 1]?.closest('[data-row]') !== link.closest('[data-row]'));
  const now = links.findIndex((link) => link.closest('[data-row]')?.contains(document.activeElement));
  const next = now === -1 ? 0 : Math.min(Math.max(now + by, 0), links.length - 1);
  links[next]?.focus();
}
