import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, skip, startDesk } from './desk.js';
import { hasFocus, signedInByKeys, tabTo } from './keys.js';

describe('everybody concerned hears of a ticket', { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk({ REPLY_DELAY_SECONDS: '1' });
  });
  after(async () => desk.stop());

  /** The mail to this person that says this, once it has come. */
  async function mailTo(username: string, words: RegExp) {
    for (;;) {
      const found = desk.smtp.mails.find(
        ({ envelopeTo, text }) => envelopeTo.includes(`${username}@docket.example`) && words.test(text ?? ''),
      );
      if (found) return found;
      await desk.smtp.waitForMails(desk.smtp.mails.length + 1);
    }
  }

  test('from the report to the reopening, by mouse', async () => {
    const ruth = await desk.openAs('Ruth Abara');
    await ruth.getByRole('link', { name: 'New ticket' }).click();
    await ruth.getByLabel('What is it about?').fill('Second floor: the printer prints blank pages again');
    const similar = ruth.getByRole('region', { name: 'Similar tickets' });
    await similar.getByRole('link', { name: 'Printer on the second floor prints blank pages' }).waitFor();
    await ruth.getByLabel('What happened?').fill('White pages only, since noon.');
    await ruth.getByRole('button', { name: 'Send the ticket' }).click();
    await ruth.getByRole('heading', { name: 'Second floor: the printer' }).waitFor();
    const { href: address, pathname } = new URL(ruth.url());
    const properties = ruth.getByRole('complementary', { name: 'Properties' });
    await properties.getByText('Nobody', { exact: true }).waitFor();

    const unassigned = await mailTo('mei', /White pages only/);
    assert.match(unassigned.text ?? '', new RegExp(address));
    const mei = await desk.openAs('Mei Tanaka', pathname);
    await mei.getByRole('button', { name: 'Assigned to' }).click();
    await mei.getByRole('option', { name: 'Tomas Lind' }).click();
    await mei.getByText('assigned it to Tomas Lind').waitFor();

    await mailTo('tomas', /White pages only/);
    const tomas = await desk.openAs('Tomas Lind', '/tickets?view=mine');
    await tomas.getByRole('link', { name: 'Second floor: the printer' }).click();
    await tomas.getByRole('tab', { name: 'Reply' }).click();
    await tomas.getByText('Mail to Ruth Abara').waitFor();
    await tomas.getByLabel('Your reply').fill('Which tray is it?');
    await tomas.getByRole('button', { name: 'Send reply' }).click();
    await tomas.getByRole('article', { name: 'Comment by Tomas Lind' }).waitFor();

    // Her page stood open all the time.
    await mailTo('ruth', /Which tray is it/);
    await ruth.getByText('Which tray is it?').waitFor();
    await ruth.getByText('Mail to Tomas Lind').waitFor();
    await ruth.getByLabel('Your reply').fill('The lower one.');
    await ruth.getByRole('button', { name: 'Send reply' }).click();

    const answer = await mailTo('tomas', /The lower one/);
    await tomas.getByText('The lower one.').waitFor();
    await tomas.getByRole('button', { name: 'Status' }).click();
    await tomas.getByRole('option', { name: 'Done' }).click();
    await ruth.getByText('changed the status from').waitFor();

    await mailTo('ruth', /→ Done/);
    await ruth.getByLabel('Your reply').fill('It prints white again.');
    await ruth.getByRole('button', { name: 'Send reply' }).click();
    await ruth.getByText('from Done to In progress').waitFor();
    await tomas.getByText('from Done to In progress').waitFor();
    const reopened = await mailTo('tomas', /It prints white again[^]*Done → In progress/);
    assert.equal(reopened.subject, answer.subject);
    assert.ok(answer.messageId !== undefined && reopened.raw.includes('References:'));
    // Nobody hears of what they did themselves.
    const toRuth = desk.smtp.mails.filter(({ envelopeTo }) => envelopeTo.includes('ruth@docket.example'));
    assert.ok(toRuth.every(({ text }) => !/^> It prints white again/m.test(text ?? '')));
    assert.deepEqual(desk.faults, []);
  });

  test('from the report to the answer, by the keyboard alone', async () => {
    const ruth = await signedInByKeys(await desk.open('/'), 'ruth');
    await ruth.keyboard.press('c');
    await ruth.getByRole('heading', { name: 'New ticket' }).waitFor();
    await ruth.keyboard.type('The badge reader at the gate is dead');
    await ruth.keyboard.press('Tab');
    await ruth.keyboard.type('No light, no beep.');
    await ruth.keyboard.press('Control+Enter');
    await ruth.getByRole('heading', { name: 'The badge reader' }).waitFor();

    const tomas = await signedInByKeys(await desk.open('/'), 'tomas');
    await tabTo(tomas, tomas.getByRole('link', { name: /^Unassigned/ }));
    await tomas.keyboard.press('Enter');
    const row = tomas.getByRole('link', { name: 'The badge reader' });
    await row.waitFor();
    await tomas.keyboard.press('j');
    await tomas.keyboard.press('j');
    await tomas.keyboard.press('k');
    assert.ok(await hasFocus(row));
    await tomas.keyboard.press('Enter');
    await tomas.getByRole('heading', { name: 'The badge reader' }).waitFor();
    await tomas.keyboard.press('a');
    await tomas.getByRole('combobox', { name: 'Assigned to' }).waitFor();
    await tomas.keyboard.type('tomas');
    await tomas.getByRole('option', { name: 'Tomas Lind' }).waitFor();
    await tomas.getByRole('option', { name: 'Mei Tanaka' }).waitFor({ state: 'detached' });
    await tomas.keyboard.press('Enter');
    await tomas.getByText('took it over').waitFor();
    await tomas.keyboard.press('r');
    await tomas.keyboard.type('Power is back.');
    await tomas.keyboard.press('Control+Enter');
    await tomas.getByRole('article', { name: 'Comment by Tomas Lind' }).waitFor();
    await tomas.keyboard.press('Escape');
    await tomas.keyboard.press('e');
    await tomas.getByRole('combobox', { name: 'Status' }).waitFor();
    await tomas.keyboard.type('done');
    await tomas.keyboard.press('Enter');
    await tomas.getByText('changed the status from').waitFor();

    await ruth.getByText('Power is back.').waitFor();
    await ruth.keyboard.press('r');
    await ruth.keyboard.type('Still dead.');
    await ruth.keyboard.press('Control+Enter');
    await tomas.getByText('from Done to In progress').waitFor();
    await mailTo('tomas', /Still dead/);
    assert.deepEqual(desk.faults, []);
  });
});
