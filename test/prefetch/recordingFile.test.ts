import { describe, expect, test } from '@jest/globals';
import { recordingsIn } from '../../src/prefetch/recordingFile.js';

const CONVERSATION = '0a1c2a5e-0000-4000-8000-000000000001';
const LINES = [
  { id: 'm1', purpose: 'customer', timestamp: '2026-11-01T10:00:00Z', messageText: 'Where is it?' },
];

function read(content: unknown) {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return recordingsIn(bytes, CONVERSATION)?.map(({ messagingTranscript = [] }) =>
    messagingTranscript.map(({ messageText }) => messageText),
  );
}

describe('the file of a messaging recording', () => {
  test.each([
    ['the messages alone', LINES],
    ['a recording', { conversationId: CONVERSATION, messagingTranscript: LINES }],
    ['a list of recordings', [{ messagingTranscript: LINES }]],
  ])('may hold %s', (_, content) => {
    expect(read(content)).toEqual([['Where is it?']]);
  });

  test.each([
    ['sound', Buffer.from('RIFF\x24\x08\x00\x00WAVEfmt ', 'latin1')],
    ['a cut-off text', Buffer.from('[{"purpose":"custo')],
    ['a page', Buffer.from('<html></html>')],
    ['another conversation', { conversationId: 'another', messagingTranscript: LINES }],
    ['a recording of a call', { conversationId: CONVERSATION, media: 'audio' }],
    ['a number', 7],
  ])('is none when it holds %s', (_, content) => {
    expect(read(content)).toBeUndefined();
  });
});
