import { MenuOutlined, SearchOutlined } from '@ant-design/icons';
import { Link, Outlet, useNavigate, useParams, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSession } from '../api/session';
import { useKeys } from '../keys';
import { paths } from '../paths';
import { useMedia } from '../preferences';
import { Palette } from '../ui/Palette';
import { useWords } from '../words';
import { Account } from './Account';
import { Clock } from './Clock';
import { goals } from './goals';
import { Help } from './Help';
import { MENU } from './menu';
import { OfflineBanner } from './OfflineBanner';

/** The frame around every page: header, navigation, and what works everywhere. */
export function Shell() {
  const words = useWords();
  const session = useSession();
  const { pid = session.merchants[0]?.pid ?? '-' } = useParams({ strict: false });
  const [open, setOpen] = useState<'palette' | 'help'>();
  const isPhone = useMedia('(max-width: 860px)');
  const close = () => setOpen(undefined);
  const entries = MENU.map((group) =>
    group.filter(({ method }) => method === undefined || session.methods.includes(method)),
  );

  useKeys({ palette: () => setOpen('palette'), help: () => setOpen('help'), jumps: entries.flat(), pid });
  useFocusOnPages();

  return (
    <div className="shell">
      <a className="skip" href="#title">
        {words.app.skip}
      </a>
      <header className="top">
        {isPhone && (
          <button type="button" className="plain" popoverTarget="menu" aria-label={words.app.menu}>
            <MenuOutlined />
          </button>
        )}
        <Link to={paths.overview} params={{ pid }} className="top-name">
          <Logo />
          <span>{words.app.name}</span>
        </Link>
        <Merchant pid={pid} />
        <button type="button" className="top-search" onClick={() => setOpen('palette')}>
          <SearchOutlined />
          <span>{words.app.search}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <Clock />
        <Account help={() => setOpen('help')} />
      </header>
      <nav id="menu" className="side" aria-label={words.app.navigation} popover={isPhone ? 'auto' : undefined}>
        {entries.map((group) => (
          <ul key={group.map(({ to }) => to).join()}>
            {group.map(({ label, to }) => (
              <li key={to}>
                <Link
                  to={to}
                  params={{ pid }}
                  activeOptions={{ exact: to === paths.overview, includeSearch: false }}
                  activeProps={{ 'aria-current': 'page' }}
                  onClick={() => isPhone && document.getElementById('menu')?.hidePopover()}
                >
                  {label(words)}
                </Link>
              </li>
            ))}
          </ul>
        ))}
        <p className="side-foot">
          {session.mode === 'platform' ? words.app.platform : words.app.standIn} · {session.version}
        </p>
      </nav>
      <main>
        <OfflineBanner />
        <Outlet />
      </main>
      <Palette
        isOpen={open === 'palette'}
        close={close}
        find={(text) => goals(text, pid, entries.flat(), session, words)}
      />
      <Help isOpen={open === 'help'} close={close} entries={entries.flat()} />
    </div>
  );
}

/** Whose things are shown. */
function Merchant({ pid }: { pid: string }) {
  const words = useWords();
  const { merchants } = useSession();
  const navigate = useNavigate();
  if (merchants.length === 0) return <span className="top-merchant soft">{words.app.noMerchant}</span>;
  return (
    <select
      className="top-merchant"
      aria-label={words.app.merchant}
      value={pid}
      onChange={({ target }) => navigate({ to: paths.overview, params: { pid: target.value } })}
    >
      {merchants.every((merchant) => merchant.pid !== pid) && <option value={pid}>{pid}</option>}
      {merchants.map((merchant) => (
        <option key={merchant.pid} value={merchant.pid}>
          {merchant.name}
        </option>
      ))}
    </select>
  );
}

/** A new page gets the focus at its title, so that it is read out and the keyboard goes on from there. */
function useFocusOnPages() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (fromLocation && pathChanged) document.getElementById('title')?.focus({ preventScroll: true });
      }),
    [router],
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" className="logo">
      <path d="M4 5.5h16v4a2.5 2.5 0 0 0 0 5v4H4z" />
      <circle cx="8.5" cy="12" r="1.5" />
      <circle cx="13.5" cy="12" r="1.5" />
    </svg>
  );
}
