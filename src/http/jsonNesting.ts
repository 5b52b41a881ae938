/** Deeper than anything that is asked for here. */
export const DEEPEST_JSON = 32;

export const NESTED_TOO_DEEPLY = `JSON that is nested at most ${DEEPEST_JSON} levels deep`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Follows how deeply JSON is nested while it comes in. A parser needs seconds for megabytes of opened
 * brackets, and stands still meanwhile; this stops at the first one too many, however much follows.
 */
export class NestingMeter {
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Whether it has become too deep with these bytes of UTF-8. */
  isTooDeepWith(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#inString) this.#readString(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) this.#depth += 1;
      else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) this.#depth -= 1;
      if (this.#depth > DEEPEST_JSON) return true;
    }
    return false;
  }

  #readString(byte: number | undefined): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }
}

/** Whether a JSON text is nested more deeply than anything here may be. */
export function isNestedTooDeeply(json: string): boolean {
  return new NestingMeter().isTooDeepWith(Buffer.from(json));
}
