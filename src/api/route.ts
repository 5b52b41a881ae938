import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../audit/auditCaller.js';
import { type FieldProblem, schemaProblems } from '../notification/request.js';
import type { ApiParts } from './apiParts.js';
import { httpProblem, invalidRequest, type Problem, sendProblem } from './problems.js';
import { inRequestSpan } from './requestSpan.js';

/*
 * One table entry a route: the schemas in it check the request, type the handler and its answer, and
 * become the OpenAPI document. A route of the API that is not described does not start.
 */

type Examples<Value = unknown> = Readonly<Record<string, Value>>;

/** What an id in a path names. */
export interface Subject {
  description: string;
  isId(value: unknown): value is string;
  missing: Problem;
  /** Where the log of requests finds the id; what names a person is in no log. */
  logAs?: 'notificationId' | 'campaignId';
  /** How it is described, where it is no id of ours. */
  schema?: Readonly<Record<string, unknown>>;
}

/** The body of a request. */
export interface BodySpec<Schema extends z.ZodType = z.ZodType> {
  schema: Schema;
  /** What is documented, where a guard behind the route checks the body. */
  described?: z.ZodType;
  examples: Examples;
  /** The request can do without it: it counts as an empty object then. */
  optional?: true;
}

/** One status that is a success. */
export interface AnswerSpec<Schema extends z.ZodType = z.ZodType> {
  description: string;
  schema: Schema;
  /** An example by media type. */
  examples: Examples;
  /** More that the JSON may be, by what they show. */
  others?: Examples;
  headers?: Readonly<Record<string, string>>;
}

/** Everything there is to know about a route but its handler. */
export interface RouteSpec {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  /** Who is let in: anyone, the owner of a key, or such a one within the limit of requests. */
  access: 'open' | 'key' | 'limited';
  operationId: string;
  summary: string;
  description: string;
  /** What the parameter in the URL, `:id` or `:address`, names. */
  of?: Subject;
  headers?: Readonly<Record<string, string>>;
  query?: z.ZodRawShape;
  body?: BodySpec;
  bodyLimit?: number;
  /** A file is the body, and the handler reads it: its media types, each with an example. */
  upload?: Readonly<Record<string, string | undefined>>;
  answers: Readonly<Record<number, AnswerSpec>>;
  /** A request that is refused for its fields, as an example. */
  wrong?: { query?: Examples; body?: unknown };
  /** What else it may refuse, one example each. */
  problems?: readonly Problem[];
  /** What is wrong with the request beside query and body. */
  check?(request: FastifyRequest): FieldProblem[];
}

/** A request as its handler gets it. */
export interface Call<Of, Query, Body> {
  id: Of extends Subject ? string : undefined;
  query: Query;
  body: Body;
  caller: Caller;
  request: FastifyRequest;
}

/** What a handler answers: a problem, or one of the statuses that the route declares. */
type Result<Answers> =
  | Problem
  | {
      [Status in keyof Answers]: Answers[Status] extends AnswerSpec<infer Schema>
        ? { status: Status; body: z.input<Schema>; headers?: Record<string, string | number> }
        : never;
    }[keyof Answers];

interface Parsed {
  query: unknown;
  body: unknown;
}

export interface Route extends RouteSpec {
  run(call: Call<Subject | undefined, unknown, unknown>, parts: ApiParts): Promise<Sent | Problem>;
}

interface Sent {
  status: number;
  body: unknown;
  headers?: Record<string, string | number>;
}

/** Declares a route; the handler's types follow from its schemas. */
export function route<
  const Answers extends Readonly<Record<number, AnswerSpec>>,
  Of extends Subject | undefined = undefined,
  Query extends z.ZodRawShape = Record<never, never>,
  Body extends z.ZodType = z.ZodUndefined,
>(
  spec: RouteSpec & {
    of?: Of;
    query?: Query;
    body?: BodySpec<Body>;
    answers: Answers;
    handle(
      call: Call<Of, z.output<z.ZodObject<Query>>, z.output<Body>>,
      parts: ApiParts,
    ): Promise<Result<NoInfer<Answers>>>;
  },
): Route {
  const { handle, ...described } = spec;
  // The call was read by the very schemas that type it.
  return { ...described, run: handle as unknown as Route['run'] };
}

/** A success in JSON. */
export function answer<Schema extends z.ZodType>(
  description: string,
  schema: Schema,
  example: z.input<Schema>,
  more: { headers?: AnswerSpec['headers']; others?: Examples<z.input<Schema>> } = {},
): AnswerSpec<Schema> {
  return { description, schema, examples: { 'application/json': example }, ...more };
}

/** 200 with this body. */
export function ok<const Body>(body: Body): { status: 200; body: Body } {
  return { status: 200, body };
}

