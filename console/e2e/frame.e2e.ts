import { everyState, expect, merchant, STATES, test } from './stage';

everyState('Overview', (pid) => pid, 'punchcard.log.list', Object.keys(STATES));

test('language and theme stay in the browser', async ({ stage }) => {
  const { page } = stage;
  await merchant(stage);
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('总览');
  await page.getByRole('button', { name: '主题：跟随系统' }).click();
  await page.getByRole('button', { name: '主题：浅色' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-scheme', 'dark');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('总览');
  await expect(page.locator('html')).toHaveAttribute('data-scheme', 'dark');
});

test('an address that names nothing says so', async ({ stage }) => {
  await stage.go(`${await merchant(stage)}/nothing/like/this`);
  await expect(stage.page.getByRole('heading', { level: 1 })).toHaveText('There is no such page');
  await stage.look(1280);
});
test('by keyboard alone: palette, letters, help, and the title has the focus', async ({ stage }) => {
  const { page } = stage;
  const pid = await merchant(stage);
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText('Overview');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await expect(title).toHaveText('Crowds');
  await expect(title).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Page, or an id of any kind' })).toBeFocused();
  await page.keyboard.type('overv');
  await page.keyboard.press('Enter');
  await expect(title).toHaveText('Overview');
  expect(new URL(page.url()).pathname).toBe(`/console/${pid}`);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await stage.look(1280);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
