import type { ReactNode } from 'react';
import { prefer, usePreferences } from '../preferences';
import { Prose } from '../ui/Prose';
import { useWords } from '../words';

interface Props {
  title: string;
  text?: string;
  foot?: string;
  children: ReactNode;
}

/** The frame of the pages before the sign-in: one sheet, and the other language. */
export function Outside({ title, text, foot, children }: Props) {
  const words = useWords();
  const { language } = usePreferences();
  return (
    <main className="outside">
      <title>{`${title} · ${words.app.name}`}</title>
      <div className="outside-sheet">
        <p className="outside-name">{words.app.name}</p>
        <h1 id="title" tabIndex={-1}>
          {title}
        </h1>
        {text && <p className="soft">{text}</p>}
        {children}
      </div>
      <footer>
        {foot && (
          <p>
            <Prose text={foot} />
          </p>
        )}
        <button type="button" className="plain" onClick={() => prefer({ language: language === 'zh' ? 'en' : 'zh' })}>
          {words.app.language}
        </button>
      </footer>
    </main>
  );
}