/** Every wrong field of query and body at once, or what they hold. */
export function readRequest(
  { query, body: expected }: Pick<RouteSpec, 'query' | 'body'>,
  request: Pick<FastifyRequest, 'query' | 'body'>,
): { problems: FieldProblem[]; parsed: Parsed } {
  // A route that reads no query passes over what stands there.
  const asked = query
    ? readQuery(query, request.query as Record<string, unknown>)
    : { value: undefined, problems: [] };
  if (expected === undefined) return { ...asked, parsed: { query: asked.value, body: undefined } };
  const body = expected.schema.safeParse(expected.optional ? (request.body ?? {}) : request.body);
  const wrong = body.success ? [] : schemaProblems(body.error);
  return {
    problems: [...asked.problems, ...wrong],
    parsed: { query: asked.value, body: body.data },
  };
}

/** A parameter that stands there once is a list of one, where a list is expected. */
function readQuery(
  shape: z.ZodRawShape,
  given: Record<string, unknown>,
): { value: unknown; problems: FieldProblem[] } {
  const value = Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, isList(shape[name]) ? [text].flat() : text]),
  );
  const read = z.object(shape).safeParse(value);
  const wrong = read.success ? [] : schemaProblems(read.error);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(shape, name));
  return {
    value: read.data,
    problems: [
      ...wrong.map(({ field, expected }) => ({ field: field.split('.')[0] ?? field, expected })),
      ...unknown.map((field) => ({ field, expected: 'no such parameter' })),
    ],
  };
}

function isList(schema: z.core.$ZodType | undefined): boolean {
  return schema instanceof z.ZodOptional && schema.unwrap() instanceof z.ZodArray;
}

/** A whole number in a query. */
export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return z
    .string({ error: 'one value' })
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .pipe(z.int().min(min, expected).max(max, expected));
}

/** A text in a query. */
export const queryText = z.string({ error: 'one value' });

/** Registers routes of one guard. At each of their URLs, other methods are answered with 405. */
export function registerRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  parts: ApiParts,
): void {
  for (const each of routes) {
    if (each.upload === undefined) register(app, each, parts);
    else app.register(async (scope) => registerUpload(scope, each, parts));
  }
  for (const url of new Set(routes.map((each) => each.url))) {
    allowOnly(app, url, methodsAt(url, routes));
  }
}

/** The body is left to the handler, whatever it calls itself. */
function registerUpload(app: FastifyInstance, each: Route, parts: ApiParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  register(app, each, parts);
}

function register(app: FastifyInstance, each: Route, parts: ApiParts): void {
  const { method, url, bodyLimit } = each;
  // Probes of health come every few seconds and belong to no trace.
  const isTraced = url.startsWith('/v1/');
  app.route<{ Params: Params }>({
    method,
    url,
    bodyLimit,
    config: { route: each },
    handler: (request, reply) => {
      const handle = () => handleRequest(each, parts, request, reply);
      return isTraced ? inRequestSpan(request, reply, each, handle) : handle();
    },
  });
}

type Params = Readonly<Record<string, string | undefined>>;

async function handleRequest(
  each: Route,
  parts: ApiParts,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { of, check } = each;
  const parameter = parameterOf(each.url);
  const id = parameter === undefined ? undefined : request.params[parameter];
  if (of !== undefined) {
    if (!of.isId(id)) return sendProblem(reply, of.missing);
    if (of.logAs !== undefined) request[of.logAs] = id;
  }
  const { problems, parsed } = readRequest(each, request);
  const all = [...(check?.(request) ?? []), ...problems];
  if (all.length > 0) return sendProblem(reply, invalidRequest(all));
  const { caller } = request;
  return send(reply, await each.run({ id, ...parsed, caller, request }, parts));
}

function send(reply: FastifyReply, result: Sent | Problem): FastifyReply {
  if (isProblem(result)) return sendProblem(reply, result);
  const { status, body, headers = {} } = result;
  return reply.code(status).headers(headers).send(body);
}

function isProblem(result: Sent | Problem): result is Problem {
  return 'title' in result;
}

const METHODS: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];

const PARAMETER = /:(\w+)/;

/** The name of the parameter in a URL, if it has one. */
export function parameterOf(url: string): string | undefined {
  return PARAMETER.exec(url)?.[1];
}

/** The last part of `/notifications/batch` may be an id, too: what is allowed there is allowed here. */
function methodsAt(url: string, routes: readonly Route[]): HTTPMethods[] {
  const fits = (each: Route) => new RegExp(`^${each.url.replace(PARAMETER, '[^/]+')}$`).test(url);
  const exact = routes.filter((each) => each.url === url);
  const others = routes.filter((each) => each.url !== url && fits(each));
  const methods = [...exact, ...others].map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)))];
}

/** Answers every other method at this path with 405 and the list of those there are. */
export function allowOnly(
  app: FastifyInstance,
  url: string,
  allowed: readonly HTTPMethods[],
): void {
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    config: { isRefusal: true },
    // Before the body is looked at: whatever is wrong with it, the method is.
    onRequest: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      return sendProblem(reply, httpProblem(405, `Use ${allowed.join(' or ')} here.`));
    },
    handler: async () => undefined,
  });
}

/** Keeps a route that no document describes from being registered in this scope. */
export function refuseUndescribed(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.route !== undefined || config?.isRefusal) return;
    throw new Error(`${String(method)} ${url} has no description: declare it with route()`);
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The table entry of a described route. */
    route?: Route;
    /** It answers the methods there are not. */
    isRefusal?: true;
  }
}
