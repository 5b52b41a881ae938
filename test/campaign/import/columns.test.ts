import { describe, expect, test } from '@jest/globals';
import { mapColumns, missingVariables } from '../../../src/campaign/import/columns.js';
import type { TemplateManifest } from '../../../src/templates/manifest.js';

const variable = (required = false) => ({
  required,
  description: 'what it is',
  example: 'x',
  maxLength: 40,
});

const manifest: TemplateManifest = {
  description: 'a template',
  variables: { orderNumber: variable(true), mobile: variable(), phone: variable() },
};

function mapped(names: string[], template: TemplateManifest = manifest) {
  const result = mapColumns(names, template);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.columns;
}

function problemsOf(names: string[]) {
  const result = mapColumns(names, manifest);
  return result.ok ? [] : result.problems;
}

const bare: TemplateManifest = { description: 'a template', variables: {} };

describe('columns', () => {
  test.each([
    ['email', ['email', 'E-Mail', 'e mail', 'MAIL', 'Email Address', 'email_address']],
    ['externalContactId', ['externalContactId', 'External Contact ID', 'contact-id', 'ContactId']],
    ['phone', ['phone', 'Phone Number', 'mobile', 'Tel.', 'telephone']],
  ] as const)('mean the %s under many names', (field, names) => {
    for (const name of names) {
      expect(mapped([name], bare).recipient).toEqual([{ field, at: 0 }]);
    }
  });

  test('give name and time zone, the name in two parts, too', () => {
    const fields = (names: string[]) =>
      mapped(['email', ...names], bare).recipient.map(({ field, at }) => `${field} ${at}`);
    expect(fields(['Full name', 'Time Zone'])).toEqual(['email 0', 'timeZone 2', 'name 1']);
    expect(fields(['First Name', 'Surname'])).toEqual(['email 0', 'firstName 1', 'lastName 2']);
    expect(fields(['First Name', 'Surname', 'name'])).toEqual(['email 0', 'name 3']);
    expect(fields(['Surname'])).toEqual(['email 0']);
  });

  test('are variables where the template declares them, and ignored where not', () => {
    const columns = mapped(['Email', 'Order number', 'Shoe size', '', 'rejected_row']);
    expect(columns.variables).toEqual([{ name: 'orderNumber', at: 1 }]);
    expect(columns.ignored).toEqual([{ name: 'Shoe size', at: 2 }]);
  });

  test("belong to the template by an alias' name, and to both by the field's own", () => {
    const columns = mapped(['email', 'Mobile', 'Phone']);
    expect(columns.recipient).toContainEqual({ field: 'phone', at: 2 });
    expect(columns.variables).toEqual([
      { name: 'phone', at: 2 },
      { name: 'mobile', at: 1 },
    ]);
  });

  test("with a field's own name win over aliases, wherever they stand", () => {
    const columns = mapped(['Mail', 'Email'], bare);
    expect(columns.recipient).toEqual([{ field: 'email', at: 1 }]);
    expect(columns.ignored).toEqual([{ name: 'Mail', at: 0 }]);
  });

  test('that could both be meant are refused, and so are two of one name', () => {
    expect(problemsOf(['Mail', 'Email address'])).toEqual([
      {
        column: 'Email address',
        expected: expect.stringContaining('name the right one email'),
        suggestion: { column: 'Mail', as: 'email' },
      },
    ]);
    expect(problemsOf(['email', 'EMAIL ', 'email'])[0]?.expected).toContain('one column for email');
    expect(problemsOf(['email', 'email'])[0]?.expected).toBe('a single column of this name');
  });

  test('without any address are refused, naming the columns unless they could name a person', () => {
    expect(problemsOf(['Shoe size', 'Colour'])[0]?.expected).toMatch(/found: Shoe size, Colour$/);
    for (const first of [
      ['ada@example.com', 'Ada'],
      ['+15550100123', 'Ada'],
    ]) {
      const [problem] = problemsOf(first);
      expect(problem?.expected).toContain('seems to be a recipient');
      expect(problem?.expected).not.toContain('Ada');
    }
    expect(problemsOf(['E\ufffdmail'])[0]?.expected).toContain('CSV UTF-8');
  });

  test('are at most 500, and none is called __proto__', () => {
    const many = Array.from({ length: 10_000 }, (_each, at) => `c${at}`);
    expect(problemsOf(['email', ...many])).toEqual([
      { expected: 'at most 500 columns; there are 10001' },
    ]);
    expect(problemsOf(['email', '__proto__'])).toMatchObject([{ column: '__proto__' }]);
    expect(mapped(['email', 'constructor', 'hasOwnProperty'], bare).ignored).toHaveLength(2);
  });

  test('are missed where the template requires a variable, with the likely slip', () => {
    const columns = mapped(['email', 'orderNumbr']);
    expect(missingVariables(columns, manifest)).toEqual([
      {
        column: 'orderNumber',
        expected: 'this column, the template requires it (did you mean orderNumbr?)',
        suggestion: { column: 'orderNumbr', as: 'orderNumber' },
      },
    ]);
  });

  test('are named in problems as they were written', () => {
    const { nameOf } = mapped(['E-Mail', 'First name', 'Order No', 'order number']);
    expect(nameOf.get('recipient.email')).toBe('E-Mail');
    expect(nameOf.get('recipient.name')).toBe('First name');
    expect(nameOf.get('variables.orderNumber')).toBe('order number');
    expect(nameOf.get('recipient')).toBe('E-Mail');
  });
});
