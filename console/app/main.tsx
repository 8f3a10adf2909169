import './nonce';
import './app.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ConfigProvider } from 'antd';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { nonce } from './nonce';
import { preferences, useMedia, usePreferences } from './preferences';
import { queries, router } from './routes';
import { paint, palettes, theme } from './theme';
import { bringWords, Speak, type Words } from './words';

const csp = { nonce };

function Console({ first }: { first: Words }) {
  const { language, theme: wish } = usePreferences();
  const [words, speak] = useState(first);
  const isNight = useMedia('(prefers-color-scheme: dark)');
  const isTouch = useMedia('(max-width: 640px), (pointer: coarse)');
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const scheme = wish === 'auto' ? (isNight ? 'dark' : 'light') : wish;

  useEffect(() => {
    bringWords(language).then((brought) => {
      document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
      speak(brought);
    });
  }, [language]);
  useEffect(() => paint(palettes[scheme], scheme), [scheme]);

  return (
    <ConfigProvider csp={csp} theme={theme(palettes[scheme], isTouch, isStill)} button={{ autoInsertSpace: false }}>
      <Speak value={words}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Speak>
    </ConfigProvider>
  );
}

const root = document.getElementById('root');
bringWords(preferences().language).then((words) => {
  if (root !== null) {
    createRoot(root).render(
      <StrictMode>
        <Console first={words} />
      </StrictMode>,
    );
  }
});
