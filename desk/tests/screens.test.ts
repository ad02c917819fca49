import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, skip, startDesk, violations } from './desk.js';

describe('the screens', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('every screen fits a phone and 320 pixels, and axe finds nothing in either theme', async () => {
    const themes = (['light', 'dark'] as const).map(async (colorScheme) => {
      const page = await desk.open('/', { viewport: { width: 360, height: 740 }, colorScheme, hasTouch: true });
      const looksRight = async (screen: string) => {
        for (const width of [360, 320, 1280]) {
          await page.setViewportSize({ width, height: 740 });
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `${screen} is ${overflow} px too wide at ${width} px`);
          // Between the two nothing changes but the room.
          if (width !== 320) assert.deepEqual(await violations(page), [], `${screen}, ${width} px, ${colorScheme}`);
        }
        await page.setViewportSize({ width: 360, height: 740 });
      };
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await looksRight('sign-in');
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByRole('heading', { name: 'Create an account' }).waitFor();
      await looksRight('sign-up');
      await page.getByRole('button', { name: 'I have an account' }).click();
      await page.getByRole('button', { name: 'Forgotten your password?' }).click();
      await page.getByRole('heading', { name: 'New password' }).waitFor();
      await looksRight('forgotten password');
      await page.getByRole('button', { name: 'Back to sign in' }).click();

      await page.getByRole('button', { name: 'Tomas Lind' }).click();
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('link', { name: 'Insights' }).waitFor();
      await looksRight('menu');
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^All/ }).click();
      const ticket = page.getByRole('link', { name: 'Patient search is down' });
      await ticket.waitFor();
      await looksRight('queue');
      await page.getByRole('checkbox').first().check();
      await page.getByRole('toolbar', { name: 'Change the selected tickets' }).waitFor();
      await looksRight('queue with a selection');
      await page.getByRole('button', { name: 'Select nothing' }).click();
      await ticket.click();
      await page.getByRole('article', { name: 'Internal note by Mei Tanaka' }).waitFor();
      await looksRight('ticket');
      await page.getByRole('tab', { name: 'Internal note' }).click();
      await page.getByLabel('Your internal note').waitFor();
      await looksRight('internal note');
      await page.getByRole('button', { name: 'Priority' }).click();
      await page.getByRole('listbox', { name: 'Priority' }).waitFor();
      await looksRight('picker');
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'New ticket' }).click();
      await page.getByLabel('What is it about?').fill('Printer on the second floor');
      await page.getByRole('link', { name: 'Printer on the second floor prints' }).waitFor();
      await looksRight('new ticket');
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('button', { name: 'Keys' }).click();
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await looksRight('keys');
    });
    await Promise.all(themes);
  });
});
