import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { platformId, sameId } from '../platformId.js';
import { absentAsNull } from './contacts.js';
import { optionalText } from './messages.js';

/** A state this client does not know is not the last one. An id must not be lost over it. */
const ExportStatus = z
  .enum(['RUNNING', 'SUCCEEDED', 'FAILED'])
  .or(z.string().transform(() => 'RUNNING' as const));

/** Genesys: ContactsExport, as far as it is read here. */
const ContactExport = z.object({
  id: platformId,
  status: ExportStatus,
  /** Where the file is, once it succeeded. It opens the file by itself: a secret. */
  downloadUrl: optionalText,
  resultRowCount: z.number().optional().catch(undefined),
});

export type ContactExport = z.infer<typeof ContactExport>;

/** Files of all external contacts. The platform makes one in its own time. */
export class ContactExports {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * An export of all contacts that the OAuth client may see.
   *
   * @param limit the most contacts in it; whether the platform keeps to it is not documented
   */
  start(
    options: CallOptions,
    { limit }: { limit?: number } = {},
  ): Promise<CallResult<ContactExport>> {
    const query = limit === undefined ? {} : { queryConditions: { limit } };
    return this.#caller.read('contact-export-start', options, {
      answer: ContactExport,
      run: ({ sdk }) => sdk.externalContacts.postExternalcontactsContactsExports(query),
    });
  }

  async get(exportId: string, options: CallOptions): Promise<CallResult<ContactExport | null>> {
    return absentAsNull(
      await this.#caller.read('contact-export', options, {
        answer: ContactExport,
        isAbout: ({ id }) => sameId(id, exportId),
        run: ({ sdk }) => sdk.externalContacts.getExternalcontactsContactsExport(exportId),
      }),
    );
  }
}
