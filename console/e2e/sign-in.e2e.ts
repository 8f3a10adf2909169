import { expect, test, VIEWS } from './stage';

for (const view of VIEWS) {
  test.describe(`before the sign-in, ${view.name}`, () => {
    test.use({ view });
    for (const path of ['sign-in', 'password', 'password#once']) {
      test(path, async ({ stage }) => {
        await stage.go(path);
        await expect(stage.page.getByRole('heading', { level: 1 })).toBeVisible();
        await stage.look(view.width);
      });
    }
  });
}
