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

/** In place of the campaign of a row, whose id begins with it. */
const CAMPAIGN_IN_ID = '=';

/** The campaign of a notification in few bytes; '' where there is none. */
export function packCampaign(id: string, campaignId = ''): string {
  return campaignIn(id) === campaignId ? CAMPAIGN_IN_ID : campaignId;
}

export function unpackCampaign(id: string, packed = ''): string | undefined {
  return packed === CAMPAIGN_IN_ID ? campaignIn(id) : packed || undefined;
}

/** The campaign that the id of a row names; of any other id, what stands before its last dot. */
function campaignIn(id: string): string | undefined {
  const dot = id.lastIndexOf('.');
  return dot < 1 ? undefined : id.slice(0, dot);
}
