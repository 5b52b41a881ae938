import { type Handler, json } from './platform.js';

/** Answers queries with pages of what `known` holds at the moment, and its number; `then` runs after each. */
export function pagesOf(known: readonly unknown[], then: () => void): Handler {
  return ({ body }, response) => {
    const { pageNumber } = (body as { paging: { pageNumber: number } }).paging;
    json(response, 200, {
      conversations: known.slice((pageNumber - 1) * 100, pageNumber * 100),
      totalHits: known.length,
    });
    then();
  };
}
