export const CONTACT_ID_EXPECTED =
  'the id of an external contact in Genesys Cloud, a UUID such as 8f14e45f-ceea-467f-a8d2-91a2b4f7c001';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a program writes that has no id. All who have it would be one customer. */
const NO_UUID = /^(?:0{8}-(?:0{4}-){3}0{12}|f{8}-(?:f{4}-){3}f{12})$/;

/**
 * A contact's id in lower case, as the platform writes it; undefined for what is none. An id of
 * another system (`0035e00000AbCdEAAV`) or a placeholder (`NULL`, `0`) would make one customer of all
 * who have it, or one without history.
 */
export function readContactId(text: string): string | undefined {
  const id = text.toLowerCase();
  return UUID.test(id) && !NO_UUID.test(id) ? id : undefined;
}
