import { useSyncExternalStore } from 'react';

/** What lives in the browser and not in the address: language, theme, and whether single letters are shortcuts. */
export interface Preferences {
  language: 'en' | 'zh';
  theme: 'auto' | 'light' | 'dark';
  shortcuts: 'on' | 'off';
}

const CHOICES: { [Name in keyof Preferences]: readonly Preferences[Name][] } = {
  language: ['en', 'zh'],
  theme: ['auto', 'light', 'dark'],
  shortcuts: ['on', 'off'],
};

const watchers = new Set<() => void>();
let current: Preferences = {
  language: read('language') ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'),
  theme: read('theme') ?? 'auto',
  shortcuts: read('shortcuts') ?? 'on',
};

function read<Name extends keyof Preferences>(name: Name): Preferences[Name] | undefined {
  const kept = localStorage.getItem(`punchcard.${name}`);
  return CHOICES[name].find((choice) => choice === kept);
}

export function preferences(): Preferences {
  return current;
}

export function prefer(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  for (const [name, value] of Object.entries(changes)) localStorage.setItem(`punchcard.${name}`, value);
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(watch, preferences);
}

/** Whether the browser says so now, and whenever that changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
