import { expect, merchant, test } from './stage';

test('an operator is invited, sets a password by the link, once, and is shut out; who did it is told', async ({
  stage,
}) => {
  const { page } = stage;
  const pid = await merchant(stage);
  await stage.go(`${pid}/operators`);
  await page.getByRole('button', { name: 'Invite' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('li');
  await dialog.getByLabel('Role').selectOption('marketer');
  await stage.look(1280);
  await dialog.getByRole('button', { name: 'Invite' }).click();
  const link = new URL(await dialog.locator('pre').innerText());
  await stage.look(1280);
  await page.keyboard.press('Escape');
  const row = page.locator('[data-row=li]');
  await expect(row).toContainText('No password yet');
  await expect(page.getByRole('cell', { name: 'punchcard.operator.invite' }).first()).toBeVisible();

  await stage.go(`${link.pathname.replace('/console/', '')}${link.hash}`);
  await page.getByLabel('New password').fill('eight wild geese');
  await page.getByLabel('The same again').fill('eight wild geese');
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('Your password is set')).toBeVisible();

  await stage.go(`${pid}/operators`);
  await expect(row).toContainText('May sign in');
  await row.getByRole('button', { name: 'Shut out' }).click();
  await expect(row.getByRole('button', { name: 'Let in again' })).toBeVisible();
  await stage.look(1280);
});
