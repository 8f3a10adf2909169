import { QueryCache, QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type ResolveParams,
  redirect,
} from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { isPassing, Refusal } from './api/errors';
import { sessionQuery } from './api/session';
import { parseSearch, paths, search, stringifySearch } from './paths';
import { Shell } from './shell/Shell';
import { Broken, Loading, UnknownPage } from './ui/Whole';

interface Context {
  queries: QueryClient;
}

/** What a page's loader gets. Whatever it asks is in the cache when the page is drawn. */
export interface At {
  queries: QueryClient;
  params: { readonly [name: string]: string | undefined };
  search: { readonly [name: string]: string | string[] | undefined };
}

interface Page {
  default: ComponentType;
  load?: (at: At) => Promise<unknown>;
}

/** A page at an address, whose code comes when it is first asked for. */
function page<const Path extends string>(path: Path, bring: () => Promise<Page>) {
  return {
    path,
    component: lazyRouteComponent(bring),
    loaderDeps: ({ search }: { search: At['search'] }) => search,
    loader: async ({ context, params, deps, cause }: Entering<Path>) => {
      const loaded = (await bring()).load?.({ queries: context.queries, params: { ...params }, search: deps });
      // The page that is open already shows what it had, dimmed, until the answer is there.
      if (cause !== 'stay') await loaded;
    },
  };
}

interface Entering<Path extends string> {
  context: Context;
  params: ResolveParams<Path>;
  deps: At['search'];
  cause: 'preload' | 'enter' | 'stay';
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: UnknownPage });

const start = createRoute({
  getParentRoute: () => root,
  path: paths.start,
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    throw redirect({ to: paths.overview, params: { pid: session.merchants[0]?.pid ?? '-' }, replace: true });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: paths.signIn,
  validateSearch: search.signIn,
  component: lazyRouteComponent(() => import('./pages/SignIn')),
});

const password = createRoute({
  getParentRoute: () => root,
  path: paths.password,
  component: lazyRouteComponent(() => import('./pages/Password')),
});

/** Everything behind the sign-in, inside the frame with navigation. Its id makes the routes' ids `/in/$pid/…`. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'in',
  component: Shell,
  beforeLoad: ({ context }) => context.queries.ensureQueryData(sessionQuery),
});

const pages = [
  createRoute({ getParentRoute: () => inside, ...page(paths.overview, () => import('./pages/Overview')) }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.crowds,
    ...page(paths.crowds, () => import('./pages/crowds/List')),
  }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.crowdBuild,
    ...page(paths.crowdBuild, () => import('./pages/crowds/Build')),
  }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.crowd,
    ...page(paths.crowd, () => import('./pages/crowds/Show')),
  }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.holds,
    ...page(paths.holds, () => import('./pages/holds/List')),
  }),
  createRoute({ getParentRoute: () => inside, ...page(paths.account, () => import('./pages/holds/Account')) }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.trades,
    ...page(paths.trades, () => import('./pages/trades/Show')),
  }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.calls,
    ...page(paths.calls, () => import('./pages/calls/List')),
  }),
  createRoute({ getParentRoute: () => inside, ...page(paths.call, () => import('./pages/calls/Show')) }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.notices,
    ...page(paths.notices, () => import('./pages/notices/List')),
  }),
  createRoute({ getParentRoute: () => inside, ...page(paths.notice, () => import('./pages/notices/Show')) }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.apps,
    ...page(paths.apps, () => import('./pages/apps/Show')),
  }),
  createRoute({ getParentRoute: () => inside, ...page(paths.system, () => import('./pages/system/Show')) }),
  createRoute({
    getParentRoute: () => inside,
    validateSearch: search.operators,
    ...page(paths.operators, () => import('./pages/operators/List')),
  }),
] as const;

const tree = root.addChildren([start, signIn, password, inside.addChildren(pages)]);

/** A session that ended leads to the sign-in, and from there back. */
function leaveWhenSignedOut(error: unknown): void {
  if (!(error instanceof Refusal) || error.reason !== 'signed-out') return;
  const { pathname, href } = router.state.location;
  if (pathname !== paths.signIn) router.navigate({ to: paths.signIn, search: { to: href } });
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => isPassing(error) && failures < 3,
      // The stream of events tells what is stale.
      refetchOnWindowFocus: false,
    },
  },
});

export const router = createRouter({
  routeTree: tree,
  basepath: '/console',
  context: { queries },
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultPendingComponent: Loading,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: UnknownPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
