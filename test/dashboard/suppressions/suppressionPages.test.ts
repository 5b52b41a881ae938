import { beforeAll, describe, expect, test } from '@jest/globals';
import { writeUser } from '../../../src/people/consoleUsers.js';
import { hashPassword } from '../../../src/people/passwordHash.js';
import { ROLES, type Role } from '../../../src/people/role.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterAll();

const PASSWORD = 'correct horse battery';
const MARKER = 'marker-person@example.com';

let api: TestApi;
let editor: Visitor;
beforeAll(async () => {
  const hash = await hashPassword(PASSWORD);
  const users = ROLES.map((role) => writeUser({ name: `the-${role}`, role, hash }));
  api = await startTestApi({ ...LOGIN, CONSOLE_USERS: users.join(' ') });
  editor = await visitorAs('editor');
});

async function visitorAs(role: Role): Promise<Visitor> {
  const visitor = new Visitor(api.url);
  const answer = await visitor.submit('/login', { user: `the-${role}`, password: PASSWORD });
  visitor.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return visitor;
}

const wordsIn = (page: string) =>
  page
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

const onceIn = (page: string) => /name="once" value="([^"]+)"/.exec(page)?.[1] ?? '';

async function pageOf(visitor: Visitor, path = '/suppressions'): Promise<string> {
  const answer = await visitor.open(path);
  expect(answer.status).toBe(200);
  return answer.text();
}

async function look(visitor: Visitor, address: string): Promise<string> {
  return (await visitor.submit('/suppressions/look', { look: address })).text();
}

describe('the page of suppressions', () => {
  test('says that the list is empty, and what would fill it', async () => {
    expect(wordsIn(await pageOf(editor))).toContain('No address is suppressed.');
  });

  test('suppresses an address once, however often its form is sent, and shows who and when', async () => {
    const once = onceIn(await pageOf(editor));
    const form = { once, address: MARKER, channels: 'email', reason: 'Asked by phone', until: '' };
    const answers = await Promise.all([1, 2].map(() => editor.submit('/suppressions/add', form)));
    for (const { status, headers } of answers) {
      expect([status, headers.get('location')]).toEqual([303, '/suppressions?done=added']);
    }
    const words = wordsIn(await look(editor, ' Marker-Person@EXAMPLE.com'));
    expect(words).toContain('It is suppressed.');
    expect(words).toMatch(/Stops email Because Asked by phone How by a person By the-editor/);
    expect(words).toMatch(/the-editor \(page\) suppressed/);
    expect(words).toMatch(
      /What policy says now .* A campaign notification: ✓ may go out by web, engage, sms only/,
    );
    expect(words).toMatch(
      /suppressed email ✕ is skipped \( suppressed \) An entry of the suppression/,
    );
    expect(wordsIn(await pageOf(editor, '/suppressions?done=added'))).toContain(
      'The address is suppressed.',
    );
  });

  test('marks each field that was refused, keeps what was written, and stores nothing', async () => {
    const once = onceIn(await pageOf(editor));
    const answer = await editor.submit('/suppressions/add', {
      once,
      address: '*',
      channels: 'all',
      reason: 'call 0155501001',
      until: '2020-01-01',
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page.match(/aria-invalid="true"/g)).toHaveLength(3);
    expect(page).toContain('value="2020-01-01"');
    expect(
      wordsIn(await (await editor.submit('/suppressions/look', { look: '12' })).text()),
    ).toContain('Expected ');
  });

  test('takes an address off only where the person wants it, and says when it is gone', async () => {
    const once = onceIn(await look(editor, MARKER));
    const unticked = await editor.submit('/suppressions/remove', { once, address: MARKER });
    expect(unticked.status).toBe(422);
    const form = { once, address: MARKER, wanted: 'yes' };
    const removed = await editor.submit('/suppressions/remove', form);
    expect(removed.headers.get('location')).toBe('/suppressions?done=removed');
    expect(wordsIn(await look(editor, MARKER))).toContain('It is not suppressed.');
    const again = { once: onceIn(await pageOf(editor)), address: MARKER, wanted: 'yes' };
    const gone = await editor.submit('/suppressions/remove', again);
    expect(gone.headers.get('location')).toBe('/suppressions?done=gone');
  });

  test('exports the list as hashes', async () => {
    const answer = await editor.open('/suppressions/export');
    expect(answer.headers.get('content-disposition')).toContain('suppressions.ndjson');
    expect(await answer.text()).toMatch(/^\{"suppressions":1/);
  });

  test('lets a viewer look, and change nothing', async () => {
    const viewer = await visitorAs('viewer');
    expect(await pageOf(viewer)).not.toContain('Suppress it');
    expect(wordsIn(await look(viewer, MARKER))).toContain('It is not suppressed.');
    for (const path of ['add', 'remove']) {
      expect((await viewer.submit(`/suppressions/${path}`, {})).status).toBe(403);
    }
    expect((await viewer.open('/suppressions/export')).status).toBe(403);
  });

  test('leaves no address in the log', () => {
    expect(api.logged.join('').toLowerCase()).not.toContain('marker-person');
  });
});
