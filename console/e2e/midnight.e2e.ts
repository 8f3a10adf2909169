import { demo } from './gateway';
import { everyView, expect, merchant, test } from './stage';

const COUNT = 'koubei.marketing.campaign.crowd.count';

everyView('Calls', (pid) => `${pid}/calls?method=${COUNT}`, 'punchcard.log.list');
everyView('Notifications', (pid) => `${pid}/notices`, 'punchcard.notice.list');
everyView('Holds', (pid) => `${pid}/holds`, 'punchcard.points.frozen');
everyView('Trade', (pid) => `${pid}/trades?no=tea_0001&by=out`, 'punchcard.trade.show');
everyView('Apps', (pid) => `${pid}/apps`, 'punchcard.auth.list');
everyView('Clock', (pid) => `${pid}/system`, 'punchcard.clock.show');

test('nothing there says what would be', async ({ stage }) => {
  const { page } = stage;
  const pid = await merchant(stage);
  for (const [path, text] of [
    ['calls?method=none', 'No such call'],
    ['notices?state=FAILED', 'None in this state'],
    ['holds?older=30d', 'Nothing is on hold'],
    ['trades', 'Which trade?'],
  ]) {
    await stage.go(`${pid}/${path}`);
    await expect(page.getByText(text ?? '')).toBeVisible();
    await stage.look(1280);
  }
});

test('a key is told by its text, whoever has it, and only a fingerprint is asked about', async ({ stage }) => {
  const { page } = stage;
  const { app_id, app_public_key, app_private_key_pkcs8 } = demo();
  await stage.go(`${await merchant(stage)}/apps`);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url() + (request.postData() ?? '')));
  const field = page.getByLabel(/^Paste a key/);
  await field.fill(app_public_key);
  await expect(page.getByText(`Registered for ${app_id}`)).toBeVisible();
  await field.fill(app_private_key_pkcs8);
  await expect(page.getByText('A private key in PKCS#8', { exact: true })).toBeVisible();
  await expect(page.getByText(`The private half of what is registered for ${app_id}`)).toBeVisible();
  await stage.look(1280);
  await field.fill('MIIB');
  await expect(page.getByText('No RSA key and no certificate')).toBeVisible();
  await page.getByRole('button', { name: 'Make a new pair' }).click();
  await expect(page.getByText('Registered for no app here')).toBeVisible();
  const made = await field.inputValue();
  expect(made).toContain('PRIVATE KEY');
  const secrets = [app_private_key_pkcs8, ...made.split('\n').filter((line) => !line.startsWith('---'))];
  for (const secret of secrets) expect(asked.join()).not.toContain(secret);
});

test('the proof runs, and every line is as it should be', async ({ stage }) => {
  await stage.go(`${await merchant(stage)}/system`);
  await stage.page.getByRole('button', { name: 'Run the proof' }).click();
  await expect(stage.page.getByText('Everything is as it should be')).toBeVisible();
  await stage.look(1280);
});
