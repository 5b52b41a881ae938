import type { FastifyReply } from 'fastify';
import type { RenderResult } from '../../templates/templateParts.js';
import { sendMail } from '../templates/mailPreview.js';

/** Answers with the HTML part of a message, for its frame; 404 where it has none. */
export function sendMessageMail(
  reply: FastifyReply,
  rendered: RenderResult | undefined,
): FastifyReply {
  const mail = rendered?.ok && 'html' in rendered.message ? rendered.message.html : undefined;
  if (mail === undefined) reply.code(404);
  return sendMail(reply, mail ?? 'There is no such message.');
}
