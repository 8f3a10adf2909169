import { another, callGateway } from './gateway';
import { expect, merchant, test } from './stage';

const QUERY = 'koubei.marketing.campaign.crowd.batchquery';

test('a refused call is seen within a second, and its cause is one act away', async ({ stage }) => {
  const { page } = stage;
  await merchant(stage);
  await expect(page.getByRole('heading', { level: 2, name: 'Last calls' })).toBeVisible();
  const refused = await callGateway(QUERY, { page_size: '7' }, { key: another });
  const [, trace] = /doctor ([0-9a-f]{32})/.exec(refused.node.sub_msg) ?? [];
  const link = page.locator(`a[href$="/calls/${trace}"]`);
  await expect(link).toBeVisible({ timeout: 2_000 });
  await link.click();
  await expect(page.getByRole('heading', { level: 2, name: 'Why it was refused' })).toBeVisible();
  await expect(page.getByText('Signed by an unknown key').first()).toBeVisible();
  await expect(page.getByText(/no public key registered for this app_id opens the signature/)).toBeVisible();
  await stage.look(1280);
  await stage.isTheSameAfterReload();
});

test('an edited body: the byte that differs is named', async ({ stage }) => {
  const { page } = stage;
  const pid = await merchant(stage);
  const edit = (content: string) => content.replace('8', '9');
  const refused = await callGateway(QUERY, { page_size: '8' }, { edit });
  const [, trace] = /doctor ([0-9a-f]{32})/.exec(refused.node.sub_msg) ?? [];
  await stage.go(`${pid}/calls/${trace}`);
  await page.getByLabel(/^Paste the string/).fill(refused.signed);
  const byte = refused.signed.indexOf('8"}') + 1;
  await expect(page.getByText(`They differ at byte ${byte}: 9 (U+0039) against 8 (U+0038)`)).toBeVisible();
  await stage.look(1280);
});

test('by keyboard alone: a notification that was answered wrongly is named, and sent again', async ({ stage }) => {
  const { page } = stage;
  await merchant(stage);
  await page.keyboard.press('g');
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Notifications');
  await expect(page.locator('[data-row]').first()).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByText('success must be in small letters').first()).toBeVisible();
  const again = page.getByRole('button', { name: 'Send again' });
  await again.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 notification is being sent again')).toBeVisible();
  await expect(page.getByRole('heading', { level: 3, name: 'Delivery 2' })).toBeVisible();
  await stage.look(1280);
});

test('from a hold to the account it is on', async ({ stage }) => {
  const { page } = stage;
  await stage.go(`${await merchant(stage)}/holds`);
  await page.locator('main [data-row] a').first().click();
  await expect(page.getByRole('heading', { level: 2, name: 'Balance' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'Put on hold' })).toBeVisible();
  await stage.look(1280);
  await stage.isTheSameAfterReload();
});

test('the clock goes 90 days on, and the page says what was due', async ({ stage }) => {
  const { page } = stage;
  await stage.go(`${await merchant(stage)}/system`);
  await page.getByRole('button', { name: '+90 days' }).click();
  await expect(page.getByText(/^Moved from 2026-11-30 12:00:00 to 2027-02-28 12:00:00/)).toBeVisible();
});
