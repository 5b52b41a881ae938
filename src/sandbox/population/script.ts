import type { Language, MessageBody, Sender } from './customer.js';

/** One line of a conversation: who wrote, and what. */
export type ScriptLine = readonly [sender: Sender, body: MessageBody];

export interface Script {
  language: Language;
  topic: string;
  lines: readonly ScriptLine[];
}

const says = (sender: Sender, text: string): ScriptLine => [sender, { type: 'text', text }];
export const customer = (text: string): ScriptLine => says('customer', text);
export const agent = (text: string): ScriptLine => says('agent', text);
export const bot = (text: string): ScriptLine => says('bot', text);
export const button = (text: string): ScriptLine => [
  'customer',
  { type: 'button', text, payload: text.toLowerCase().replace(/\W+/g, '_') },
];
export const quickReply = (text: string): ScriptLine => [
  'customer',
  { type: 'quick-reply', text, payload: text.toLowerCase().replace(/\W+/g, '_') },
];
export const typing: ScriptLine = ['customer', { type: 'event', event: 'Typing' }];
export const joined: ScriptLine = ['customer', { type: 'event', event: 'Presence' }];
export const delivered: ScriptLine = ['customer', { type: 'receipt', status: 'Delivered' }];
export const read: ScriptLine = ['customer', { type: 'receipt', status: 'Read' }];
