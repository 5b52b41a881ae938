const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_BYTES = 16;
/** Stands before the bytes of a UUID; no id of a notification has it. */
const UUID_MARK = 0;

/** The id of a notification in few bytes: a UUID as its 16 and a mark, any other as it is. */
export function packId(id: string): Buffer {
  if (!UUID.test(id)) return Buffer.from(id);
  return Buffer.from(`00${id.replaceAll('-', '')}`, 'hex');
}

export function unpackId(packed: Buffer): string {
  if (packed[0] !== UUID_MARK || packed.length !== UUID_BYTES + 1) return packed.toString();
  const hex = packed.toString('hex', 1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
