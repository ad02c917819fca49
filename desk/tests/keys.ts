import assert from 'node:assert/strict';
import { type Locator, type Page } from 'playwright-core';

const MOST_PRESSES = 60;

export const hasFocus = async (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab until it is there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not come to ${target.toString()}`);
}

/** Signs in by the keyboard alone, with the password of the demo people. */
export async function signedInByKeys(page: Page, username: string): Promise<Page> {
  await tabTo(page, page.getByLabel('Username or e-mail'));
  await page.keyboard.type(username);
  await page.keyboard.press('Tab');
  await page.keyboard.type('docket-demo');
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  return page;
}
