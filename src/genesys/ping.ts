import axios from 'axios';
import { afterTimeAwake } from '../redis/timeAwake.js';
import { isLoopback } from './transport.js';

export type Reached =
  | {
      ok: true;
      /** What its clock shows ahead of ours, in ms; it tells whole seconds only. */
      clockAheadMs: number | undefined;
    }
  | { ok: false; code: string };

const WITHIN_MS = 5_000;

/**
 * An unauthenticated request to the platform: 401 or 404 proves that the host is up. It is not
 * counted against the request allowance. `apiUrl` is the host's, as in
 * https://api.mypurecloud.com.
 */
export async function reach(apiUrl: string): Promise<Reached> {
  const askedAt = Date.now();
  const tooLong = new AbortController();
  const limit = afterTimeAwake(WITHIN_MS, () => tooLong.abort());
  try {
    const { headers } = await axios.get<unknown>(`${apiUrl}/api/v2/`, {
      signal: tooLong.signal,
      maxRedirects: 0,
      validateStatus: () => true,
      // A proxy from the environment is honoured, but a sandbox next door is not behind it.
      proxy: isLoopback(apiUrl) ? false : undefined,
    });
    const serverTime = Date.parse(String(headers['date']));
    if (Number.isNaN(serverTime)) return { ok: true, clockAheadMs: undefined };
    // The header has whole seconds: on average, half a second is missing. The answer was written about
    // half-way between our two readings of the clock.
    const here = (askedAt + Date.now()) / 2;
    return { ok: true, clockAheadMs: Math.round(serverTime + 500 - here) };
  } catch (error) {
    const code = axios.isAxiosError(error) ? error.code : undefined;
    return { ok: false, code: code ?? 'UNKNOWN' };
  } finally {
    limit.cancel();
  }
}
