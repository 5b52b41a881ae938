import { describe, expect, test } from '@jest/globals';
import { halfName, wholeName } from '../../src/notification/personName.js';
import { brokenValue, isNoValue } from '../../src/notification/placeholders.js';

describe('what stands in the place of a value', () => {
  test.each([
    '#NV',
    '#WERT!',
    '#ERROR!',
    '#N/A',
    '#n/a',
    '#REF!',
    '#VALEUR!',
    '#BEZUG!',
    '#¡REF!',
    '#¿NOMBRE?',
    '#DIV/0!',
    '#NAME?',
    '#ССЫЛКА!',
    '#Н/Д',
    '#NOM?',
    '#N/D',
    'Err:502',
    'Err :508',
    '########',
    '###',
    '#SPILL!',
    '#GETTING_DATA',
    '[object Object]',
    'Invalid Date',
    '{{first_name}}',
    '{{ name | x }}',
    `Hi ${'$'}{name}`,
    '%FIRSTNAME%',
    '*|FNAME|*',
    '<<Name>>',
    '1.23457E+15',
    '1,23457E+15',
  ])('%j is broken', (text) => {
    expect(brokenValue(text)).toBeDefined();
  });

  test.each([
    'NULL',
    'null',
    '\\N',
    'N/A',
    'n/a',
    'undefined',
    'NaN',
    'None',
    '-',
    '—',
    '',
    '  ',
    '(blank)',
  ])('%j says that there is none', (text) => {
    expect(isNoValue(text)).toBe(true);
  });

  test.each([
    'A-1001',
    '#1',
    '#great!',
    'order #7',
    '5E12',
    '0',
    '1E10',
    'none of them',
    'Null Island Street 1',
    'On its way',
    '12.50',
    'C#',
    '100 %',
    '«Ромашка»',
    'Bonjour « Ami »',
    'a - b',
    '?',
    '2026-05-01',
    'Nanette',
    '50% off',
    '{a}{b} x',
  ])('%j is a value', (text) => {
    expect([brokenValue(text), isNoValue(text)]).toEqual([undefined, false]);
  });
});

describe('half a name', () => {
  test.each(['Ann', 'Null', 'Nan', 'O’Brien', 'de la Cruz', '李', 'X', 'Noname-Smith'])(
    '%s is one',
    (half) => {
      expect(halfName(half)).toBe(half);
    },
  );

  test.each([
    'NULL',
    'null',
    'Unknown',
    'UNBEKANNT',
    'inconnu',
    '-',
    '0',
    '.',
    '#N/A',
    'None',
    'nan',
    '{{x}}',
    'n/a',
    '???',
  ])('%s is none', (half) => {
    expect(halfName(half)).toBeUndefined();
  });
});

describe('a whole name', () => {
  test.each([
    'Jennifer Null',
    'JENNIFER NULL',
    'Null Jennifer',
    'Ann None',
    'Nan Goldin',
    'Maria (Mia) Lopez',
    'Dr.Müller',
    'John Smith, Ph.D.',
    'Anna-Lena',
    '李小龍',
    'Prince',
    'Ann N. A. Lee',
  ])('%s is kept', (name) => {
    expect(wholeName(name)).toBe(name);
  });

  test.each([
    ['Ann Unknown', 'Ann'],
    ['Ann NULL', 'Ann'],
    ['Ann undefined', 'Ann'],
    ['null Smith', 'Smith'],
    ['Ann #N/A', 'Ann'],
    ['undefined undefined', undefined],
    ['NULL NULL', undefined],
    ['NULL', undefined],
    ['Null', undefined],
    ['Unknown Unknown', undefined],
    ['{{first_name}} Lee', undefined],
    ['[object Object]', undefined],
    ['«Vorname»', undefined],
    ['[First Name]', undefined],
    ['-', undefined],
    ['12345', undefined],
  ])('%s is %s', (name, kept) => {
    expect(wholeName(name)).toBe(kept);
  });
});
