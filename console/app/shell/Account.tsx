import { UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { signOut } from '../api/call';
import { useSession } from '../api/session';
import { paths } from '../paths';
import { prefer, usePreferences } from '../preferences';
import { useWords } from '../words';

const THEMES = { auto: 'light', light: 'dark', dark: 'auto' } as const;

/** Who is signed in; language, theme, shortcuts; signing out. */
export function Account({ help }: { help: () => void }) {
  const words = useWords();
  const session = useSession();
  const { language, theme, shortcuts } = usePreferences();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut();
    queries.clear();
    navigate({ to: paths.signIn });
  };
  return (
    <>
      <button type="button" className="plain" popoverTarget="account" aria-label={words.app.account(session.name)}>
        <UserOutlined />
      </button>
      <div id="account" popover="auto" className="menu">
        <p className="menu-head">{session.name}</p>
        <button type="button" onClick={() => prefer({ language: language === 'zh' ? 'en' : 'zh' })}>
          {words.app.language}
        </button>
        <button type="button" onClick={() => prefer({ theme: THEMES[theme] })}>
          {words.app.theme[theme]}
        </button>
        <button type="button" onClick={() => prefer({ shortcuts: shortcuts === 'on' ? 'off' : 'on' })}>
          {words.app.shortcuts[shortcuts]}
        </button>
        <button type="button" popoverTarget="account" onClick={help}>
          {words.app.help}
        </button>
        <button type="button" onClick={leave}>
          {words.app.signOut}
        </button>
      </div>
    </>
  );
}
