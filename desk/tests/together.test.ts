import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { type Desk, skip, startDesk, violations } from './desk.js';

/** What a browser says of a server that is away: provoked here, and nothing else may be said. */
const AWAY = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|503|WebSocket connection to/;

describe('people at the same desk', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  /** Reports a ticket in a page of its own, and gives the path of that. */
  async function report(page: Page, title: string): Promise<string> {
    await page.goto(`${desk.url}/tickets/new`);
    await page.getByLabel('What is it about?').fill(title);
    await page.getByLabel('What happened?').fill('It is as the title says.');
    await page.getByRole('button', { name: 'Send the ticket' }).click();
    await page.getByRole('heading', { name: title }).waitFor();
    return new URL(page.url()).pathname;
  }

  test('a comment of somebody else shows before a draft is sent', async () => {
    const [leo, mei] = [await desk.openAs('Leo Marchetti'), await desk.openAs('Mei Tanaka', '/tickets/3')];
    const path = await report(leo, 'The projector in room four is dim');
    await mei.goto(desk.url + path);
    await mei.getByLabel('Your reply').fill('Please buy a new lamp.');
    await reply(leo, 'It was only the lens cap.');
    // It is told while she writes, and her text stays.
    await mei.getByRole('article').getByText('It was only the lens cap.').waitFor();
    await mei.getByText('Somebody wrote while you were writing').waitFor();
    assert.deepEqual(await violations(mei), []);
    await mei.getByRole('button', { name: 'Send reply' }).click();
    await mei.getByRole('button', { name: 'Send reply anyway' }).waitFor();
    assert.equal(await mei.getByLabel('Your reply').inputValue(), 'Please buy a new lamp.');
    assert.equal(await mei.getByRole('article', { name: 'Comment by Mei Tanaka' }).count(), 0);
    await mei.getByRole('button', { name: 'Send reply anyway' }).click();
    await leo.getByRole('article').getByText('Please buy a new lamp.').waitFor();
  });

  test('what two people make of one description stands side by side, and theirs can be kept', async () => {
    const ada = await desk.openAs('Ada Okafor', '/tickets/1');
    const mei = await desk.openAs('Mei Tanaka', '/tickets/1');
    for (const page of [ada, mei]) {
      await page.getByRole('article', { name: 'Description' }).getByRole('button', { name: 'Edit' }).click();
    }
    await mei.getByLabel('Description').fill('As Mei puts it.');
    await mei.getByRole('button', { name: 'Save' }).click();
    await mei.getByRole('article', { name: 'Description' }).getByText('As Mei puts it.').waitFor();
    await ada.getByLabel('Description').fill('As Ada puts it.');
    await ada.getByRole('button', { name: 'Save' }).click();
    const versions = ada.getByRole('dialog').getByRole('region', { name: 'Description' });
    await versions.getByText('As Mei puts it.').waitFor();
    await versions.getByText('As Ada puts it.').waitFor();
    await ada.getByRole('button', { name: 'Keep theirs' }).click();
    await ada.getByRole('article', { name: 'Description' }).getByText('As Mei puts it.').waitFor();
  });

  test('a row appears in the queue of others, and not while their pointer is on it', async () => {
    const [mei, leo] = [
      await desk.openAs('Mei Tanaka', '/tickets?view=unassigned'),
      await desk.openAs('Leo Marchetti'),
    ];
    const rows = mei.getByRole('row');
    await mei.getByRole('link', { name: 'Export the monthly report' }).waitFor();
    await report(leo, 'The coffee machine leaks');
    await mei.getByRole('link', { name: 'The coffee machine leaks' }).waitFor();

    const first = rows.nth(1);
    const target = mei.getByRole('link', { name: 'The coffee machine leaks' });
    const place = await target.boundingBox();
    assert.ok(place);
    // A mouse that moves to and fro on the row, as one that is about to click.
    let moves = 0;
    const move = async () => mei.mouse.move(place.x + ((moves += 1) % 20), place.y + place.height / 2);
    await move();
    const news = mei.getByRole('button', { name: 'Show what changed' });
    const reporting = report(leo, 'The window in the hall does not close');
    while (!(await news.isVisible())) await move();
    await reporting;
    assert.deepEqual(await target.boundingBox(), place);
    assert.equal(await first.getByRole('link', { name: 'The coffee machine leaks' }).count(), 1);
    await news.click();
    await mei.getByRole('link', { name: 'The window in the hall does not close' }).waitFor();
    await news.waitFor({ state: 'hidden' });
    assert.deepEqual(desk.faults, []);
  });

  test('nothing is lost while the server is away, and everything is right afterwards', async () => {
    const tomas = await desk.openAs('Tomas Lind', '/tickets/3');
    const mei = await desk.openAs('Mei Tanaka', '/tickets?view=all');
    const ruth = await desk.openAs('Ruth Abara', '/tickets/new');
    await tomas.getByLabel('Your reply').fill('Half a sen');
    // For her a minute passes in a moment.
    await mei.clock.install();
    await mei.reload();
    await mei.getByRole('link', { name: 'Patient search is down' }).waitFor();
    const faultsBefore = desk.faults.length;
    await desk.stopServer();
    // She does nothing, and is told nevertheless.
    await mei.getByRole('status').getByText('The server cannot be reached').waitFor();

    await tomas.getByLabel('Your reply').fill('Half a sentence, and the rest of it.');
    await tomas.getByRole('button', { name: 'Send reply' }).click();
    await tomas.getByRole('status').getByText('The server cannot be reached').waitFor();
    assert.equal(await tomas.getByLabel('Your reply').inputValue(), 'Half a sentence, and the rest of it.');
    assert.deepEqual(await violations(tomas), []);
    await ruth.getByLabel('What is it about?').fill('Written while the server was away');
    await ruth.getByLabel('What happened?').fill('Nothing of it got lost.');
    await ruth.getByRole('button', { name: 'Send the ticket' }).click();
    await ruth.getByRole('status').getByText('The server cannot be reached').waitFor();

    await mei.clock.runFor(60_000);
    await mei.getByRole('status').getByText('The server cannot be reached').waitFor();
    await desk.startServer();
    await mei.clock.runFor(60_000);
    for (const page of [tomas, ruth, mei]) {
      await page.getByText('The server cannot be reached. What you type').waitFor({ state: 'detached' });
    }
    await ruth.getByRole('button', { name: 'Send the ticket' }).click();
    await ruth.getByRole('heading', { name: 'Written while the server was away' }).waitFor();
    await tomas.getByRole('button', { name: /^Send reply/ }).click();
    await tomas.getByRole('article').getByText('Half a sentence, and the rest of it.').waitFor();
    assert.equal(await tomas.getByRole('article').getByText('Half a sentence').count(), 1);
    await mei.getByRole('link', { name: 'Written while the server was away' }).waitFor();
    assert.deepEqual(
      desk.faults.filter((fault, index) => index < faultsBefore || !AWAY.test(fault)),
      [],
    );
  });
});

async function reply(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your reply').fill(text);
  await page.getByRole('button', { name: 'Send reply' }).click();
  await page.getByRole('article').getByText(text).waitFor();
}
