import { z } from 'zod';

/**
 * A part of an answer that is good to have. One the platform leaves out, or one day fills with
 * something else, must not cost the rest of the answer.
 */
export const optionalText = z.string().optional().catch(undefined);
