/** What lies under the id of a notification is no record: it was damaged, or a later version has written it. */
export class UnreadableRecordError extends Error {
  override readonly name = 'UnreadableRecordError';
  readonly id: string;

  constructor(id: string) {
    super(
      `The record of notification ${id} cannot be read: it is damaged, or a later version has written it. It stays as it is, and nothing is sent for it. Restore its key of Redis, which ends in :n:${id}, from a backup, or delete it.`,
    );
    this.id = id;
  }
}
