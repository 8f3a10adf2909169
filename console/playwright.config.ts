import { defineConfig } from '@playwright/test';

// The switches of crates/server/tests/it/browser.rs: what a browser would otherwise ask of the outside.
const args = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.e2e.ts',
  globalSetup: './e2e/world.ts',
  outputDir: 'e2e/seen/traces',
  // What changes the world comes after what looks at it, view by view.
  projects: [
    { name: 'looks', testIgnore: '*.story.e2e.ts' },
    { name: 'stories', testMatch: '*.story.e2e.ts', dependencies: ['looks'] },
  ],
  workers: 2,
  fullyParallel: true,
  // A flaky test is a failing one.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'e2e/seen/counts.json' }]],
  use: {
    browserName: 'chromium',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env.PUNCHCARD_TEST_CHROMIUM ?? '/usr/bin/chromium', args },
  },
});
