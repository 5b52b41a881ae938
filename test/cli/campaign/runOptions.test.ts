import { expect, test } from '@jest/globals';
import { mappedRunCommand, type RunOptions } from '../../../src/cli/campaign/runOptions.js';

test('the command that is proposed has every option that was given', () => {
  const options: Required<RunOptions> = {
    template: 'follow-up',
    name: 'May offer',
    id: 'may',
    channels: 'web,email',
    var: ['topic=boots'],
    history: false,
    format: 'csv',
    map: ['Nom=name'],
    ignore: ['Notes'],
    encoding: 'windows-1252',
    acceptRejected: true,
    unsubscribe: 'A service message',
    dryRun: true,
    sample: 20,
    startAt: '2026-12-01T09:00:00Z',
    endAt: '2026-12-02T09:00:00Z',
    prefetch: 'off',
    yes: true,
    json: true,
  };
  expect(mappedRunCommand('may.csv', options, [{ column: 'Adresse', as: 'email' }])).toBe(
    'campaign run may.csv --template follow-up --name "May offer" --id may --channels web,email' +
      ' --var topic=boots --format csv --encoding windows-1252 --map Nom=name --ignore Notes' +
      ' --map Adresse=email --sample 20 --start-at 2026-12-01T09:00:00Z' +
      ' --end-at 2026-12-02T09:00:00Z --prefetch off --no-unsubscribe "A service message" --no-history --dry-run --yes --accept-rejected --json',
  );
});
