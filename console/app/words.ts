import { createContext, use } from 'react';
import type { Preferences } from './preferences';
import type { en } from './words/en';

/** Every text of the console. English gives the shape; a word that Chinese lacks does not compile. */
export type Words = typeof en;

/** Brings a language; only the one that is shown is loaded. */
export async function bringWords(language: Preferences['language']): Promise<Words> {
  return language === 'zh' ? (await import('./words/zh')).zh : (await import('./words/en')).en;
}

const Spoken = createContext<Words | undefined>(undefined);

export const Speak = Spoken.Provider;

export function useWords(): Words {
  const words = use(Spoken);
  if (words === undefined) throw new Error('no language');
  return words;
}
