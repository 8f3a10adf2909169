import type { ReactNode } from 'react';
import { useWords } from '../words';

interface Props {
  title: string;
  /** Above the title: where this page hangs, as a link. */
  up?: ReactNode;
  /** Beside the title: what can be done here. */
  actions?: ReactNode;
  /** Below the title, in one line. */
  note?: ReactNode;
  children: ReactNode;
}

/** A page with its title, which gets the focus when the page is opened, so that it is read out. */
export function Page({ title, up, actions, note, children }: Props) {
  const words = useWords();
  return (
    <div className="page">
      <title>{`${title} · ${words.app.name}`}</title>
      <header className="page-head">
        <div>
          {up && <div className="page-up">{up}</div>}
          <h1 id="title" tabIndex={-1}>
            {title}
          </h1>
          {note && <div className="page-note">{note}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page with its own heading. */
export function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="part">
      <header className="part-head">
        <h2>{title}</h2>
        {aside && <div className="part-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
