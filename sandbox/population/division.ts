/** The organisation has one division. */
export const DIVISION_ID = '00000000-0000-4000-8000-0000000000d1';
