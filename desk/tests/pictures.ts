// Takes the pictures in README.md: the queue and a ticket of the demo data, light and dark. Run: npm run pictures
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startDesk } from './desk.js';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const SIZE = { width: 1200, height: 720 };

await mkdir(FOLDER, { recursive: true });
const desk = await startDesk();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all', { viewport: SIZE, colorScheme });
    await page.getByRole('link', { name: 'Patient search is down' }).waitFor();
    await page.screenshot({ path: `${FOLDER}queue-${colorScheme}.png` });
    await page.getByRole('link', { name: 'Patient search is down' }).click();
    await page.getByRole('article', { name: 'Internal note by Mei Tanaka' }).waitFor();
    await page.screenshot({ path: `${FOLDER}ticket-${colorScheme}.png` });
  }
} finally {
  await desk.stop();
}
