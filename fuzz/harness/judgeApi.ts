import { once } from 'node:events';
import { connect } from 'node:net';
import { API_KEY, type ApiAnswer, type ApiProcess, type ApiRequest } from './apiProcess.js';
import { jsonBytes, PERSONAL } from './hostile.js';

/** A bare connection that gets no answer is given up then; the api gives one more time than this. */
const SILENT_MS = 300;

/** What is wrong with the answer to a request, or with the api afterwards. */
export async function judgeAnswer(
  api: ApiProcess,
  asked: ApiRequest,
  onAnswer: (answer: ApiAnswer) => void = () => undefined,
): Promise<string | undefined> {
  let answer: ApiAnswer;
  try {
    answer = await api.ask(asked);
  } catch (error) {
    return api.complaint() ?? `no answer: ${String(error)}`;
  }
  onAnswer(answer);
  return answerComplaint(asked, answer) ?? api.complaint();
}

function answerComplaint(
  asked: ApiRequest,
  { status, headers, text }: ApiAnswer,
): string | undefined {
  if (status >= 500 && !isSaidToBeBusy(asked, status, text)) return `status ${status}: ${text}`;
  if (status < 400 || asked.method === 'HEAD') return undefined;
  if (!headers['content-type']?.startsWith('application/problem+json')) return undefined;
  try {
    const problem = JSON.parse(text, withoutNames) as { status: number };
    const said = JSON.stringify(problem);
    if (said.includes(PERSONAL) && !isFile(asked))
      return `the problem repeats a value that was sent: ${said}`;
    return problem.status === status ? undefined : `status ${status} with the problem ${text}`;
  } catch {
    return `a problem that is no JSON: ${text}`;
  }
}

/** The first row of a file has the names of its columns, and they are said, whatever they are. */
function isFile({ path }: ApiRequest): boolean {
  return /^\/v1\/(?:campaigns\/[^/]*\/rows|suppressions\/import)/.test(path);
}

/** Which field or column is wrong is said by its name, whatever its sender has called it. */
function withoutNames(name: string, value: unknown): unknown {
  return name === 'field' || name === 'column' ? undefined : value;
}

/** Too many large bodies at once, or not yet ready: both are said so, and end by themselves. */
function isSaidToBeBusy({ path }: ApiRequest, status: number, text: string): boolean {
  return status === 503 && (text.includes(':too-many-bodies') || path.startsWith('/readyz'));
}

/**
 * Sends bytes as they are, and waits until the api has answered, has ended the connection, or waits for more.
 * An answer that begins must be one of HTTP.
 */
export async function talk(api: ApiProcess, bytes: Buffer): Promise<string | undefined> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.end(bytes);
  socket.setTimeout(SILENT_MS, () => socket.destroy());
  await once(socket, 'close');
  const answers = Buffer.concat(heard).toString('latin1');
  if (answers !== '' && !/^HTTP\/1\.1 [1-5]\d\d /.test(answers)) return `an answer: ${answers}`;
  const broken = /^HTTP\/1\.1 5(?!05)\d\d [^\r]*/m.exec(answers)?.[0];
  return broken ?? api.complaint();
}

/** A notification that is refused is not there, and one that is accepted is. */
export async function storedWholeOrNotAtAll(
  api: ApiProcess,
  id: string,
  body: unknown,
): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  const named =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, id } : body;
  const asked = { method: 'POST', path: '/v1/notifications', headers, body: jsonBytes(named) };
  const answer = await api.ask(asked);
  const complaint = answerComplaint(asked, answer) ?? api.complaint();
  if (complaint !== undefined) return complaint;
  const found = await api.ask({ method: 'GET', path: `/v1/notifications/${id}`, headers });
  const isThere = found.status === 200;
  return isThere === answer.status < 300
    ? undefined
    : `answered ${answer.status}, and the notification ${isThere ? 'is' : 'is not'} there`;
}
