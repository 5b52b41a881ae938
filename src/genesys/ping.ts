import axios from 'axios';
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
 * Knocks at the platform's door without a token: it answers 401 or 404, both of which show that it is
 * there. Nothing is counted against anybody's allowance. `apiUrl` is the host's, as in
 * https://api.mypurecloud.com.
 */
export async function reach(apiUrl: string): Promise<Reached> {
  const askedAt = Date.now();
  try {
    const { headers } = await axios.get<unknown>(`${apiUrl}/api/v2/`, {
      signal: AbortSignal.timeout(WITHIN_MS),
      maxRedirects: 0,
      validateStatus: () => true,
      // A proxy from the environment is honoured, but a sandbox next door is not behind it.
      proxy: isLoopback(apiUrl) ? false : undefined,
    });
    const told = Date.parse(String(headers['date']));
    if (Number.isNaN(told)) return { ok: true, clockAheadMs: undefined };
    // It was some moment of the second told, when about half of the time had passed here.
    const here = (askedAt + Date.now()) / 2;
    return { ok: true, clockAheadMs: Math.round(told + 500 - here) };
  } catch (error) {
    const code = axios.isAxiosError(error) ? error.code : undefined;
    return { ok: false, code: code ?? 'UNKNOWN' };
  }
}
