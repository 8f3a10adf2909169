import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import plain, { type BrowserContext, expect, type Page, type Route } from '@playwright/test';
import { demo } from './gateway';

export { expect };

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** What every state of every screen is seen in. */
export const VIEWS = (['light', 'dark'] as const).flatMap((scheme) =>
  ([1280, 390] as const).flatMap((width) =>
    (['en-GB', 'zh-CN'] as const).map((locale) => ({ scheme, width, locale, name: `${scheme} ${width} ${locale}` })),
  ),
);

export type View = (typeof VIEWS)[number];

/** How a method answers in place of the server, to see a state that a healthy one does not have. */
export type Answer = (route: Route) => Promise<unknown>;

const json = (status: number, body: object): Answer => {
  return (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
};

/** States that any page has besides those that its data make. */
export const STATES: { readonly [state: string]: Answer } = {
  loading: () => new Promise(() => {}),
  refused: json(200, {
    code: '40004',
    msg: 'Business Failed',
    sub_code: 'INVALID_PARAMETER',
    sub_msg: '参数有误: name 长度不能超过64',
    trace_id: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  }),
  'not allowed': json(403, { code: '40006', msg: 'Insufficient Permissions', trace_id: '0a1b2c3d4e5f6071' }),
  unreachable: (route) => route.abort(),
};

/** A signed-in page that is watched: at the end nothing may have been said, blocked, or asked of another origin. */
export class Stage {
  readonly page: Page;
  private readonly said: string[] = [];
  private readonly hosts = new Set<string>();
  /** Chromium itself tells of each answer that is no 2xx; a state that is made on purpose has some. */
  private expectsFailures = false;

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => this.said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.said.push(`error: ${error.message}`));
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:') this.hosts.add(host);
    });
  }

  static async open(context: BrowserContext): Promise<Stage> {
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        // biome-ignore lint/suspicious/noConsole: the test reads what is said here.
        console.error(`policy: ${violatedDirective} ${blockedURI}`);
      });
    });
    return new Stage(await context.newPage());
  }

  /** Opens an address of the console. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${consoleAddress()}/console/${path}`);
  }

  /** Answers a method in place of the server. */
  async answer(method: string, answer: Answer): Promise<void> {
    this.expectsFailures = true;
    await this.page.route(`**/console/api/*/${method}`, answer);
  }

  /** What a person would stumble over on the page as it is now, whatever eyes and hands. */
  async look(width: number): Promise<void> {
    await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(async (rules) => {
      const { violations } = await Reflect.get(window, 'axe').run(document, { runOnly: rules });
      return violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes[0]?.html}`);
    }, RULES);
    expect(violations, 'axe').toEqual([]);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, 'wider than the screen').toBeLessThanOrEqual(0);
    expect(await this.page.evaluate(smallTargets, width < 600 ? 44 : 24), 'small targets').toEqual([]);
  }

  /** The main content after a reload is what it was. */
  async isTheSameAfterReload(): Promise<void> {
    const main = this.page.locator('main');
    const before = await main.innerText();
    await this.page.reload();
    await expect(main).toHaveText(before, { useInnerText: true });
  }

  /** Nothing was said, blocked, or asked of anybody else. */
  isQuiet(): void {
    const isExpected = (text: string) => this.expectsFailures && text.includes('Failed to load resource');
    expect(this.said.filter((text) => !isExpected(text))).toEqual([]);
    expect([...this.hosts]).toEqual([new URL(consoleAddress()).host]);
  }
}

export function consoleAddress(): string {
  const address = process.env.PUNCHCARD_TEST_CONSOLE;
  if (address === undefined) throw new Error('no server was started');
  return address;
}

/** Signs in, which a stand-in does by itself, at the demo's merchant. */
export async function merchant(stage: Stage): Promise<string> {
  const { pid } = demo();
  await stage.go(pid);
  await expect(stage.page.getByRole('heading', { level: 1 })).toBeVisible();
  return pid;
}

/** What is pressed and smaller than a fingertip; a link within a sentence is as large as its line (WCAG 2.5.8). */
function smallTargets(least: number): string[] {
  const small: string[] = [];
  for (const target of document.querySelectorAll<HTMLElement>('a, button, input, select')) {
    const { width, height } = target.getBoundingClientRect();
    const isInline = target.tagName === 'A' && getComputedStyle(target).display === 'inline';
    const isInField = target.closest('.ant-input-affix-wrapper, .ant-select') !== null;
    if (width === 0 || isInline || isInField || target.className === 'skip' || !target.checkVisibility()) continue;
    if (height < least - 0.5 || width < 23.5) {
      small.push(`${Math.round(width)}x${Math.round(height)} ${target.outerHTML.slice(0, 120)}`);
    }
  }
  return small;
}

/** A test with a stage in the view that is asked for, which must have been quiet at its end. */
export const test = plain.extend<{ view: View; stage: Stage }>({
  view: [{ scheme: 'light', width: 1280, locale: 'en-GB', name: 'light 1280 en-GB' }, { option: true }],
  stage: async ({ browser, view }, use) => {
    const { scheme, width, locale } = view;
    const isPhone = width < 600;
    const context = await browser.newContext({
      colorScheme: scheme,
      locale,
      viewport: { width, height: isPhone ? 844 : 800 },
      isMobile: isPhone,
      hasTouch: isPhone,
      reducedMotion: 'reduce',
    });
    const stage = await Stage.open(context);
    await use(stage);
    stage.isQuiet();
    await context.close();
  },
});

/** Goes through states of a page in every view. `main` is the method whose answer makes the page. */
export function everyState(name: string, path: (pid: string) => string, main: string, states: readonly string[]) {
  for (const view of VIEWS) {
    test.describe(`${name}, ${view.name}`, () => {
      test.use({ view });
      test('full', async ({ stage }) => {
        await stage.go(path(await merchant(stage)));
        await expect(stage.page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(stage.page.locator('.bone')).toHaveCount(0);
        await stage.look(view.width);
        await stage.isTheSameAfterReload();
      });
      for (const [state, answer] of Object.entries(STATES).filter(([state]) => states.includes(state))) {
        test(state, async ({ stage }) => {
          const pid = await merchant(stage);
          await stage.answer(main, answer);
          await stage.go(path(pid));
          const shown = state === 'loading' ? '.bone' : 'main [role=alert]';
          await expect(stage.page.locator(shown).first()).toBeVisible({ timeout: 30_000 });
          await stage.look(view.width);
        });
      }
    });
  }
}

/** Full and in each state, in one test a view: what makes a page's states costs less than opening it. */
export function everyView(name: string, path: (pid: string) => string, main: string) {
  const { unreachable: _, ...states } = STATES;
  for (const view of VIEWS) {
    test.describe(`${name}, ${view.name}`, () => {
      test.use({ view });
      test('full, and each state', async ({ stage }) => {
        const { page } = stage;
        const pid = await merchant(stage);
        await stage.go(path(pid));
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.locator('.bone')).toHaveCount(0);
        await expect(page.locator('main [role=alert]')).toHaveCount(0);
        await stage.look(view.width);
        await stage.isTheSameAfterReload();
        for (const [state, answer] of Object.entries(states)) {
          await stage.answer(main, answer);
          await stage.go(path(pid));
          const shown = state === 'loading' ? '.bone' : 'main [role=alert]';
          await expect(page.locator(shown).first(), state).toBeVisible();
          await stage.look(view.width);
          await page.unrouteAll({ behavior: 'ignoreErrors' });
        }
      });
    });
  }
}
