import assert from 'node:assert/strict';
import { type Page } from 'playwright-core';
import { violations } from './desk.js';

const HEIGHT = 740;
/** Colours do not depend on the width, so each width has one theme. */
const LOOKS = [
  { width: 320, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
] as const;

/** Fails if what is on the screen is wider than a phone, or if axe finds anything. The page is wide and light afterwards. */
export async function looksRight(page: Page, screen: string): Promise<void> {
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${screen} is ${overflow} px too wide at ${width} px`);
    assert.deepEqual(await violations(page), [], `${screen}, ${width} px, ${colorScheme}`);
  }
}
