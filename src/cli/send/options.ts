import type { FieldProblem } from '../../notification/request.js';

/** As the command line was written. */
export interface SendOptions {
  to?: string;
  contact?: string;
  phone?: string;
  country?: string;
  name?: string;
  template?: string;
  var?: string[];
  channels?: string;
  historyRequired: boolean;
  id?: string;
  sendAt?: string;
  deadline?: string;
  priority?: string;
  wait?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** The request these options ask for, not yet checked: what is wrong with it, the contract says. */
export function requestFrom(options: SendOptions): Record<string, unknown> {
  const { to, contact, phone, country, name, template, channels, id, sendAt, deadline, priority } =
    options;
  const variables = (options.var ?? []).map(splitVariable).filter((pair) => pair !== undefined);
  return {
    id,
    recipient: {
      email: to,
      externalContactId: contact,
      phone,
      country,
      name,
    },
    template,
    variables: variables.length > 0 ? Object.fromEntries(variables) : undefined,
    channels: channels?.split(',').map((part) => part.trim()),
    history: options.historyRequired ? undefined : { required: false },
    sendAt,
    deadline,
    priority,
  };
}

/** What the contract cannot see: options that never become a field. */
export function optionProblems({ var: variables = [], wait, dryRun }: SendOptions): FieldProblem[] {
  const problems = variables
    .filter((text) => splitVariable(text) === undefined)
    .map(() => ({ field: '--var', expected: 'name=value' }));
  if (wait && dryRun) {
    problems.push({
      field: '--wait',
      expected: 'to be left out of a dry run, which sends nothing',
    });
  }
  return problems;
}

/** At the first `=`, for values may hold more of them. */
export function splitVariable(text: string): [name: string, value: string] | undefined {
  const at = text.indexOf('=');
  return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

const OPTION_OF_FIELD: Readonly<Record<string, string>> = {
  recipient: '--to, --contact or --phone',
  'recipient.email': '--to',
  'recipient.externalContactId': '--contact',
  'recipient.phone': '--phone',
  'recipient.country': '--country',
  'recipient.name': '--name',
  template: '--template',
  channels: '--channels',
  variables: '--var',
  id: '--id',
  sendAt: '--send-at',
  deadline: '--deadline',
  priority: '--priority',
};

/** A field as the person who typed the command knows it: `--to (recipient.email)`. */
export function optionNameOf(field: string): string {
  const option = OPTION_OF_FIELD[field] ?? OPTION_OF_FIELD[field.split('.')[0] ?? ''];
  return option === undefined ? field : `${option} (${field})`;
}
